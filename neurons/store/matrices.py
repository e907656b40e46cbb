"""Turns a layered network into matrices and bias vectors, and reads those of other programs.

Two layouts are in use. order="linear" is `weights[layer][dest][source]`, as in PyTorch's
`nn.Linear.weight` and in `weights @ inputs`; order="sklearn" is `weights[layer][source][dest]`, as
in scikit-learn's `coefs_`, in Keras' kernels and in `inputs @ weights`.

The given matrices are first read as they are written, then checked, and only then turned into
[dest][source]. So a message counts rows and columns as the user wrote them, and if they do not fit,
the other order can be tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.convert import UNORDERED, as_float
from neurons.errors import DataError, ParameterError, ShapeError, WiringError
from neurons.loss import Loss
from neurons.neuron import Bias, Neuron, Synapse
from neurons.text import ascii_name, counted, describe, shorten

if TYPE_CHECKING:
    from neurons.network import Network

Row = list[float]
Matrix = list[Row]
Shape = tuple[int | None, int | None]
"""Rows and columns; `None` means any count."""
Read = Callable[[Any, str], Any]
"""A function that turns one value into a number, or refuses it by its path."""

ORDERS = {"linear": "[dest][source], as in PyTorch", "sklearn": "[source][dest], as in Keras"}
TRANSPOSED = "transposed?"


def to_matrices(network: Network, order: str = "linear") -> tuple[list[Matrix], list[Row | None]]:
    """Return the weights and biases; `None` for a layer without biases.

    Raises `WiringError` unless the sources of every neuron are all neurons of the layer before,
    and nothing else except one bias unit.
    """
    check_order(order)
    weights: list[Matrix] = []
    biases: list[Row | None] = []
    for layer, sources in zip(network.layers[1:], network.layers[:-1], strict=True):
        rows = [_incoming(neuron, sources.neurons) for neuron in layer]
        weights.append(turned([[synapse.weight for synapse in row] for _, row in rows], order))
        shifts = [bias.weight for bias, _ in rows if bias is not None]
        if shifts and len(shifts) < len(rows):
            raise WiringError(f"some neurons of layer {ascii_name(layer.name)} have no bias")
        biases.append(shifts or None)
    if network.outputs != network.layers[-1].neurons:
        raise WiringError("the outputs are not the neurons of the last layer, in the same order")
    return weights, biases


def _incoming(neuron: Neuron, sources: list[Neuron]) -> tuple[Synapse | None, list[Synapse]]:
    """Return the bias synapse, and one synapse for each of the sources."""
    biases, row = bias_synapses(neuron), row_of(neuron, sources)
    if row is None or len(biases) > 1:
        raise WiringError(
            f"{ascii_name(neuron.name)} is not connected to exactly the layer before and one bias: "
            "only a fully connected network has matrices"
        )
    for synapse in biases:
        if synapse.source.output != 1:
            bias = synapse.source
            raise WiringError(
                f"the output of {ascii_name(bias.name)} is {describe(bias.output)}: "
                "matrices have a bias that is multiplied by 1"
            )
    return (biases[0] if biases else None), row


def bias_synapses(neuron: Neuron) -> list[Synapse]:
    """Return the neuron's synapses from bias units."""
    return [synapse for synapse in neuron.incoming if isinstance(synapse.source, Bias)]


def row_of(neuron: Neuron, sources: list[Neuron]) -> list[Synapse] | None:
    """Return the synapse from each source, or `None` if the neuron has other sources."""
    found = {s.source: s for s in neuron.incoming if not isinstance(s.source, Bias)}
    if found.keys() != set(sources):
        return None
    return [found[source] for source in sources]


def from_matrices(
    kind: type[Network],
    weights: Any,
    biases: Any,
    *,
    order: str,
    activation: str | Activation,
    output_activation: str | Activation | None,
    loss: str | Loss,
) -> Network:
    """Return a network with these weights, from nested lists or arrays; `biases` may be `None`.

    Raises `ShapeError` or `DataError` that names the first row or number that does not fit.
    """
    check_order(order)
    matrices = read_matrices(weights, "weights")
    if biases is None:
        biases = [None] * len(matrices)
    vectors = read_vectors(biases, "biases", count=len(matrices), needs="weights has")
    arranged = arrange(matrices, vectors, order)
    return build(kind, *arranged, activation, output_activation, loss)


def build(
    kind: type[Network],
    weights: list[Matrix],
    biases: list[Row | None],
    activation: str | Activation,
    output_activation: str | Activation | None,
    loss: str | Loss,
) -> Network:
    """Return a network of the class `kind` with these weights, which are already checked."""
    network = kind.dense(
        len(weights[0][0]),
        *(len(matrix) for matrix in weights),
        activation=activation,
        output_activation=output_activation,
        loss=loss,
        weights=lambda rng, fan_in, fan_out: 0.0,
        seed=0,
    )
    for unit, row in zip(list(network.biases), biases, strict=True):
        if row is None:
            network.remove(unit)
    for synapse, number in zip(network.synapses, _flat(weights, biases), strict=True):
        synapse.weight = synapse.initial_weight = number
    return network


def _flat(weights: list[Matrix], biases: list[Row | None]) -> Iterator[float]:
    """Yield the numbers in the order of a network's synapses: neuron by neuron, the bias first."""
    for matrix, shifts in zip(weights, biases, strict=True):
        for dest, row in enumerate(matrix):
            if shifts is not None:
                yield shifts[dest]
            yield from row


def check_order(order: str) -> None:
    """Raise `ParameterError` for an unknown order."""
    if not isinstance(order, str) or order not in ORDERS:
        known = " and ".join(f"{name!r} ({meaning})" for name, meaning in ORDERS.items())
        raise ParameterError(f"unknown order {shorten(ascii(order), 60)}; known are {known}")


def other_order(order: str) -> str:
    """Return the advice for matrices that seem to be transposed."""
    return f"{TRANSPOSED} then give order={'linear' if order == 'sklearn' else 'sklearn'!r}"


def turned(matrix: Matrix, order: str) -> Matrix:
    """Return a matrix of this order as [dest][source], or back: both are the same operation."""
    if order == "linear":
        return matrix
    return [list(column) for column in zip(*matrix, strict=True)]


def read_matrices(
    given: Any, path: str, read: Read = as_float, count: int | None = None
) -> dict[str, Matrix]:
    """Return each layer's matrix as it is written, with its path, such as "weights[0]"."""
    layers = by_layer(given, path, count)
    return {place: read_matrix(matrix, place, read) for place, matrix in layers.items()}


def read_vectors(
    given: Any,
    path: str,
    read: Read = as_float,
    count: int | None = None,
    needs: str = "the network needs",
) -> dict[str, Row | None]:
    """Return each layer's numbers with their path, or `None` for a layer without numbers."""
    layers = by_layer(given, path, count, needs)
    return {
        place: None if vector is None else read_vector(vector, place, read)
        for place, vector in layers.items()
    }


def by_layer(
    given: Any, path: str, count: int | None = None, needs: str = "the network needs"
) -> dict[str, Any]:
    """Return the value for each layer, with its path; raise `ShapeError` for another count."""
    layers = _listed(given, path)
    if count is not None and len(layers) != count:
        raise ShapeError(f"{path} has {counted(len(layers), 'layer')}, {needs} {count}")
    return {f"{path}[{index}]": layer for index, layer in enumerate(layers)}


def read_matrix(given: Any, path: str, read: Read = as_float) -> Matrix:
    """Return the rows of numbers, all of the same length, or refuse the first different one."""
    matrix: Matrix = []
    lists = _listed(given, path)
    levels = depth(lists)
    if levels > 2 or hasattr(untensored(lists[0]), "__float__"):
        raise ShapeError(f"{path} has {counted(levels, 'dimension')}, a matrix has 2")
    for index, values in enumerate(lists):
        place = f"{path}[{index}]"
        row = [read(value, f"{place}[{i}]") for i, value in enumerate(_listed(values, place))]
        matrix.append(row)
        if len(row) != len(matrix[0]):
            raise ShapeError(
                f"{place} has {counted(len(row), 'number')}, {path}[0] has {len(matrix[0])}"
            )
    return matrix


def read_vector(given: Any, path: str, read: Read = as_float) -> Row:
    """Return a list of numbers; a matrix of one row (1, n) or one column (n, 1) is accepted too."""
    values = [untensored(value) for value in _listed(given, path)]
    if all(isinstance(value, list | tuple) for value in values):
        if len(values) == 1:
            values = list(values[0])
        elif all(len(value) == 1 for value in values):
            values = [value[0] for value in values]
        else:
            raise ShapeError(f"{path} must be one row or one column of numbers")
    return [read(value, f"{path}[{index}]") for index, value in enumerate(values)]


def _listed(given: Any, path: str) -> list[Any]:
    given = untensored(given)
    if isinstance(given, UNORDERED) or not isinstance(given, Iterable):
        raise DataError(f"{path} must be a list, not {describe(given)}")
    items = list(given)
    if not items:
        raise ShapeError(f"{path} is empty")
    return items


def untensored(value: Any) -> Any:
    """Return an array or tensor (anything with a `tolist`) as nested lists or a number."""
    return value.tolist() if hasattr(value, "tolist") else value


def depth(value: Any) -> int:
    """Return the depth of nested lists: 2 for a matrix."""
    levels = 0
    value = untensored(value)
    while isinstance(value, list | tuple) and value and levels < 9:  # a list may contain itself
        value, levels = untensored(value[0]), levels + 1
    return levels


def arrange(
    matrices: dict[str, Matrix],
    vectors: dict[str, Row | None],
    order: str,
    sizes: list[int] | None = None,
) -> tuple[list[Matrix], list[Row | None]]:
    """Return the matrices as [dest][source], and the vectors, if they fit the layers' `sizes`.

    Without sizes they must fit each other. Raises `ShapeError`; its message advises the other order
    if everything fits with it.
    """
    try:
        return arrange_as(matrices, vectors, order, sizes)
    except ShapeError as error:
        text = str(error).removesuffix(f": {TRANSPOSED}")
        try:
            arrange_as(matrices, vectors, "linear" if order == "sklearn" else "sklearn", sizes)
        except ShapeError:
            raise error from None
    raise ShapeError(f"{text}: {other_order(order)}")


def arrange_as(
    matrices: dict[str, Matrix],
    vectors: dict[str, Row | None],
    order: str,
    sizes: list[int] | None = None,
) -> tuple[list[Matrix], list[Row | None]]:
    """Do the work of `arrange`, without trying the other order."""
    widths: list[int | None] = [None] * (len(matrices) + 1) if sizes is None else [*sizes]
    needs = ["the network needs"] * len(widths)
    weights = []
    for index, (path, matrix) in enumerate(matrices.items()):
        source, dest = widths[index], widths[index + 1]
        need = (source, dest) if order == "sklearn" else (dest, source)
        _check_shape(path, (len(matrix), len(matrix[0])), need, needs[index])
        weights.append(turned(matrix, order))
        if sizes is None:
            widths[index : index + 2] = len(weights[-1][0]), len(weights[-1])
            needs[index + 1] = f"after {path} it needs"
    for index, (path, row) in enumerate(vectors.items(), start=1):
        if row is not None:
            check_length(row, path, widths[index], needs[index])
    return weights, list(vectors.values())


def check_length(row: Row, path: str, size: int | None, needs: str = "the network needs") -> None:
    """Raise `ShapeError` unless the row has a number for each neuron of its layer."""
    if len(row) != size:
        raise ShapeError(f"{path} has {counted(len(row), 'number')}, {needs} {size}")


def _check_shape(path: str, shape: Shape, need: Shape, needs: str) -> None:
    if not _is_as(shape, need):
        hint = f": {TRANSPOSED}" if _is_as(shape[::-1], need) else ""
        raise ShapeError(f"{path} has {_written(shape)}, {needs} {_written(need)}{hint}")


def _is_as(shape: Shape, need: Shape) -> bool:
    return all(wanted in (None, count) for count, wanted in zip(shape, need, strict=True))


def _written(shape: Shape) -> str:
    rows, columns = shape
    if rows is None:
        return f"rows of {columns}"
    return counted(rows, "row") + ("" if columns is None else f" of {columns}")
