"""A panel of simulated judges at work: each marks what its tablet is shown, at the pace of people.

How good an entry is in an aspect is the same for all of them, and invented; it touches no table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from realtime.protocol import AspectCard, EntryLine, StoredMark, Welcome
from seed.judges import Draft, SimulatedJudge


class Manner(NamedTuple):
    """How a panel works: seconds it takes for a mark, and from what its taste is invented."""

    seconds_per_mark: float = 4.0
    seed: str = "1"


async def run_panel(
    address: str,
    tokens: Sequence[str],
    *,
    seconds_per_mark: float = 4.0,
    seed: str = "1",
    until_marked: bool = True,
) -> int:
    """Let the judges with these tokens mark every open session of theirs; return how many marks were stored.

    With `until_marked` False they stay and wait for further sessions, until the task is cancelled.
    """
    manner = Manner(seconds_per_mark, seed)
    judges = [_judging(address, token, manner, until_marked=until_marked) for token in tokens]
    return sum(await asyncio.gather(*judges))


async def _judging(address: str, token: str, manner: Manner, *, until_marked: bool) -> int:
    dice = Random(f"{manner.seed} {token}")  # noqa: S311 -- an invented judge's taste
    judge = SimulatedJudge(address, token, dice=dice)
    stored = 0
    async with judge.seated() as welcome:
        while True:
            judge.changed.clear()
            opened = [session for session, state in judge.sessions.items() if state == "opened"]
            for session in opened:
                stored += await _mark_session(judge, welcome, session, dice, manner)
            if until_marked and not judge.changed.is_set():
                return stored
            await judge.changed.wait()


async def _mark_session(
    judge: SimulatedJudge, welcome: Welcome, session: str, dice: Random, manner: Manner
) -> int:
    """Mark the blanks of one session, entry by entry, until it is done or locked."""
    sheet = await judge.sheet(session)
    marked = {(mark.entry, mark.aspect) for mark in sheet.marks}
    mine = [card for card in sheet.aspects if _is_mine(card, welcome)]
    stored = 0
    for entry in sheet.entries:
        for card in mine:
            if (entry.entry, card.aspect) in marked or entry.status != "entered":
                continue
            if judge.sessions.get(session) != "opened":
                return stored
            await asyncio.sleep(manner.seconds_per_mark * dice.uniform(0.4, 1.6))
            draft = Draft(session, entry.entry, card.aspect, taste(card, entry, dice, manner.seed))
            [verdict] = await judge.enter([draft])
            stored += isinstance(verdict, StoredMark)
    return stored


def _is_mine(card: AspectCard, welcome: Welcome) -> bool:
    """What is marked once for the whole panel is marked by its first judge; imported marks come from the desk."""
    return card.view != "imported" and (card.by_panel or welcome.seat_number == 1)


def taste(card: AspectCard, entry: EntryLine, dice: Random, seed: str) -> int:
    """Invent a mark: how good the entry is here, as all judges see it, and a little of this judge's own."""
    shared = Random(f"{seed} {entry.entry} {card.aspect}")  # noqa: S311 -- an invented competitor's skill
    if card.choices:
        return shared.choices(card.choices, weights=range(1, len(card.choices) + 1))[0].value
    low = card.low or 0
    high = card.high if card.high is not None else low + 100 * card.step
    good = min(1.0, max(0.0, shared.betavariate(5, 2) + dice.gauss(0, 0.04)))
    if card.view in ("amount", "count") and not card.by_panel:
        good = shared.betavariate(1, 4)  # a deduction or a number of faults: mostly few
    return low + round(good * (high - low) / card.step) * card.step
