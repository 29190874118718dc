"""How far judges agree about entries: intraclass correlation, Kendall's W, Krippendorff's alpha.

All functions take marks as an array (judges, entries) of floats in which NaN is a missing mark.
"""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from scoring.agreement.measure import Coefficient, Reason, known, unknown

Floats = npt.NDArray[np.float64]

SMALL = 1e-12
"""A sum of squares below this share of the whole is rounding, not a difference."""


class Icc(msgspec.Struct, frozen=True, kw_only=True):
    """The six intraclass correlations of Shrout and Fleiss, with the mean squares they are made of.

    `one_*`: every entry has other judges; `two_*`: the judges are a sample, and differences of level count
    against them; `three_*`: these judges and no others, differences of level do not count. `*_single`: how far
    one judge can be trusted; `*_mean`: how far the mean of the panel can.
    """

    entries: int
    judges: int
    between: float | None
    within: float | None
    by_judge: float | None
    error: float | None
    one_single: Coefficient
    two_single: Coefficient
    three_single: Coefficient
    one_mean: Coefficient
    two_mean: Coefficient
    three_mean: Coefficient


class Kendall(msgspec.Struct, frozen=True, kw_only=True):
    """Kendall's coefficient of concordance, corrected for ties; S, χ² = m(n − 1)W and its degrees of freedom."""

    entries: int
    judges: int
    w: Coefficient
    s: float | None
    chi_square: float | None
    freedom: int | None


class Alpha(msgspec.Struct, frozen=True, kw_only=True):
    """Krippendorff's alpha by the four ways to see a difference between two marks; missing marks are allowed."""

    pairable: int
    nominal: Coefficient
    ordinal: Coefficient
    interval: Coefficient
    ratio: Coefficient


def complete(marks: Floats) -> tuple[Floats, Reason | None]:
    """The entries that every judge marked, and why that is not enough where it is not."""
    few = _few(marks)
    if few is not None:
        return marks[:, :0], few
    marks = marks[~np.isnan(marks).all(axis=1)]
    kept = marks[:, ~np.isnan(marks).any(axis=0)]
    return kept, "one_entry" if kept.shape[1] < 2 else None


def _few(marks: Floats) -> Reason | None:
    """Why there are not two judges to compare."""
    judges = int((~np.isnan(marks)).any(axis=1).sum())
    if judges >= 2:
        return None
    return "one_judge" if judges else "nothing_marked"


def varies(marks: Floats) -> bool:
    """Whether the marks differ by more than the rounding of floats."""
    size = float(np.abs(marks).max(initial=0.0))
    return bool(np.ptp(marks) > 1e-12 * size) if marks.size else False


def icc(marks: Floats) -> Icc:
    """Say how much of the differences between marks are differences between entries.

    Two-way analysis of variance over the entries that all judges marked. Shrout and Fleiss (1979), «Intraclass
    correlations: uses in assessing rater reliability», Psychological Bulletin 86, 420–428.
    """
    kept, reason = complete(marks)
    judges, entries = kept.shape
    if reason is None and not varies(kept):
        reason = "no_variance"
    if reason is not None:
        none = unknown(reason)
        return Icc(
            entries=entries,
            judges=judges,
            between=None,
            within=None,
            by_judge=None,
            error=None,
            one_single=none,
            two_single=none,
            three_single=none,
            one_mean=none,
            two_mean=none,
            three_mean=none,
        )
    # Large numbers with small differences: what all have in common is taken away before anything is squared.
    kept = kept - kept.mean()
    whole = float((kept**2).sum())
    of_entries = _whole(judges * float((kept.mean(axis=0) ** 2).sum()), whole)
    of_judges = _whole(entries * float((kept.mean(axis=1) ** 2).sum()), whole)
    rest = _whole(whole - of_entries - of_judges, whole)
    k, n = judges, entries
    between, by_judge = of_entries / (n - 1), of_judges / (k - 1)
    error, within = rest / ((n - 1) * (k - 1)), (of_judges + rest) / (n * (k - 1))
    size = between + by_judge + error

    def share(part: float, whole: float) -> Coefficient:
        return known(part / whole) if whole > SMALL * size else unknown("no_variance")

    return Icc(
        entries=n,
        judges=k,
        between=between,
        within=within,
        by_judge=by_judge,
        error=error,
        one_single=share(between - within, between + (k - 1) * within),
        two_single=share(between - error, between + (k - 1) * error + k * (by_judge - error) / n),
        three_single=share(between - error, between + (k - 1) * error),
        one_mean=share(between - within, between),
        two_mean=share(between - error, between + (by_judge - error) / n),
        three_mean=share(between - error, between),
    )


def _whole(part: float, whole: float) -> float:
    return part if part > SMALL * whole else 0.0


def ranks(marks: Floats) -> Floats:
    """Rank each judge's marks from 1 for the lowest; equal marks share the mean of their ranks.

    Marks that differ by less than the rounding of floats are equal.
    """
    size = float(np.abs(marks).max(initial=0.0)) or 1.0
    found = np.empty_like(marks)
    for row, own in enumerate(np.round(marks / size, 12)):
        _, group, count = np.unique(own, return_inverse=True, return_counts=True)
        found[row] = (np.cumsum(count) - (count - 1) / 2)[group]
    return found


def kendall(marks: Floats) -> Kendall:
    """Say how far the judges put the entries into the same order: 0 not at all, 1 entirely.

    W = 12 S / (m²(n³ − n) − m ΣT), T = Σ(t³ − t) over the ties of each judge. Kendall (1948), «Rank correlation
    methods», chapter 6.
    """
    kept, reason = complete(marks)
    judges, entries = kept.shape
    if reason is not None:
        return Kendall(entries=entries, judges=judges, w=unknown(reason), s=None, chi_square=None, freedom=None)
    ranked = ranks(kept)
    counts = (np.unique(own, return_counts=True)[1] for own in ranked)
    return concordance(ranked.sum(axis=0), judges, ties=sum(float((count**3 - count).sum()) for count in counts))


def concordance(sums: Floats, judges: int, *, ties: float = 0.0) -> Kendall:
    """Say the same from the sums of the ranks that so many judges gave each entry; `ties` is ΣT."""
    entries = len(sums)
    s = float(((sums - sums.mean()) ** 2).sum())
    most = judges**2 * (entries**3 - entries) - judges * ties
    if most <= 0:
        none = unknown("no_variance")
        return Kendall(entries=entries, judges=judges, w=none, s=s, chi_square=None, freedom=None)
    w = min(12 * s / most, 1.0)
    return Kendall(
        entries=entries,
        judges=judges,
        w=known(w),
        s=s,
        chi_square=judges * (entries - 1) * w,
        freedom=entries - 1,
    )


def alpha(marks: Floats) -> Alpha:
    """Say how far the judges agree beyond chance: 1 is agreement, 0 chance, below 0 worse than chance.

    1 − observed / expected disagreement over all pairs of marks within an entry. Krippendorff (2011), «Computing
    Krippendorff's alpha-reliability»; (2004) «Content analysis», chapter 11.
    """
    few = _few(marks)
    marks = marks[:, (~np.isnan(marks)).sum(axis=0) >= 2]
    if not marks.size:
        none = unknown(few or "nothing_marked")
        return Alpha(pairable=0, nominal=none, ordinal=none, interval=none, ratio=none)
    here = ~np.isnan(marks)
    pairable = int(here.sum())
    if not varies(marks[here]):
        none = unknown("no_variance")
        return Alpha(pairable=pairable, nominal=none, ordinal=none, interval=none, ratio=none)
    size = float(np.abs(marks[here]).max())
    values, place, counts = np.unique(np.round(marks[here] / size, 12), return_inverse=True, return_counts=True)
    # A mark by its place among all: the ordinal metric is the squared difference of these middle places.
    middle = np.full(marks.shape, np.nan)
    middle[here] = (np.cumsum(counts) - counts / 2)[place]
    return Alpha(
        pairable=pairable,
        nominal=_nominal(here, place, counts),
        ordinal=interval_alpha(middle),
        interval=interval_alpha(marks),
        ratio=_ratio(marks / size, values, counts) if values[0] >= 0 else unknown("not_a_ratio_scale"),
    )


def interval_alpha(marks: Floats) -> Coefficient:
    """Krippendorff's alpha by squared differences. Over an array (judges, entries)."""
    here = ~np.isnan(marks)
    few, count = _few(marks), here.sum(axis=0)
    marks, here, count = marks[:, count >= 2], here[:, count >= 2], count[count >= 2]
    if not marks.size:
        return unknown(few or "nothing_marked")
    if not varies(marks[here]):
        return unknown("no_variance")
    level = marks[here].mean()
    shifted = np.where(here, marks - level, 0.0)
    means = shifted.sum(axis=0) / count
    apart = (np.where(here, shifted - means, 0.0) ** 2).sum(axis=0)
    total = int(count.sum())
    observed = float((count * apart / (count - 1)).sum()) / total
    expected = float((shifted**2).sum()) / (total - 1)
    return known(1 - observed / expected)


def _nominal(
    here: npt.NDArray[np.bool_], place: npt.NDArray[np.intp], counts: npt.NDArray[np.intp]
) -> Coefficient:
    total = len(place)
    column = np.nonzero(here)[1]
    # How often each value stands in each entry.
    cells = np.unique(column * len(counts) + place, return_counts=True)
    count = here.sum(axis=0)
    equal = np.bincount(cells[0] // len(counts), weights=cells[1].astype(np.float64) ** 2, minlength=len(count))
    observed = float(((count.astype(np.float64) ** 2 - equal) / (count - 1)).sum()) / total
    expected = (total**2 - float((counts.astype(np.float64) ** 2).sum())) / (total * (total - 1))
    return known(1 - observed / expected)


def _ratio(marks: Floats, values: Floats, counts: npt.NDArray[np.intp]) -> Coefficient:
    here = ~np.isnan(marks)
    count, total = here.sum(axis=0), int(here.sum())
    observed = 0.0
    for row in range(1, len(marks)):
        apart = _apart(marks[:row], marks[row])
        observed += 2 * float((np.where(np.isnan(apart), 0.0, apart).sum(axis=0) / (count - 1)).sum())
    expected = 0.0
    for row in range(1, len(values)):
        expected += 2 * float(counts[row] * (_apart(values[:row], values[row]) * counts[:row]).sum())
    return known(1 - observed * (total - 1) / expected)


def _apart(one: Floats, other: Floats | np.float64) -> Floats:
    """The ratio metric ((a − b) / (a + b))²; two zeros do not differ."""
    both = np.asarray(one + other)
    found: Floats = (np.asarray(one - other) / np.where(both == 0, 1.0, both)) ** 2
    return found
