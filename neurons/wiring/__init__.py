"""Puts neurons together: layers, names, first weights, and later changes of the graph."""
