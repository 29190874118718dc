"""The additive model: mark = entry − aspect − judge + chance, by least squares; severity in marks.

For marks with too many categories for a rating scale. De Gruijter (1984), «Two simple models for rater effects»,
Applied Psychological Measurement 8, 213–218; Braun (1988), «Understanding scoring reliability: experiments in
calibrating essay readers», Journal of Educational Statistics 13, 1–18.
"""

from __future__ import annotations

import numpy as np

from scoring.agreement.fitted import Fit, groups_of, per_judge, unmeasured
from scoring.agreement.judged import Judged
from scoring.agreement.linkage import Facets, centred, free_directions, information, linked, some
from scoring.agreement.measure import Reason
from scoring.agreement.reliability import varies


def fit_linear(marks: Judged) -> Fit | Reason:
    """Estimate severities in the common unit of the marks."""
    used = marks.numbered
    seats, rows, columns = some(used, 1, 2), some(used, 0, 2), some(used, 0, 1)
    cut = np.ix_(seats, rows, columns)
    weight = used[cut].astype(np.float64)
    given = marks.in_unit(marks.value)[cut]
    if not varies(given[weight > 0]):
        return "no_variance"
    level = float((given * weight).sum() / weight.sum())
    given = (given - level) * weight
    free = free_directions(weight)
    pull = Facets(given.sum(axis=(0, 1)), -given.sum(axis=(0, 2)), -given.sum(axis=(1, 2)))
    facets = centred(information(weight).step(pull, free), weight, free)
    rest = (given - facets.positions * weight) ** 2
    many = int(weight.sum())
    freedom = many - (sum(map(len, facets)) - free.shape[1])
    chance = float(rest.sum()) / freedom if freedom > 0 else 0.0
    if chance < 1e-18 * float((given**2).sum()):
        chance = 0.0
    judge_groups, entry_groups = linked(weight, free)
    fit = unmeasured("linear", used)._replace(
        judge_groups=groups_of(judge_groups, seats), entry_groups=groups_of(entry_groups, columns)
    )
    entry, aspect, judge = fit.facets.entry.copy(), fit.facets.aspect.copy(), fit.facets.judge.copy()
    entry[columns], aspect[rows], judge[seats] = facets.entry + level, facets.aspect, facets.judge
    fair = np.full(len(entry), np.nan)
    fair[columns] = level + facets.entry - facets.aspect.mean()
    errors = tuple(part.copy() for part in fit.errors)
    for error, kept, axes in zip(errors, (columns, rows, seats), ((0, 1), (0, 2), (1, 2)), strict=True):
        if freedom > 0:
            error[kept] = np.sqrt(chance / weight.sum(axis=axes))
    square = np.full(len(judge), np.nan)
    if chance:
        # Beside the mean of all judges: residuals of a fit are smaller than chance.
        square[seats] = per_judge(rest, weight) / (float(rest.sum()) / many)
    return fit._replace(
        facets=Facets(entry, aspect, judge),
        errors=Facets(*errors),
        infit=square,
        outfit=square,
        in_marks=-judge,
        fair=fair,
    )
