"""The engine's own arithmetic, recorded once: one list of operations for whoever retells it."""
