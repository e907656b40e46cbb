"""`diagnose`: finds why a network does not learn, though its gradients are right.

Theory of operation. Each check looks for one thing and yields a finding if it is there. `CHECKS`
lists them in the order in which they run, each with the checks that look for a *cause* of the same
thing: if one of those has found something, the consequence is left out, so that one cause makes one
finding.

False alarms are worse than silence. The thresholds are chosen so that the article's XOR has no
finding before and after training. If a finding says that something is impossible, this is proved
(`separable`), computed (the least loss) or tried on a copy (a plateau).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.check import fit, symptoms
from neurons.check.finding import Finding
from neurons.check.statistics import Signs
from neurons.learn.samples import checked
from neurons.wiring.state import State

if TYPE_CHECKING:
    from neurons.network import Network

__all__ = ["CHECKS", "Finding", "diagnose"]

Check = Callable[[Signs], Iterator[Finding]]

WEIGHTS: tuple[Check, ...] = (fit.huge_weights, symptoms.overflow, fit.huge_nets, symptoms.all_zero)
"""Checks whose findings make later checks useless."""
SCALE: tuple[Check, ...] = (fit.far_inputs, fit.far_targets)
"""Checks whose findings explain large weights."""
DATA: tuple[Check, ...] = (fit.out_of_range, fit.not_shares, fit.alike, *SCALE)
"""Checks whose findings explain saturated outputs and silent layers."""
DEAD: tuple[Check, ...] = (*WEIGHTS, *DATA, symptoms.twins, symptoms.stuck, symptoms.dead_layers)

CHECKS: dict[Check, tuple[Check, ...]] = {
    fit.frozen: (),
    fit.out_of_range: (),
    fit.not_shares: (fit.out_of_range,),
    fit.contradictions: (),
    fit.one_class: (),
    fit.not_separable: (fit.out_of_range,),
    fit.alike: (),
    fit.far_inputs: (fit.alike,),
    fit.uneven_inputs: (fit.alike, fit.far_inputs),
    fit.far_targets: (fit.out_of_range,),
    fit.huge_weights: SCALE,
    symptoms.overflow: (*SCALE, fit.huge_weights),
    fit.huge_nets: (*SCALE, fit.huge_weights, symptoms.overflow),
    symptoms.all_zero: (),
    symptoms.cut_off: (symptoms.all_zero,),
    symptoms.twins: (symptoms.all_zero,),
    symptoms.stuck: (*WEIGHTS, *DATA, fit.not_separable),
    symptoms.saturated: (*WEIGHTS, *DATA, fit.not_separable, symptoms.stuck),
    symptoms.dead_layers: (*WEIGHTS, *DATA),
    symptoms.silent: (*WEIGHTS, *DATA, symptoms.dead_layers),
    symptoms.fading: (*DEAD, symptoms.cut_off, symptoms.saturated),
    symptoms.plateau: (*DEAD, fit.frozen, fit.not_separable, symptoms.fading),
}
"""Every check, in the order in which they run, with the checks that may name its cause."""


def diagnose(network: Network, samples: Iterable[Any]) -> list[Finding]:
    """Return the causes that keep the network from learning these samples, warnings first.

    Looks at the samples (targets out of range, inputs far from 1, contradictions, no hidden layer
    where one is needed), at the weights (huge, equal, 0, frozen) and at the passes (stuck and
    silent neurons, vanishing or exploding deltas, a plateau). Afterwards, the network is exactly as
    before. Raises `DataError` for samples that do not fit.
    """
    pairs = checked(network, samples)
    saved = State(network)
    try:
        findings = _findings(Signs(network, pairs))
    finally:
        saved.restore()
    return sorted(findings, key=lambda finding: finding.severity != "warning")


def _findings(signs: Signs) -> list[Finding]:
    """Return the findings of the checks, without those whose cause has been found already."""
    found: dict[Check, list[Finding]] = {}
    for check, causes in CHECKS.items():
        if not any(found.get(cause) for cause in causes):
            found[check] = list(check(signs))
    return [finding for findings in found.values() for finding in findings]
