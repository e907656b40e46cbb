"""What can go wrong. Every error of the package is a `NeuronsError`.

A message says where the error is, what was expected and what was given: `sample 3 has 5 inputs, the
network has 4`. It is raised before anything has changed.
"""


class NeuronsError(Exception):
    """The parent of every error raised by this package."""


class DataError(NeuronsError, ValueError):
    """A sample, a value or a data file cannot be used."""


class ShapeError(DataError):
    """A list has the wrong length for the network."""


class ParameterError(NeuronsError, ValueError):
    """An argument is outside its range, or a name is unknown."""


class TraceError(ParameterError):
    """A computation of a network or an optimizer cannot be recorded; the message names the line."""


class WiringError(NeuronsError, ValueError):
    """A synapse, a neuron or a layer does not fit the graph."""


class StateError(NeuronsError, RuntimeError):
    """A method was called too early (it needs another one first), or while the network is busy."""


class FormatError(NeuronsError, ValueError):
    """A file does not have the expected content; the message names the path inside the file."""


class NumericError(NeuronsError, ArithmeticError):
    """A net, a loss or a weight stopped being finite."""
