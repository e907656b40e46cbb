"""A large layer as a block: loops over lists of weights instead of a statement for every synapse.

The weights of a block stand in tiles. A tile holds some of its units side by side: one row of
weights for each source, bias units first, whose output is 1. A loop over the rows has one statement
for each unit of a tile, and uses the same few variables whatever the size of the network: Python is
quick with the first 256 variables of a function. Where every sample is an update by the delta rule
and few inputs are 0, patches take the place of tiles: see `patches.py`.
"""

from __future__ import annotations

from neurons.learn.formulas import CUT, TILED, UNTILED
from neurons.learn.patches import PATCHED, UNPATCHED, Patch, moderate
from neurons.learn.plan import Plan, Stage, Unit
from neurons.learn.rules import Rule
from neurons.learn.writer import Writer
from neurons.maths import curves

WIDTH = 40
"""So many units at most stand side by side in a tile."""
IN_A_ROW = 10
"""So many of its variables are cleared in one line."""
LETTERS = "dpqr"
"""Of the deltas of the samples of a batch that add to a gradient in one statement."""


class Block:
    """How one layer is laid out: `count` tiles of `width` units, the last filled up with zeros."""

    def __init__(self, index: int, stage: Stage) -> None:
        self.index = index
        self.stage = stage
        self.units = stage.units
        self.biases = stage.units[0].biases
        self.count = -(-len(self.units) // WIDTH)
        self.width = -(-len(self.units) // self.count)
        self.filled = self.count * self.width - len(self.units)
        self.listed = False
        """Whether its units have no variables of their own: they stand in lists, in order."""
        self.first, self.stop = stage.units[0].first, stage.units[-1].stop
        self.fan_in = stage.units[0].stop - self.first

    def names(self, letter: str) -> str:
        """Return the variables of that letter for the units of a tile, ready to be unpacked."""
        return ", ".join(f"{letter}{k}" for k in range(self.width)) + ","


class Blocks(Writer):
    """Spells the stages whose numbers are `blocks`; `rule` moves their weights."""

    def __init__(self, plan: Plan, blocks: set[int], rule: Rule) -> None:
        self.rule = rule
        self.blocks = {index: Block(index, plan.stages[index]) for index in sorted(blocks)}
        self.moving = {
            n: block for n, block in self.blocks.items() if block.first not in plan.frozen
        }
        for index, block in self.blocks.items():
            after = self.blocks.get(index + 1)
            block.listed = not block.stage.softmax and after is not None and _feeds(block, after)
        self.patches: dict[int, Patch] = {}
        """Of the blocks that are spelled as patches, for now."""
        super().__init__(plan, {u for block in self.blocks.values() for u in block.units})
        self.listed = {u for b in self.blocks.values() if b.listed for u in b.units}

    def quick_names(self, batched: bool = False) -> None:
        """Name the variables of the loops first, where they are quick."""
        widths = [block.width for n, block in self.blocks.items() if n not in self.patches]
        if not widths:
            return
        self.put(
            "# the first variables of a function are the quick ones: those of the loops",
            "x = k = row = 0.0",
        )
        for letter in f"wn{LETTERS if batched else 'd'}":
            self._clear(letter, max(widths))

    def _clear(self, letter: str, width: int) -> None:
        for first in range(0, width, IN_A_ROW):
            names = [f"{letter}{k}" for k in range(first, min(first + IN_A_ROW, width))]
            self.put(f"{' = '.join(names)} = 0.0")

    def load_block(self, block: Block, kept: str, prefix: str) -> None:
        """Spell how its numbers in a flat list are put into tiles, or into patches."""
        span = f"{kept}[{block.first}:{block.stop}]"
        if patch := self.patches.get(block.index):
            self.needs(PATCHED)
            self.needs(patch.text())
            self.put(patch.load(span))
            return
        self.needs(TILED)
        size = f"{len(block.units)}, {block.width}"
        self.put(f"{prefix}tiles_{block.index} = tiled({span}, {size})")

    def store_block(self, block: Block, kept: str, prefix: str) -> None:
        """Spell how they are put back."""
        span = f"{kept}[{block.first}:{block.stop}]"
        if patch := self.patches.get(block.index):
            self.needs(UNPATCHED)
            self.put(f"{span} = {patch.store()}")
            return
        self.needs(UNTILED)
        self.put(f"{span} = untiled({prefix}tiles_{block.index}, {len(block.units)})")

    # F1 and F2

    def block_nets(self, block: Block) -> None:
        """Spell F1, and F2 where the outputs need no variables."""
        index = block.index
        self.put(f"# layer {index + 1}: {len(block.units)} neurons")
        if patch := self.patches.get(index):
            self.needs(CUT)
            self.put(*patch.nets(self._values(block)))
        else:
            self._row_nets(block)
        if not block.listed:
            self.put(f"{', '.join(f'net_{unit.name}' for unit in block.units)}, = nets_{index}")
            return
        value = block.units[0].neuron.activation.value
        output = self.expression(value, "n", n="n")
        self.put(f"outs_{index} = [{output} for n in nets_{index}]")
        self.needs_finite(f"nets_{index}", "net")

    def _row_nets(self, block: Block) -> None:
        index = block.index
        self.put(
            f"values_{index} = {self._values(block)}",
            f"nets_{index} = []",
            f"for tile in tiles_{index}:",
        )
        self.depth += 1
        self._clear("n", block.width)
        self.put(f"for x, row in zip(values_{index}, tile):")
        self.depth += 1
        self._skip(block)
        self.put(f"{block.names('w')} = row")
        self.put(*(f"n{k} += x * w{k}" for k in range(block.width)))
        self.depth -= 1
        self.put(f"nets_{index} += {block.names('n')}")
        self.depth -= 1
        if block.filled:
            self.put(f"del nets_{index}[{len(block.units)}:]")

    def needs_finite(self, numbers: str, what: str) -> None:
        """Spell that the numbers of a list must be finite."""
        self.put(
            f"if not all(map(isfinite, {numbers})):",
            f'    raise ArithmeticError("a {what} is not finite")',
        )

    def _values(self, block: Block) -> str:
        """Return the list of what a block multiplies its weights by."""
        values = ["1.0"] * block.biases
        sources = block.units[0].sources
        before = self.blocks.get(block.index - 1)
        if sources == self.plan.network.inputs:
            values.append("*inputs")
        elif before is not None and before.listed:
            values.append(f"*outs_{before.index}")
        else:
            values += [self.plan.names[source] for source in sources]
        if len(values) == 1 and values[0].startswith("*"):
            return values[0].removeprefix("*")
        return f"[{', '.join(values)}]"

    def takes_inputs(self, block: Block) -> bool:
        """Return whether it listens to all inputs in order, for which their list will do."""
        return block.units[0].sources == self.plan.network.inputs

    def _skips(self, block: Block) -> bool:
        """Return whether it pays to skip sources whose output is exactly 0."""
        units = map(self.plan.units.get, block.units[0].sources)
        return all(
            unit is None or unit.neuron.activation.value is curves.relu_value for unit in units
        )

    def make_patches(self, sparse: bool, shifts: bool) -> dict[int, Patch]:
        """Return the patches of all blocks that learn, but for those that skip zeros gladly.

        `sparse` tells that many inputs are 0; of what relu puts out, about half is.
        """
        patches = {}
        if shifts:
            self.functions["moderate"] = moderate
        for index, block in self.moving.items():
            neurons = block.units[0].sources
            are_inputs = neurons[0] in self.plan.network.inputs
            if not self._skips(block) or (are_inputs and not sparse):
                patches[index] = Patch(
                    index,
                    count=len(block.units),
                    fan_in=block.fan_in,
                    biases=block.biases,
                    feeds=any(source in self.plan.units for source in neurons),
                    shifts=shifts,
                )
        return patches

    def _skip(self, block: Block) -> None:
        if self._skips(block):
            self.put("if x == 0.0:", "    continue")

    # F3 and F4

    def block_deltas(self, block: Block) -> None:
        """Gather the deltas tile by tile, and spell what its synapses hand back."""
        index = block.index
        if block.listed:
            unit = block.units[0]
            slope = self.expression(unit.neuron.activation.derivative, "no", n="n", o="o")
            delta = "error" if slope == "1" else f"({slope}) * error"
            columns = f"nets_{index}, outs_{index}, totals_{index + 1}"
            self.put(f"deltas_{index} = [{delta} for n, o, error in zip({columns})]")
        else:
            names = ", ".join(f"delta_{unit.name}" for unit in block.units)
            self.put(f"deltas_{index} = [{names}]")
        self.needs(CUT)
        sources = [self.plan.units.get(source) for source in block.units[0].sources]
        if patch := self.patches.get(index):
            self.put(*patch.learning())
        else:
            if self._skips(block):
                self.needs_finite(f"deltas_{index}", "delta")
            self.put(f"parts_{index} = cut(deltas_{index}, {block.width})")
            if any(sources):  # inputs are handed nothing back
                self._row_totals(block, sources)
        if any(sources) and sources[0] not in self.listed:
            fed = (self.fed(unit) if unit else "_" for unit in sources)
            self.put(f"{', '.join(fed)}, = totals_{index}")

    def _row_totals(self, block: Block, sources: list[Unit | None]) -> None:
        index = block.index
        rows = f"tile[{block.biases}:]" if block.biases else "tile"
        products = " + ".join(f"d{k} * w{k}" for k in range(block.width))
        self.put(
            f"totals_{index} = [0.0] * {len(sources)}",
            f"for tile, ({block.names('d')}) in zip(tiles_{index}, parts_{index}):",
            f"    for k, ({block.names('w')}) in enumerate({rows}):",
            f"        totals_{index}[k] = totals_{index}[k] + {products}",
        )

    # F5

    def block_update(self, block: Block) -> None:
        """Spell the update of every row by one sample; patches have learned by now."""
        if block.index in self.patches:
            return
        self._open_tiles(block, f"({block.names('d')})", f"parts_{block.index}")
        if self.rule.plain:
            sums = [f"w{k} + learning_rate * (x * d{k})" for k in range(block.width)]
            self.put(f"for k, x in enumerate(values_{block.index}):")
            self.depth += 1
            self._skip(block)
            self.put(f"{block.names('w')} = tile[k]", f"tile[k] = [{', '.join(sums)}]")
            self.depth -= 1
        else:
            gradients = [f"-(x * d{k})" for k in range(block.width)]
            self._move_rows(block, f"x = values_{block.index}[k]", gradients)
        self.depth -= 1

    def block_keeps(self, block: Block) -> None:
        """Spell what a batch keeps of one sample."""
        index = block.index
        self.put(f"all_values_{index}.append(values_{index})")
        self.put(f"all_parts_{index}.append(parts_{index})")

    def block_batch_update(self, block: Block, average: bool) -> None:
        """Spell the update of every row by what the batch has kept."""
        index, count = block.index, len(LETTERS)
        self.put(f"while len(all_values_{index}) % {count}:  # samples of zeros change nothing")
        self.put(f"    all_values_{index}.append([0.0] * {block.fan_in})")
        self.put(f"    all_parts_{index}.append([[0.0] * {block.width}] * {block.count})")
        self._open_tiles(block, "parts", f"zip(*all_parts_{index})")
        self.put(f"sums = [[-0.0] * {block.width}] * {block.fan_in}")
        self.put(f"for first in range(0, len(parts), {count}):")
        self.depth += 1
        for place, letter in enumerate(LETTERS):
            self.put(f"{block.names(letter)} = parts[first + {place}]")
        xs = [f"x{place}" for place in range(count)]
        group = f"all_values_{index}[first : first + {count}]"
        self.put(f"for k, ({', '.join(xs)}) in enumerate(zip(*{group})):")
        self.depth += 1
        if self.rule.plain and self._skips(block):
            self.put(f"if not ({' or '.join(xs)}):", "    continue")
        totals = []
        for k in range(block.width):
            products = [f"{x} * {letter}{k}" for x, letter in zip(xs, LETTERS, strict=True)]
            totals.append(" - ".join([f"n{k}", *products]))
        self.put(f"{block.names('n')} = sums[k]", f"sums[k] = [{', '.join(totals)}]")
        self.depth -= 2
        gradients = [f"(n{k} / size)" if average else f"n{k}" for k in range(block.width)]
        self._move_rows(block, f"{block.names('n')} = sums[k]", gradients)
        self.depth -= 1

    def _open_tiles(self, block: Block, names: str, lists: str) -> None:
        """Open the loop over the tiles, with what is remembered of their weights."""
        memories = range(self.rule.memories)
        more = "".join(f", m{place}tile" for place in memories)
        tiles = "".join(f", m{place}tiles_{block.index}" for place in memories)
        self.put(f"for tile, {names}{more} in zip(tiles_{block.index}, {lists}{tiles}):")
        self.depth += 1

    def _move_rows(self, block: Block, first: str, gradients: list[str]) -> None:
        """Spell how each row moves; biases may be moved in a way of their own."""
        split = block.biases if self.rule.tells_biases() else 0
        for start, stop, is_bias in ((0, split, True), (split, block.fan_in, False)):
            if start == stop:
                continue
            span = f"{start}, {stop}" if start else stop
            self.put(f"for k in range({span}):", f"    {first}")
            self.depth += 1
            self._move_row(block, gradients, is_bias)
            self.depth -= 1

    def _move_row(self, block: Block, gradients: list[str], is_bias: bool) -> None:
        self.put(f"{block.names('w')} = tile[k]")
        weights = [f"w{k}" for k in range(block.width)]
        if self.rule.plain:
            sums = [f"{w} + minus_rate * {g}" for w, g in zip(weights, gradients, strict=True)]
            self.put(f"tile[k] = [{', '.join(sums)}]")
            return
        kept = {f"m{place}tile": f"m{place}w" for place in range(self.rule.memories)}
        for tile, letters in kept.items():
            self.put(f"{block.names(letters)} = {tile}[k]")
        for weight, gradient in zip(weights, gradients, strict=True):
            self.put(*self.rule.update(weight, gradient, is_bias))
        for tile, letters in {"tile": "w", **kept}.items():
            self.put(f"{tile}[k] = [{block.names(letters)}]")


def _feeds(block: Block, after: Block) -> bool:
    """Return whether all that a block's units do is to feed the next block, in order."""
    if any(unit.position is not None for unit in block.units):
        return False
    kinds = {unit.neuron.activation for unit in block.units}
    return len(kinds) == 1 and after.units[0].sources == [unit.neuron for unit in block.units]
