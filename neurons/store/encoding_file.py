"""An `Encoding` in a file: read from JSON, checked, and held against its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurons.data.encoding import Column, Encoding
from neurons.errors import FormatError
from neurons.store.json_reader import Part
from neurons.text import counted

if TYPE_CHECKING:
    from neurons.network import Network


def read(part: Part) -> Encoding:
    """Return the encoding in a file, or raise `FormatError`."""
    fields = part.fields(("features", "targets", "classes"))
    columns = {
        name: [_read_column(item) for item in fields[name].items()]
        for name in ("features", "targets")
    }
    names = [column.name for column in (*columns["features"], *columns["targets"])]
    if len(set(names)) < len(names):
        raise FormatError(f"{part.path}: two columns have the same name")
    classes = fields["classes"].maybe(Part.items)
    if classes is not None:
        classes = [item.text() for item in classes]
        if len(set(classes)) < len(classes) or len(columns["targets"]) != 1:
            fields["classes"].refuse("different names, for one target")
    return Encoding(columns["features"], columns["targets"], classes)


def check_fits(encoding: Encoding, network: Network, path: str) -> None:
    """Raise `FormatError` unless the network has the inputs and outputs of the encoding."""
    for count, ends, what in (
        (len(encoding.features), network.inputs, "input"),
        (encoding.outputs, network.outputs, "output"),
    ):
        if count != len(ends):
            raise FormatError(f"{path} is for {counted(count, what)}, the network has {len(ends)}")


def _read_column(part: Part) -> Column:
    fields = part.fields(("name", "offset", "scale"))
    column = Column(fields["name"].text(), fields["offset"].number(), fields["scale"].number())
    if column.scale <= 0:
        fields["scale"].refuse("a number above 0")
    return column
