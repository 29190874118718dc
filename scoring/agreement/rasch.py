"""The many-facet Rasch model: log(P_k / P_(k−1)) = entry − aspect − judge − threshold_k.

Linacre (1994), «Many-facet Rasch measurement», with rating scales after Andrich (1978), Psychometrika 43, 561–573,
one for each kind of scale in the scheme. Joint maximum likelihood by Newton's steps. Its bias is taken off by the
factor (L − 1) / L of Wright and Douglas (1977), Educational and Psychological Measurement 37, 573–586, L being the
marks of one entry; the entries are then measured anew against the corrected structure. Who has only highest or
only lowest marks has no finite measure and is left out; afterwards the score is moved 0.3 of a category inwards
to show one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.agreement.curve import RatingScale
from scoring.agreement.fitted import ENOUGH, Fit, groups_of, per_judge, unmeasured
from scoring.agreement.judged import Judged
from scoring.agreement.linkage import Facets, Flags, Floats, centred, free_directions, information, linked, some
from scoring.agreement.measure import Reason

MOST_STEPS, TOO_FAR = 100, 15.0
"""When the iteration ends without a result: after so many steps, when a measure leaves the scale (logits)."""
INWARDS = 0.3
"""So much of a category a highest or lowest score is moved inwards, to show a measure."""


class Categories(NamedTuple):
    """Marks as numbered categories, from 0 for the lowest seen of each kind of scale."""

    number: Floats
    top: Floats
    """The highest category of each aspect's kind."""
    marks: list[Floats]
    """For each kind the marks of its categories, in the common unit."""


def distinct(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The different values, in order. Counted where that is cheaper than sorting."""
    if not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    if high - low > 1_000_000:
        return np.unique(values)
    return np.flatnonzero(np.bincount(values - low)) + low


def _categories(marks: Judged, used: Flags, kinds: npt.NDArray[np.intp]) -> Categories:
    number, top = np.zeros(marks.value.shape), np.zeros(len(kinds))
    shared = []
    for kind in range(int(kinds.max()) + 1):
        cut = np.flatnonzero(kinds == kind)
        given = marks.value[:, cut]
        seen = distinct(given[used[:, cut]])
        if len(seen):
            number[:, cut] = np.clip(np.searchsorted(seen, given), 0, len(seen) - 1)
            top[cut] = len(seen) - 1
            shared.append(marks.in_unit(np.repeat(seen[np.newaxis], len(kinds), axis=0))[cut[0]])
        else:
            shared.append(np.zeros(1))
    return Categories(number, top, shared)


class Frame(NamedTuple):
    """The model's own arrays: only judges, aspects and entries whose structure can be estimated."""

    number: Floats
    weight: Floats
    free: Floats
    kinds: npt.NDArray[np.intp]
    marks: list[Floats]
    top: Floats


def fit_rasch(marks: Judged, kinds: npt.NDArray[np.intp], *, corrected: bool = True) -> Fit | Reason:
    """Estimate severities in logits. `kinds` numbers the kind of scale of every aspect.

    Not `corrected` the estimates are those of FACETS, which leaves the bias of joint maximum likelihood in.
    """
    used = marks.numbered
    while True:
        categories = _categories(marks, used, kinds)
        inside = _not_extreme(categories, used)
        if (inside == used).all():
            break
        used = inside
    seats, rows, columns = some(used, 1, 2), some(used, 0, 2), some(used, 0, 1)
    if seats.sum() < 2 or columns.sum() < 2:
        return "no_variance"
    cut = np.ix_(seats, rows, columns)
    weight = used[cut].astype(np.float64)
    frame = Frame(
        categories.number[cut],
        weight,
        free_directions(weight),
        kinds[rows],
        categories.marks,
        categories.top[rows],
    )
    curve = RatingScale(frame.kinds, frame.marks)
    facets, steps, moved = _iterate(curve, frame)
    factor = 1.0
    if moved < ENOUGH:
        facets = centred(facets, weight, frame.free)
    if moved < ENOUGH and corrected:
        own = float(weight.sum()) / int(columns.sum())
        factor = (own - 1) / own
        facets = Facets(facets.entry, facets.aspect * factor, facets.judge * factor)
        curve.shrink(factor)
    judge_groups, entry_groups = linked(weight, frame.free)
    found = unmeasured("rasch", used)._replace(
        judge_groups=groups_of(judge_groups, seats),
        entry_groups=groups_of(entry_groups, columns),
        steps=steps,
        moved=moved,
        factor=factor,
        thresholds=tuple(tuple(own.tolist()) for own in curve.thresholds),
    )
    if not found.converged:
        return found
    return _told(found, frame, curve, facets, here=marks.numbered, number=categories.number)


def _not_extreme(categories: Categories, used: Flags) -> Flags:
    """The marks of those who do not have highest or lowest marks only."""
    for axes in ((0, 1), (0, 2), (1, 2)):
        score = (categories.number * used).sum(axis=axes, keepdims=True)
        most = (categories.top[:, np.newaxis] * used).sum(axis=axes, keepdims=True)
        used = used & (score > 0) & (score < most)
    return used


def _start(frame: Frame) -> Facets:
    """Log-odds of each share of the highest score, to start from."""

    def odds(axes: tuple[int, int]) -> Floats:
        share = (frame.number * frame.weight).sum(axis=axes)
        share /= (frame.weight * frame.top[:, np.newaxis]).sum(axis=axes)
        logits: Floats = np.log(share / (1 - share))
        return logits

    aspect, judge = odds((0, 2)), odds((1, 2))
    return Facets(odds((0, 1)), aspect.mean() - aspect, judge.mean() - judge)


def _iterate(curve: RatingScale, frame: Frame) -> tuple[Facets, int, float]:
    """Newton's steps, in turn for thresholds and for entries, aspects and judges together, until nothing moves."""
    facets, seen = _start(frame), _seen(frame)
    step, moved = 0, np.inf
    path: list[Floats] = []
    while step < MOST_STEPS and moved >= ENOUGH:
        step += 1
        moved = curve.improve(facets.positions, frame.weight, seen)
        facets = facets._replace(aspect=facets.aspect + curve.centre())
        found = curve.expected(facets.positions)
        rest = (frame.number - found.category) * frame.weight
        pull = Facets(rest.sum(axis=(0, 1)), -rest.sum(axis=(0, 2)), -rest.sum(axis=(1, 2)))
        change = information(found.variance * frame.weight).step(pull, frame.free)
        change = Facets(*(np.clip(part, -1.0, 1.0) for part in change))
        moved = max(moved, *(float(np.abs(part).max()) for part in change))
        facets = facets.plus(change)
        path.append(np.concatenate([*facets, *curve.thresholds]))
        if np.abs(path[-1]).max() > TOO_FAR:
            return facets, step, np.inf
        if len(path) == 3 and moved >= ENOUGH:
            facets = _farther(curve, facets, path)
            path.clear()
    return facets, step, moved


def _farther(curve: RatingScale, facets: Facets, path: list[Floats]) -> Facets:
    """Go on to where the last steps lead: thresholds and the rest pull at one another and give way in parts."""
    before, last = path[1] - path[0], path[2] - path[1]
    part = float(before @ last) / float(before @ before)
    if not 0.1 < part < 0.98:
        return facets
    ends = np.cumsum([*map(len, facets), *map(len, curve.thresholds)])[:-1]
    jump = last * part / (1 - part)
    entry, aspect, judge, *thresholds = np.split(path[2] + jump / max(1.0, float(np.abs(jump).max())), ends)
    curve.begin(thresholds)
    return Facets(entry, aspect, judge)


def _seen(frame: Frame) -> list[Floats]:
    """How many marks stand in each category of each kind."""
    found = []
    for kind, own in enumerate(frame.marks):
        cut = frame.kinds == kind
        numbers = frame.number[:, cut][frame.weight[:, cut] > 0].astype(np.int64)
        found.append(np.bincount(numbers, minlength=len(own)).astype(np.float64))
    return found


# ---- what was found, for all judges and entries -------------------------------------------------------------


def _told(fit: Fit, frame: Frame, curve: RatingScale, facets: Facets, *, here: Flags, number: Floats) -> Fit:
    """Measure all against the structure: the entries anew, and who has only highest or only lowest marks."""
    seats, rows, columns = some(fit.used, 1, 2), some(fit.used, 0, 2), some(fit.used, 0, 1)
    weight, number = here[:, rows].astype(np.float64), number[:, rows]
    entry, judge, aspect = (np.full(len(part), np.nan) for part in (columns, seats, rows))
    entry[columns], judge[seats], aspect[rows] = facets.entry, facets.judge, facets.aspect
    harder, top = facets.aspect[:, np.newaxis], frame.top[:, np.newaxis]
    base = -harder - facets.judge[:, np.newaxis, np.newaxis]
    entry, entry_error = _measured(curve, number[seats], weight[seats], top=top, base=base, start=entry)
    met = ~np.isnan(entry)
    # Seen from a judge, judges and entries change places: who marks below what is expected is severe.
    turned = np.transpose(number[:, :, met]), np.transpose(weight[:, :, met])
    base = (entry[met] - harder).T[:, :, np.newaxis]
    milder, judge_error = _measured(curve, *turned, top=top, base=base, start=-judge, kept=seats)
    judge = -milder
    full = Facets(entry[columns], facets.aspect, judge[seats])
    found = curve.expected(full.positions)
    rest = (frame.number - found.category) ** 2 * frame.weight
    variance = found.variance * frame.weight
    infit, outfit, in_marks = (np.full(len(judge), np.nan) for _ in range(3))
    infit[seats] = rest.sum(axis=(1, 2)) / variance.sum(axis=(1, 2))
    outfit[seats] = per_judge(rest / found.variance, frame.weight)
    aspect_error = np.full(len(aspect), np.nan)
    aspect_error[rows] = 1 / np.sqrt(variance.sum(axis=(0, 2)))
    level = np.nan_to_num(entry) - harder
    average = curve.mark(level)
    moved = curve.mark(level - np.nan_to_num(judge)[:, np.newaxis, np.newaxis]) - average
    in_marks = per_judge(moved, weight * met)
    in_marks[np.isnan(judge)] = np.nan
    return fit._replace(
        facets=Facets(entry, aspect, judge),
        errors=Facets(entry_error, aspect_error, judge_error),
        infit=infit,
        outfit=outfit,
        in_marks=in_marks,
        fair=np.where(met, average.mean(axis=0), np.nan),
    )


def _measured(
    curve: RatingScale,
    number: Floats,
    weight: Floats,
    *,
    top: Floats,
    base: Floats,
    start: Floats,
    kept: Flags | None = None,
) -> tuple[Floats, Floats]:
    """Measures along the last axis, everything else given, and their standard errors; NaN for who has no marks.

    Positions are `base` + measure, over (…, aspects, measures). Who is `kept` stays where the start is.
    """
    score, most = (number * weight).sum(axis=(0, 1)), (top * weight).sum(axis=(0, 1))
    wanted = np.clip(score, INWARDS, most - INWARDS)
    measure, moves = np.nan_to_num(start), most > 0
    held = np.zeros(len(start), dtype=bool) if kept is None else kept
    for _ in range(MOST_STEPS):
        found = curve.expected(base + measure)
        variance = np.maximum((found.variance * weight).sum(axis=(0, 1)), 1e-9)
        step = np.clip((wanted - (found.category * weight).sum(axis=(0, 1))) / variance, -1.0, 1.0)
        step = np.where(moves & ~held, step, 0.0)
        if np.abs(step).max(initial=0.0) < ENOUGH:
            break
        measure = measure + step
    return np.where(moves, measure, np.nan), np.where(moves, 1 / np.sqrt(variance), np.nan)
