"""Turns a layered network's weights into a dictionary with PyTorch's names, and back.

`nn.Sequential(Linear, Sigmoid, Linear, Sigmoid)` numbers its modules, so its weights are called
"0.weight", "0.bias", "2.weight", "2.bias"; other models have names such as "fc1.weight".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.errors import DataError
from neurons.loss import Loss
from neurons.store.matrices import (
    Matrix,
    Row,
    arrange_as,
    build,
    read_matrix,
    read_vector,
    to_matrices,
)
from neurons.text import ascii_name

if TYPE_CHECKING:
    from neurons.network import Network


def to_state_dict(network: Network) -> dict[str, list[Any]]:
    """Return weights and biases by name; raise `WiringError` if the network has no matrices."""
    state: dict[str, list[Any]] = {}
    for layer, (matrix, row) in enumerate(zip(*to_matrices(network), strict=True)):
        module = 2 * layer  # an activation comes between two linear modules
        state[f"{module}.weight"] = matrix
        if row is not None:
            state[f"{module}.bias"] = row
    return state


def from_state_dict(
    kind: type[Network],
    state: Any,
    *,
    activation: str | Activation,
    output_activation: str | Activation | None,
    loss: str | Loss,
) -> Network:
    """Return the network of these weights; its layers are in the order of the names."""
    weights, biases = _read(state)
    vectors = {path: biases.get(path) for path in map(_bias_of, weights)}
    return build(kind, *arrange_as(weights, vectors, "linear"), activation, output_activation, loss)


def _read(state: Any) -> tuple[dict[str, Matrix], dict[str, Row]]:
    """Return the matrices and the vectors by name, or refuse the first other name."""
    if not isinstance(state, Mapping):
        raise DataError(
            "give the result of model.state_dict(), numbers with names such as '0.weight', "
            f"not {ascii_name(type(state).__name__)}"
        )
    weights: dict[str, Matrix] = {}
    biases: dict[str, Row] = {}
    for name, values in state.items():
        last, path = str(name).rpartition(".")[2], ascii_name(name, 60)
        if last == "weight":
            weights[str(name)] = read_matrix(values, path)
        elif last == "bias":
            biases[str(name)] = read_vector(values, path)
        else:
            raise DataError(f"{path} is neither a weight nor a bias of a linear layer")
    used = {_bias_of(name) for name in weights}
    for name in biases:
        if name not in used:
            raise DataError(f"{ascii_name(name, 60)} has no matching weight")
    if not weights:
        raise DataError("the state dict is empty")
    return weights, biases


def _bias_of(weight: str) -> str:
    return weight.removesuffix("weight") + "bias"
