"""Who can be compared with whom: which differences between judges, aspects and entries the marks can tell at all.

Two panels that share no entry, or that mark different aspects of the same entries, leave it open whether one panel
is more severe or its aspects are harder. Such differences are the null space of the design, found here exactly as
linear algebra finds them: subsets in the sense of Linacre (1994), «Many-facet Rasch measurement», chapter 9.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def some(flags: Flags, *axes: int) -> Flags:
    """Whether any flag stands along these axes."""
    found: Flags = np.asarray(flags.any(axis=axes))
    return found


class Facets(NamedTuple):
    """One number for every entry, aspect and judge."""

    entry: Floats
    aspect: Floats
    judge: Floats

    @property
    def positions(self) -> Floats:
        """Entry − aspect − judge, as an array (judges, aspects, entries)."""
        found: Floats = (self.entry - self.aspect[:, np.newaxis]) - self.judge[:, np.newaxis, np.newaxis]
        return found

    def plus(self, other: Facets) -> Facets:
        """Both added, facet by facet."""
        return Facets(self.entry + other.entry, self.aspect + other.aspect, self.judge + other.judge)


class Information(NamedTuple):
    """What the marks tell of entries, aspects and judges, with the entries taken out (Schur's complement).

    `own` is the information of each entry, `cross` that of entries with (aspects, judges), `rest` what remains.
    """

    own: Floats
    cross: Floats
    rest: Floats

    def step(self, pull: Facets, free: Floats) -> Facets:
        """Newton's step for a pull on every number; `free` are the directions the marks say nothing about."""
        # Not by `@` over all entries, for the reason given at SMALL.
        known = np.einsum("n,nk->k", pull.entry / self.own, self.cross)
        structure = np.concatenate([pull.aspect, pull.judge]) - known
        # Along the free directions nothing pulls; the added term only makes the matrix regular.
        size = np.trace(self.rest) / len(self.rest) or 1.0
        moved: Floats = np.linalg.solve(self.rest + size * (free @ free.T), structure).astype(np.float64)
        many = len(pull.aspect)
        entry: Floats = (pull.entry - np.einsum("nk,k->n", self.cross, moved)) / self.own
        return Facets(entry, moved[:many], moved[many:])


SMALL = 200_000
"""So many multiplications BLAS does on one core; beyond it would wait for cores that others are using."""


def products(left: Floats, right: Floats) -> Floats:
    """The transpose of the first times the second, in pieces small enough to stay on one core."""
    rows = max(1, SMALL // max(1, left.shape[1] * right.shape[1]))
    found = np.zeros((left.shape[1], right.shape[1]))
    for start in range(0, len(left), rows):
        found += left[start : start + rows].T @ right[start : start + rows]
    return found


def information(variance: Floats) -> Information:
    """What marks of this variance (judges, aspects, entries) tell; 0 where there is no mark."""
    own = variance.sum(axis=(0, 1))
    by_aspect, by_judge, both = variance.sum(axis=0), variance.sum(axis=1), variance.sum(axis=2)
    cross = -np.concatenate([by_aspect, by_judge]).T
    aspects, judges = np.diag(by_aspect.sum(axis=1)), np.diag(by_judge.sum(axis=1))
    whole = np.block([[aspects, both.T], [both, judges]])
    return Information(own, cross, whole - products(cross, cross / own[:, np.newaxis]))


def free_directions(weight: Floats) -> Floats:
    """The directions of (aspects, judges) that change no expected mark, as columns; at least two.

    One is all aspects easier and all entries weaker, one all judges milder and all entries weaker.
    """
    judges, aspects, _ = weight.shape
    if weight.all(axis=(0, 1)).any():
        # One entry with all marks links all judges and aspects with one another, and all entries through them.
        return np.repeat(np.eye(2), (aspects, judges), axis=0) / np.sqrt([aspects, judges])
    values, vectors = np.linalg.eigh(information(weight).rest)
    free: Floats = vectors[:, values < 1e-9 * float(values[-1])]
    return free


def _of_entries(weight: Floats, free: Floats) -> Floats:
    found = information(weight)
    moved: Floats = -(found.cross @ free) / found.own[:, np.newaxis]
    return moved


def linked(weight: Floats, free: Floats) -> tuple[list[list[int]], list[list[int]]]:
    """Groups of judges, and of entries, within which all can be compared. `weight` is 1 where there is a mark."""
    many = weight.shape[1]
    return _alike(free[many:]), _alike(_of_entries(weight, free))


def _alike(rows: Floats) -> list[list[int]]:
    """The rows that move together whatever direction is taken."""
    groups: list[list[int]] = []
    left = np.arange(len(rows))
    while len(left):
        same = np.abs(rows[left] - rows[left[0]]).max(axis=1) < 1e-6
        groups.append(left[same].tolist())
        left = left[~same]
    return groups


def centred(facets: Facets, weight: Floats, free: Floats) -> Facets:
    """The same expected marks with judges that are 0 in the mean of each linked group, then aspects likewise."""
    many = len(facets.aspect)
    moves = np.concatenate([free, _of_entries(weight, free)])
    judges = slice(many, many + len(facets.judge))
    moved = _least(facets, moves, judges)
    _, sizes, directions = np.linalg.svd(moves[judges], full_matrices=True)
    kept = np.concatenate([sizes, np.zeros(len(directions) - len(sizes))]) < 1e-9
    rest = moves @ directions[kept].T
    return _least(moved, rest, slice(0, many)) if rest.size else moved


def _least(facets: Facets, moves: Floats, part: slice) -> Facets:
    """Move along the free directions until one part is as small as it can be."""
    many, judges = len(facets.aspect), len(facets.judge)
    whole = np.concatenate([facets.aspect, facets.judge, facets.entry])
    how_far = np.linalg.lstsq(moves[part], -whole[part], rcond=1e-9)[0]
    whole = whole + moves @ how_far
    return Facets(whole[many + judges :], whole[:many], whole[many : many + judges])
