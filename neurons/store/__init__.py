"""Networks and runs as plain data and files."""
