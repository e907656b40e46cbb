"""The plain functions of numbers under activations and losses."""
