"""Shows networks and runs: tables, pictures, charts and a lesson page."""
