"""How far the judges of an event agree, computed in a process of its own: a sheet as JSON in, the answer out."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import msgspec

from scoring import Sheet, SheetMark, parse
from scoring.agreement import Agreement, agreement


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The marks of an event with what is known of their circumstances."""

    document: str
    entries: tuple[str, ...]
    marks: list[SheetMark]
    judges: int
    """The most judges who mark an entry; `panels` say how many mark which aspect of it."""
    panels: list[tuple[str, str, int]]
    """Entry and aspect, and how many judges mark it."""
    marked_by: list[tuple[str, str, str]]
    """Entry and aspect, and the panel that marks it; empty where one panel marks all."""
    statuses: Mapping[str, str]
    order: Mapping[str, float]
    """When each entry was first marked, as a number that grows."""


def answered(question: Question) -> Agreement:
    """Say how far the judges agree."""
    sheet = Sheet(
        entries=question.entries,
        marks=question.marks,
        seats=dict.fromkeys(question.entries, question.judges),
        panels={(entry, aspect): judges for entry, aspect, judges in question.panels},
        statuses=question.statuses,
    )
    marked_by = {(entry, aspect): panel for entry, aspect, panel in question.marked_by}
    return agreement(parse(question.document), sheet, order=question.order or None, panels=marked_by or None)


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    sys.stdout.buffer.write(msgspec.json.encode(answered(asked)))
