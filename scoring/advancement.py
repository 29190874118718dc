"""Stages and who goes on from each to the next: certainly, possibly, certainly not.

While marking runs nothing is guessed: who is called through goes on however the missing marks turn out, and who is
called out does not. When all is known everybody is one or the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from scoring.arranging import Question
from scoring.field import Field, Integers
from scoring.heats import by_heats
from scoring.keys import asked
from scoring.outlook import Outlook, excluding, may_be_void, outlook, removable
from scoring.prizes import AtTheCut, Cut, FirstHalf, FirstPlaces, Heats, Ratio, Stage, Threshold
from scoring.reaching import within
from scoring.scheme import Scheme
from scoring.shares import share
from scoring.total import LEAST, MOST, POINTS, Flags

OUTSIDE, OUT, POSSIBLE, THROUGH = range(4)
STATES = ("", "out", "possible", "through")
"""How an entry stands at the end of a stage: not in it, does not go on, may go on, goes on."""


class Outcome(NamedTuple):
    """One stage: how each entry stands at its end, by column of the sheet."""

    stage: Stage
    states: Integers
    decided: bool
    """Nobody is only possibly through."""
    cut: int | None
    """How many places lead on, where that is a number; the fewest while marking runs."""
    barriers: tuple[str, ...]
    """The nodes that take an entry out in this stage."""
    ahead: tuple[Integers, Integers] | None
    """By column, where places lead on: how many stand before an entry at least and at most, as it counts ties."""


class Taking(NamedTuple):
    """Who takes part in a stage, for certain or possibly, and whether it is the first or the last."""

    certain: Flags
    possible: Flags
    first: bool
    last: bool


def questions(scheme: Scheme) -> tuple[Question, ...]:
    """What entries are ordered by, stage after stage; without stages the total."""
    ranking, stages = scheme.ranking, scheme.document.stages
    if not stages:
        return (Question(scheme.root.id, ranking.order, asked(ranking, ranking.keys)),)
    last = len(stages) - 1
    return tuple(
        Question(
            stage.node,
            stage.order,
            asked(ranking, (*stage.keys, *ranking.keys) if at == last else stage.keys),
        )
        for at, stage in enumerate(stages)
    )


@lru_cache(maxsize=64)
def wanted(scheme: Scheme, level: int = -1) -> tuple[str, ...]:
    """The nodes a rank asks for, of who reached this stage and no more (−1: the last)."""
    every = questions(scheme)
    reached = every if level == -1 else every[: level + 1]
    found = [id_ for one in reached for id_ in (one.node, *(key.node for key in one.keys if key.node))]
    if len(reached) == len(every):
        found.insert(0, scheme.root.id)
    return tuple(dict.fromkeys(found))


def levels(field: Field, stages: tuple[Outcome, ...]) -> Integers:
    """By column: the last stage that was reached. Nobody climbs before a stage is decided."""
    reached = np.zeros(len(field.columns), dtype=np.int64)
    for level, one in enumerate(stages[:-1]):
        if not one.decided:
            break
        reached[(reached == level) & (one.states == THROUGH)] = level + 1
    return reached


def outcomes(field: Field) -> tuple[Outcome, ...]:
    """How every entry stands at the end of every stage."""
    stages = field.scheme.document.stages
    if not stages:
        return ()
    found: list[Outcome] = []
    barriers = _barriers(field)
    certain, possible = field.competing, np.zeros(len(field.columns), dtype=np.bool_)
    asks = questions(field.scheme)
    for at, stage in enumerate(stages):
        taking = Taking(certain, possible, first=at == 0, last=at == len(stages) - 1)
        one = _outcome(field, stage, asks[at], barriers[at], taking)
        found.append(one._replace(decided=one.decided and all(before.decided for before in found)))
        certain, possible = one.states == THROUGH, one.states == POSSIBLE
    return tuple(found)


def exclusions(field: Field, stages: tuple[Outcome, ...], reached: Integers) -> Mapping[str, Flags]:
    """By node: whom it takes out of the ranking. What belongs to a stage strikes only those who reached it."""
    if not stages:
        return field.excluded
    since = {id_: level for level, one in enumerate(stages) for id_ in one.barriers}
    return {id_: flags & (reached >= since.get(id_, 0)) for id_, flags in field.excluded.items()}


def _barriers(field: Field) -> list[tuple[str, ...]]:
    """For each stage the nodes that take an entry out in it: those below its node; others from the first on."""
    stages = field.scheme.document.stages
    found: list[tuple[str, ...]] = [() for _ in stages]
    for id_ in excluding(field):
        above = set(_path(field, id_))
        at = next((at for at, stage in enumerate(stages) if stage.node in above), 0)
        found[at] = (*found[at], id_)
    return found


def _path(field: Field, node: str) -> Iterator[str]:
    """A node and all that it stands below."""
    while node:
        yield node
        node = field.scheme.nodes[node].above


def _outcome(field: Field, stage: Stage, question: Question, barriers: tuple[str, ...], taking: Taking) -> Outcome:
    gone: Flags = np.zeros(len(field.columns), dtype=np.bool_)
    for id_ in barriers:
        gone |= field.excluded.get(id_, False)
    open_to = removable(field, barriers)
    if stage.order == "low":
        gone |= field.known(stage.node) & field.void(stage.node)
        open_to |= may_be_void(field, stage.node)
    ready = ~removable(field, barriers)
    for id_ in (question.node, *(key.node for key in question.keys if key.node)):
        ready &= field.known(id_)
    certain, possible = taking.certain & ~gone, taking.possible & ~gone
    seen = outlook(
        field,
        question,
        certain=certain,
        possible=possible,
        members=taking.certain | taking.possible,
        removable=open_to,
        ready=ready,
    )
    states = np.where((taking.certain | taking.possible) & gone, OUT, OUTSIDE)
    cut: int | None = None
    ahead: tuple[Integers, Integers] | None = None
    if stage.advance is None:
        states[seen.columns] = OUTSIDE if taking.last else np.where(seen.surely, THROUGH, POSSIBLE)
    else:
        cut, goes, stays = _cut(field, question, stage.advance, seen, taking)
        if cut is not None:
            ahead = _ahead(field, seen, level=getattr(stage.advance, "ties", "") == "trim")
        states[seen.columns] = np.where(stays, OUT, np.where(goes & seen.surely, THROUGH, POSSIBLE))
    return Outcome(stage, states, not bool((states == POSSIBLE).any()), cut, barriers, ahead)


def _cut(
    field: Field, question: Question, rule: Cut, seen: Outlook, taking: Taking
) -> tuple[int | None, Flags, Flags]:
    """How many places lead on, who certainly takes one and who certainly does not."""
    if isinstance(rule, Heats):
        return (None, *by_heats(field, question, rule, seen))
    if isinstance(rule, Threshold):
        return (None, *_within(field, question.node, rule, seen))
    fewest, most = _places(field, rule, seen, taking)
    return (fewest, *first_places(seen, fewest, most, ties=rule.ties))


def first_places(seen: Outlook, fewest: int, most: int, *, ties: AtTheCut) -> tuple[Flags, Flags]:
    """Who certainly stands within so many places and who certainly does not."""
    everyone: Flags = np.ones(len(seen.columns), dtype=np.bool_)
    level = ties == "trim"
    inside: Flags = seen.before(everyone, certainly=False, level=level) < fewest
    beyond: Flags = seen.before(seen.surely, certainly=True, level=level) >= most
    return inside, beyond


def _ahead(field: Field, seen: Outlook, *, level: bool) -> tuple[Integers, Integers]:
    """How many stand before each entry at least and at most, by column; `level` counts those who tie."""
    least, most = (np.zeros(len(field.columns), dtype=np.int64) for _ in range(2))
    least[seen.columns] = seen.before(seen.surely, certainly=True, level=level)
    most[seen.columns] = seen.before(np.ones_like(seen.surely), certainly=False, level=level)
    return least, most


def _places(field: Field, rule: FirstPlaces | Ratio | FirstHalf, seen: Outlook, taking: Taking) -> tuple[int, int]:
    """The fewest and most places that can lead on: a share of those who will turn out to be ranked."""
    if isinstance(rule, FirstPlaces):
        return rule.to, rule.to
    if taking.first:
        entries = (field.entries, field.entries)
    else:
        entries = (int(taking.certain.sum()), int((taking.certain | taking.possible).sum()))
    ranked = (int(seen.surely.sum()), len(seen.columns))
    fewest, most = (share(rule, ranked=one, entries=all_) for one, all_ in zip(ranked, entries, strict=True))
    return fewest, most


def _within(field: Field, node: str, rule: Threshold, seen: Outlook) -> tuple[Flags, Flags]:
    node = rule.node or node
    known, void = field.known(node), field.void(node)
    now = within(field, node, rule, POINTS, POINTS)
    reaches = np.where(known, now & ~void, within(field, node, rule, LEAST, MOST) & ~may_be_void(field, node))
    can_reach = np.where(known, now & ~void, within(field, node, rule, MOST, LEAST))
    return reaches[seen.columns], ~can_reach[seen.columns]
