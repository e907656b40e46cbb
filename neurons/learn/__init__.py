"""Turns samples into weights: checked data, update rules, training runs."""
