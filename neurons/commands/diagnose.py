"""`neurons diagnose`: finds what keeps a network from learning."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.check.health import diagnose
from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.text import counted

MOST = 10
"""At most this many findings are shown."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "diagnose",
        help="look for what keeps a network from learning",
        description="Look for targets that no output can give, inputs far from 1, samples that "
        "contradict each other, a missing hidden layer, frozen, huge and equal weights, stuck and "
        "silent neurons, vanishing and exploding deltas, and plateaus. Exit code 0 without "
        "warnings, 1 with some.",
    )
    kinds.add_network(parser)
    parser.add_argument("data", metavar="DATA.csv", nargs="?", help="samples for the network")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Diagnose, print the findings, and return the exit code."""
    network, samples = networks.find(options.model)
    if options.data is not None:
        samples = networks.read_samples(network, options.data)
    networks.needed(samples, options.model, "give a DATA.csv")
    findings = diagnose(network, samples)
    print(f"{network!r}, {counted(len(samples), 'sample')}")
    for finding in findings[:MOST]:
        print(finding.explain())
    if len(findings) > MOST:
        print(f"... and {len(findings) - MOST} more")
    if not findings:
        print("nothing found: samples and network fit, no neuron is stuck, silent or a twin")
    return int(any(finding.severity == "warning" for finding in findings))
