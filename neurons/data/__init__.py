"""Tables: CSV files, and how their columns become numbers for a network."""
