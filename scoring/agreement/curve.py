"""How a mark is expected to grow with what is marked: the curves under the two severity models.

A curve answers for whole arrays of positions (entry − aspect − judge) at once: expected category, its variance,
expected mark. The rating scale reads its answers off a fine table, so that a large event costs little.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.agreement.linkage import products

Floats = npt.NDArray[np.float64]

FARTHEST, STEP = 25.0, 0.01
"""Positions in logits between ±FARTHEST, one row of the table for each STEP."""
POSITIONS = np.arange(-FARTHEST, FARTHEST + STEP / 2, STEP)


class Expected(NamedTuple):
    """What is expected at every position: the category, and its variance."""

    category: Floats
    variance: Floats


class RatingScale:
    """Andrich's rating scale: log(P_k / P_(k−1)) = position − threshold_k, with thresholds for each kind of scale.

    `kinds` numbers the kind of scale of each aspect, `marks` holds for each kind the marks of its categories.
    """

    def __init__(self, kinds: npt.NDArray[np.intp], marks: list[Floats]) -> None:
        self.kinds, self.marks = kinds, marks
        self.thresholds = [np.zeros(len(own) - 1) for own in marks]
        self._offsets = (kinds * len(POSITIONS))[:, np.newaxis]
        self._tabulate()

    def begin(self, thresholds: list[Floats]) -> None:
        """Go on from these thresholds."""
        self.thresholds = thresholds
        self._tabulate()

    def _tabulate(self) -> None:
        categories, variances, marks, self._chances = [], [], [], []
        for thresholds, own in zip(self.thresholds, self.marks, strict=True):
            order = np.arange(len(own), dtype=np.float64)
            powers = np.multiply.outer(POSITIONS, order) - np.concatenate([[0.0], np.cumsum(thresholds)])
            powers = np.exp(powers - powers.max(axis=1, keepdims=True))
            chance = powers / powers.sum(axis=1, keepdims=True)
            # Not by `@`: BLAS would wait for cores that others are using.
            mean, square, mark = (np.einsum("pk,k->p", chance, by) for by in (order, order**2, own))
            categories.append(mean)
            variances.append(np.maximum(square - mean**2, 1e-12))
            marks.append(mark)
            self._chances.append(chance)
        self._category, self._variance, self._mark = map(np.concatenate, (categories, variances, marks))

    def _rows(self, positions: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
        """The row of the table below every position (…, aspects, entries), and how far on to the next."""
        at = (np.clip(positions, -FARTHEST, FARTHEST - STEP) + FARTHEST) / STEP
        row = at.astype(np.intp)
        return row + self._offsets, at - row

    def expected(self, positions: Floats) -> Expected:
        """Category and variance at every position (…, aspects, entries)."""
        row, on = self._rows(positions)
        return Expected(_read(self._category, row, on), _read(self._variance, row, on))

    def mark(self, positions: Floats) -> Floats:
        """The expected mark at every position, in the common unit."""
        return _read(self._mark, *self._rows(positions))

    def improve(self, positions: Floats, weight: Floats, seen: list[Floats]) -> float:
        """Newton's step for the thresholds, categories being `seen` so often; how far the farthest moved."""
        row, on = self._rows(positions)
        size = len(POSITIONS) * len(self.marks)
        row, on, weight = row.ravel(), on.ravel(), weight.ravel()
        many = np.bincount(row, weights=weight * (1 - on), minlength=size)
        many += np.bincount(row + 1, weights=weight * on, minlength=size + 1)[:size]
        farthest = 0.0
        for kind, chance in enumerate(self._chances):
            if len(self.thresholds[kind]) < 2:
                continue
            here = many[kind * len(POSITIONS) : (kind + 1) * len(POSITIONS)]
            # At or above a category: what is expected there beyond what is seen there raises its threshold.
            above = chance[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
            expected, found = np.einsum("p,pk->k", here, above), seen[kind][::-1].cumsum()[::-1][1:]
            order = np.arange(len(expected))
            both = expected[np.maximum.outer(order, order)] - products(above * here[:, np.newaxis], above)
            move = np.linalg.solve(both, expected - found)
            move = np.clip(move, -1.0, 1.0)
            farthest = max(farthest, float(np.abs(move - move.mean()).max()))
            self.thresholds[kind] = self.thresholds[kind] + move
        return farthest

    def centre(self) -> Floats:
        """Let the thresholds of every kind be 0 in the mean; what each aspect becomes more difficult by it."""
        # A kind of which one mark only is left has no thresholds.
        means = np.array([own.mean() if len(own) else 0.0 for own in self.thresholds])
        self.thresholds = [own - mean for own, mean in zip(self.thresholds, means, strict=True)]
        self._tabulate()
        found: Floats = means[self.kinds]
        return found

    def shrink(self, factor: float) -> None:
        """Bring the thresholds nearer to one another."""
        self.thresholds = [own * factor for own in self.thresholds]
        self._tabulate()


def _read(table: Floats, row: npt.NDArray[np.intp], on: Floats) -> Floats:
    low = table[row]
    found: Floats = low + (table[row + 1] - low) * on
    return found
