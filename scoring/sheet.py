"""The sheet: every mark that counts in an event, as people entered them and as arrays of whole thousandths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from scoring.kinds.part import MOST_JUDGES

ENTERED, ABSENT, NOT_ATTEMPTED = "entered", "absent", "not_attempted"
IN_COMPETITION = "entered"
"""The status of an entry that takes part; every other status is listed last, without a rank."""

WHOLE_PANEL = 0


class Marks(NamedTuple):
    """Many marks as columns of whole numbers, all of the same length.

    `entry` counts the entries of the sheet and `aspect` those of the scheme, from 0 and in their order. `state` is
    one of the `…_STATE` numbers; `value` in thousandths, looked at only where a mark is entered.
    """

    entry: npt.NDArray[np.int64]
    aspect: npt.NDArray[np.int64]
    seat: npt.NDArray[np.int64]
    state: npt.NDArray[np.uint8]
    value: npt.NDArray[np.int64]


class Block(NamedTuple):
    """The marks of a sheet as they lie in its cells: judge by judge, aspect by aspect, entry by entry.

    `panel` is (seats of the largest panel, aspects that every judge marks, entries) with seat 1 first, `single`
    (aspects that are marked once, entries); aspects in the order of the scheme, values in thousandths. States are
    `…_STATE` numbers in the same form; None where everything is entered. Nobody may write to the arrays while they
    are computed with.
    """

    panel: npt.NDArray[np.int64] | npt.NDArray[np.int32]
    panel_states: npt.NDArray[np.uint8] | None
    single: npt.NDArray[np.int64]
    single_states: npt.NDArray[np.uint8] | None


class SheetMark(NamedTuple):
    """One mark that counts. `seat` is 0 for aspects marked once for the whole panel; `value` in thousandths."""

    entry: str
    aspect: str
    seat: int
    kind: str
    value: int | None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All marks of an event with its entries.

    `statuses` names entries that do not simply take part (withdrawn, not_started, …); who is not named is
    `entered`. `seats` says how many judges mark each entry, as one number where it is the same for all; `panels`
    the same for single aspects of an entry that another panel marks. Blank is where no mark is. `labels` are the
    numbers that lists print; where rows are equal in everything, they stand in this order, and nothing else
    depends on it. `lots` are what was drawn, smaller first. `attributes` are columns of the list of entries, which
    groups, keys and conditions may ask for.
    """

    entries: tuple[str, ...]
    marks: Sequence[SheetMark] | Marks | Block
    seats: Mapping[str, int] | int
    statuses: Mapping[str, str] = {}
    panels: Mapping[tuple[str, str], int] = {}
    labels: Mapping[str, str] = {}
    lots: Mapping[str, int] = {}
    attributes: Mapping[str, Mapping[str, str]] = {}

    def judges(self, entry: str) -> int:
        """How many judges mark an entry, where no other panel is named."""
        return self.seats if isinstance(self.seats, int) else self.seats.get(entry, 0)


class SheetProblem(ValueError):
    """A sheet does not fit its scheme: an unknown entry or aspect, a seat outside the panel, two marks for one."""


BLANK_STATE, ENTERED_STATE, ABSENT_STATE, NOT_ATTEMPTED_STATE = 0, 1, 2, 3
"""How a cell of the arrays stands; odd states carry a number."""
STATES = {ENTERED: ENTERED_STATE, ABSENT: ABSENT_STATE, NOT_ATTEMPTED: NOT_ATTEMPTED_STATE}
"""The state of a cell by what its mark says."""


class Grid(NamedTuple):
    """The sheet as arrays: (judges, aspects, entries) for panels, (aspects, entries) for what is marked once."""

    entries: tuple[str, ...]
    panel: npt.NDArray[np.int64] | npt.NDArray[np.int32]
    """In 32 bits where the limits of the scheme allow it: most of what is read is this."""
    panel_states: npt.NDArray[np.uint8]
    seats: npt.NDArray[np.int64]
    """How many judges mark each aspect of each entry."""
    single: npt.NDArray[np.int64]
    single_states: npt.NDArray[np.uint8]
    competing: npt.NDArray[np.bool_]
    """Who takes part: what others are measured by."""
    groups: Mapping[str, npt.NDArray[np.int64]]
    """For each attribute the scheme groups by, a number for each entry: the same for the same value."""
    whole: bool
    """Every seat of panels that are all of one size, and every cell that is marked once, has an entered mark."""

    def part(self, at: slice) -> Grid:
        """The same of some entries that stand together."""
        return self._replace(
            entries=self.entries[at],
            panel=self.panel[:, :, at],
            panel_states=self.panel_states[:, :, at],
            seats=self.seats[:, at],
            single=self.single[:, at],
            single_states=self.single_states[:, at],
            competing=self.competing[at],
            groups={name: numbers[at] for name, numbers in self.groups.items()},
        )


def judges_of(sheet: Sheet) -> int:
    """The largest panel of a sheet."""
    seats = (sheet.seats,) if isinstance(sheet.seats, int) else sheet.seats.values()
    most: int = max((*seats, *sheet.panels.values(), 1))
    if most > MOST_JUDGES:
        raise SheetProblem(f"a panel of {most} judges; {MOST_JUDGES} are the most")
    return most
