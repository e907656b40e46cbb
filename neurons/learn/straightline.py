"""`source` and `predict_many`, by their old address: they stand in `neurons.fast.source`."""

from neurons.fast.source import predict_many, source

__all__ = ["predict_many", "source"]
