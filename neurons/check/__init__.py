"""Checks gradients against finite differences, and explains what is wrong."""
