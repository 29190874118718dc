"""A severity model that was fitted to the marks of an event, whichever it is."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from scoring.agreement.linkage import Facets, Flags, Floats

ENOUGH = 0.001
"""The iteration is at rest when nothing moves farther than this (logits)."""


class Fit(NamedTuple):
    """A fitted model. Its arrays are as long as those of the marks; NaN where there is no number."""

    method: Literal["rasch", "linear"]
    used: Flags
    """The marks (judges, aspects, entries) the structure was estimated from."""
    judge_groups: list[list[int]]
    entry_groups: list[list[int]]
    steps: int
    moved: float
    factor: float
    """What the structure was multiplied with to take off the bias of joint maximum likelihood."""
    thresholds: tuple[tuple[float, ...], ...]
    facets: Facets
    errors: Facets
    """Standard errors, as if everything else were known."""
    infit: Floats
    outfit: Floats
    in_marks: Floats
    """What each judge's severity does to a mark, in the common unit: below 0 for the severe."""
    fair: Floats
    """For each entry the mean mark of a judge of average severity, over the aspects used."""

    @property
    def converged(self) -> bool:
        """Whether the iteration came to rest."""
        return self.moved < ENOUGH


def unmeasured(method: Literal["rasch", "linear"], used: Flags) -> Fit:
    """A model without any numbers yet."""
    judge, aspect, entry = (np.full(many, np.nan) for many in used.shape)
    facets = Facets(entry, aspect, judge)
    return Fit(
        method=method,
        used=used,
        judge_groups=[],
        entry_groups=[],
        steps=1,
        moved=0.0,
        factor=1.0,
        thresholds=(),
        facets=facets,
        errors=facets,
        infit=judge,
        outfit=judge,
        in_marks=judge,
        fair=entry,
    )


def groups_of(groups: list[list[int]], kept: Flags) -> list[list[int]]:
    """Groups that were numbered among the kept ones only, by their numbers among all."""
    at = np.flatnonzero(kept)
    return [at[group].tolist() for group in groups]


def per_judge(values: Floats, weight: Floats) -> Floats:
    """The mean of values (judges, aspects, entries) over each judge's marks; NaN for who has none."""
    count = weight.sum(axis=(1, 2))
    total = (values * weight).sum(axis=(1, 2))
    found: Floats = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
    return found
