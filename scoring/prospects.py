"""Which awards are certain and which are out of reach while marking still runs.

Only awards by rank can be foreseen, from the ranks still possible; of the others nothing is said. An award that
asks for more than a rank, or that an award above may take the entry away from, is never certain beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from scoring.advancement import OUT, OUTSIDE, POSSIBLE, STATES, THROUGH, wanted
from scoring.field import Integers
from scoring.outlook import Outlook, excluding, may_be_void, outlook, removable
from scoring.prizes import Award, RankBand
from scoring.ranking import Order
from scoring.total import Flags


class Podium(NamedTuple):
    """Who may still be ranked in the last stage, and who of them for certain."""

    seen: Outlook
    elsewhere: Flags
    """By column: in competition, and certainly ranked behind all of these."""


def prospects(order: Order) -> tuple[Mapping[str, str], ...]:
    """By column: the awards by rank an entry will certainly have, may have, or will not have."""
    found: tuple[dict[str, str], ...] = tuple({} for _ in order.places)
    if order.complete or order.field.scheme.ranking.ties == "dense":
        return found
    podium = _podium(order)
    contested: Flags = np.zeros(len(found), dtype=np.bool_)
    for award in order.field.scheme.awards:
        states = _states(order, podium, award)
        if states is not None:
            free = award.besides | ~contested
            states = np.where((states == THROUGH) & ~free, POSSIBLE, states)
            for column in np.flatnonzero(states != OUTSIDE).tolist():
                found[column][award.id] = STATES[states[column]]
        if not award.besides:
            contested |= True if states is None else states != OUT
    return found


def _podium(order: Order) -> Podium:
    field = order.field
    question = order.questions[-1]
    certain, possible = field.competing, np.zeros(len(field.columns), dtype=np.bool_)
    if order.outcomes:
        before = order.outcomes[-2].states if len(order.outcomes) > 1 else None
        if before is not None:
            certain, possible = before == THROUGH, before == POSSIBLE
    nodes = excluding(field)
    gone: Flags = np.logical_or.reduce([~field.competing, *order.exclusions.values()])
    open_to = removable(field, nodes)
    if question.order == "low":
        open_to |= may_be_void(field, question.node)
    ready = ~removable(field, nodes)
    for id_ in wanted(field.scheme):
        ready &= field.known(id_)
    seen = outlook(
        field,
        question,
        certain=certain & ~gone,
        possible=possible & ~gone,
        members=certain | possible,
        removable=open_to,
        ready=ready,
    )
    return Podium(seen, field.competing & ~certain & ~possible)


def _states(order: Order, podium: Podium, award: Award) -> Integers | None:
    """How each entry stands to an award; None where nothing can be said of it."""
    rule, seen = award.rule, podium.seen
    if not isinstance(rule, RankBand) or rule.to > np.count_nonzero(seen.surely):
        return None
    everyone: Flags = np.ones(len(seen.columns), dtype=np.bool_)
    level = rule.ties == "trim" or bool(award.keys)
    inside = seen.before(everyone, certainly=False, level=level) < rule.to
    inside &= seen.before(seen.surely, certainly=True, level=False) >= rule.from_ - 1
    # Whatever becomes of a tie, who has so many better ones is behind the band, and who certainly stands before
    # its first place with all that tie is above it.
    beyond = seen.before(seen.surely, certainly=True, level=rule.ties == "trim" and not award.keys) >= rule.to
    beyond |= seen.before(everyone, certainly=False, level=True) < rule.from_ - 1
    few = award.min_entries > np.count_nonzero(seen.surely)
    asks_more = bool(award.all_of or award.any_of or few) or _bars(order)
    states = np.full(len(order.places), OUTSIDE)
    states[podium.elsewhere] = OUT
    certain = inside & seen.surely & (not asks_more)
    states[seen.columns] = np.where(beyond, OUT, np.where(certain, THROUGH, POSSIBLE))
    for flags in order.exclusions.values():
        states[flags & order.field.competing] = OUT
    return states


def _bars(order: Order) -> bool:
    """Whether any node of the scheme may keep an entry from awards."""
    nodes = (placed.node for placed in order.field.scheme.nodes.values())
    return any(node.pass_mark is not None and node.failing == "no_award" for node in nodes)
