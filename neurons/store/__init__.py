"""Turns networks and runs into plain data and files, and back."""
