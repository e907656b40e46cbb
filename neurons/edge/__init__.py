"""Checks values from outside, once, and turns numbers and names into text."""
