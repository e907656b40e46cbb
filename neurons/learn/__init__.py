"""Samples into weights: checked data, update rules, training runs."""
