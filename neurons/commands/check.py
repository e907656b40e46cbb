"""`neurons check`: tests whether the gradients of a network are right."""

from __future__ import annotations

import argparse
import json
from random import Random
from typing import Any

from neurons.check.gradients import check_gradients
from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.learn import optimizers
from neurons.learn.optimizers import OPTIMIZERS
from neurons.network import Network


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "check",
        help="compare the steps of back-propagation with finite differences",
        description="Compare the step applied to every weight with a finite difference of the "
        "loss, or three updates of an optimizer with its update rule. Exit code 0 if all agree, 1 "
        "if not.",
    )
    kinds.add_network(parser)
    parser.add_argument(
        "data",
        metavar="DATA.csv",
        nargs="?",
        help="samples from a file; else the samples of the example, or random ones",
    )
    parser.add_argument(
        "--samples", type=kinds.size, default=5, help="use at most this many samples"
    )
    parser.add_argument("--optimizer", choices=list(OPTIMIZERS), help="check its updates")
    parser.add_argument(
        "--rate", type=kinds.rate, help="the learning rate; else 0.5, or the optimizer's own"
    )
    parser.add_argument("--seed", type=kinds.count, default=1, help="seed of all random draws")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print the report, and return the exit code."""
    network, samples = _chosen(options)
    if options.optimizer is None:
        report = check_gradients(network, samples, learning_rate=options.rate)
    else:
        optimizer = optimizers.get(options.optimizer, options.rate)
        report = check_gradients(network, samples, optimizer=optimizer)
    if options.json:
        print(json.dumps({"network": repr(network), **report.to_dict()}, indent=1))
    else:
        print(f"{network!r}")
        print(report)
    return 0 if report.ok else 1


def _chosen(options: argparse.Namespace) -> tuple[Network, list[Any]]:
    network, samples = networks.find(
        options.model, seed=options.seed if options.model == "xor" else None
    )
    if options.data is not None:
        samples = networks.read_samples(network, options.data)
    elif not samples:
        samples = drawn_samples(network, options.samples, Random(options.seed))
    return network, samples[: options.samples]


def drawn_samples(network: Network, count: int, rng: Random) -> list[Any]:
    """Return random samples: inputs from -1 to 1, targets from 0 to 1 that fit the loss."""
    samples = []
    for _ in range(count):
        inputs = [2 * rng.random() - 1 for _ in network.inputs]
        targets = [rng.random() for _ in network.outputs]
        if network.loss.targets == "distribution":
            largest = max(targets)
            targets = [1.0 if target == largest else 0.0 for target in targets]
        samples.append((inputs, targets))
    return samples
