"""`source` and `predict_many` under their old path; they are in `neurons.fast.source` now."""

from neurons.fast.source import predict_many, source

__all__ = ["predict_many", "source"]
