"""`Encoding`, by its old address: it stands in `neurons.data.encoding`."""

from neurons.data.encoding import SCALINGS, Column, Encoding, standardized, to_unit_range, unscaled

__all__ = ["Column", "Encoding", "SCALINGS", "standardized", "to_unit_range", "unscaled"]
