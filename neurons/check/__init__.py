"""Can the numbers be trusted: gradients against finite differences, and what went wrong if not."""
