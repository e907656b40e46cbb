"""For people who would rather look: tables, pictures, charts and a lesson page."""
