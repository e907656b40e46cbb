"""What can go wrong. Every error of the package is a `NeuronsError`.

A message names the place, what was expected and what came: `sample 3 has 5 inputs, the network has
4`. It is raised before anything has changed.
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
    """What a network or an optimizer computes cannot be recorded; the message names the line."""


class WiringError(NeuronsError, ValueError):
    """A synapse, a neuron or a layer does not fit the graph."""


class StateError(NeuronsError, RuntimeError):
    """A call came before the one it depends on, or while the network is busy."""


class FormatError(NeuronsError, ValueError):
    """A file is not what it should be; the message holds the path inside it."""


class NumericError(NeuronsError, ArithmeticError):
    """A net, a loss or a weight stopped being finite."""
