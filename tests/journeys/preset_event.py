"""A preset as an organiser uses it: an event of six entries, a panel of five, and everything that is marked there.

What is marked is decided here and not on the tablets, so that the test can lay out the same sheet by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

import httpx

from scoring import Results, Sheet, SheetMark, parse, results
from scoring.kinds.veto import Veto
from scoring.scheme import Aspect
from seed.judges import Draft
from tests.journeys.service import ask

PRESETS = sorted((Path(__file__).resolve().parents[2] / "seed" / "presets").glob("*.json"))
UNITS = ("青山机械厂", "白水供电公司", "红石建筑公司")
JUDGES = ("周师傅", "吴师傅", "郑师傅", "王师傅", "冯师傅")
NAMES = ("张伟", "李秀英", "王建国", "刘芳", "陈静", "杨帆", "赵磊", "黄敏", "周涛")
ALONE = 0
"""The seat of what is marked once for the whole panel."""


class Sitting(NamedTuple):
    """One session: what is marked there, and of whom (by number)."""

    name: str
    aspects: list[str]
    entries: list[int]
    at_the_desk: bool = False


class PresetEvent:
    """One preset, in use."""

    def __init__(self, preset: str, document: dict[str, Any], name: str = "") -> None:
        self.preset = preset
        self.document = document
        self.name = name or preset
        self.scheme = parse(json.dumps(document))
        self.by_heats = any(stage.get("advance", {}).get("by") == "heats" for stage in document.get("stages", ()))
        # Two of a heat and the two next best go on: with nine there is somebody who does not.
        self.size = 9 if self.by_heats else 6
        self.event = ""
        self.entries: list[str] = []
        self.seats: list[str] = []
        self.sessions: dict[str, str] = {}
        """By name."""
        self.lots: dict[str, int] = {}

    # ---- planning -----------------------------------------------------------------------------------------------

    def sittings(self) -> list[Sitting]:
        """The sessions that cover every aspect: heats where the field is split, one a stage, one for the desk."""
        everyone = list(range(self.size))
        marked = [aspect.id for aspect in self.scheme.aspects.values() if aspect.view != "imported"]
        brought = [aspect.id for aspect in self.scheme.aspects.values() if aspect.view == "imported"]
        planned = []
        for stage in self.document.get("stages", ())[:-1]:
            early = [aspect for aspect in marked if self._is_below(aspect, stage["node"])]
            marked = [aspect for aspect in marked if aspect not in early]
            if self.by_heats:
                halves = everyone[: self.size // 2], everyone[self.size // 2 :]
                planned += [Sitting(f"第 {n} 组", early, half) for n, half in enumerate(halves, 1)]
            else:
                planned.append(Sitting(stage["name"], early, everyone))
        planned.append(Sitting("决赛" if planned else "现场", marked, everyone))
        if brought:
            planned.append(Sitting("录入", brought, everyone, at_the_desk=True))
        return planned

    def _is_below(self, aspect: str, node: str) -> bool:
        def ids(raw: dict[str, Any]) -> Iterator[str]:
            yield raw["id"]
            for part in [*raw.get("parts", ()), *([raw["of"]] if "of" in raw else ())]:
                yield from ids(part)

        def found(raw: dict[str, Any]) -> dict[str, Any] | None:
            if raw["id"] == node:
                return raw
            below = [*raw.get("parts", ()), *([raw["of"]] if "of" in raw else ())]
            return next((one for part in below if (one := found(part))), None)

        return aspect.partition(".")[0] in set(ids(found(self.document["root"]) or {"id": node}))

    def plan(self, organiser: httpx.Client, contest: str, code: str, units: Sequence[str]) -> None:
        """Make the event with its scheme, entries, panel and sessions, and open them."""
        body = {"code": code, "name": self.name, "public_view": "live"}
        self.event = ask(organiser, "POST", f"/contests/{contest}/events", body)["id"]
        ask(organiser, "PUT", f"/events/{self.event}/scheme", {"document": self.document})
        for number, name in enumerate(NAMES[: self.size]):
            unit = units[number % len(units)]
            entry = {"kind": "project", "name": name, "bib": f"{number + 1:02}", "organisation": unit}
            self.entries.append(ask(organiser, "POST", f"/events/{self.event}/entries", entry)["id"])
        seats = [{"judge_name": name} for name in JUDGES]
        panel = ask(organiser, "POST", f"/events/{self.event}/panels", {"name": "第 1 组", "seats": seats})
        self.seats = [seat["id"] for seat in sorted(panel["seats"], key=lambda seat: seat["number"])]
        for sitting in self.sittings():
            wanted = {
                "name": sitting.name,
                "aspects": sitting.aspects,
                "entries": [self.entries[number] for number in sitting.entries],
            }
            if not sitting.at_the_desk:
                wanted["panel"] = panel["id"]
            session = ask(organiser, "POST", f"/events/{self.event}/sessions", wanted)["id"]
            self.sessions[sitting.name] = session
            ask(organiser, "POST", f"/sessions/{session}/open")

    # ---- what is marked -----------------------------------------------------------------------------------------

    def marks(self) -> list[SheetMark]:
        """Every mark, in the order of the sessions: the fourth and the fifth are marked alike, some are absent,
        the last did not attempt the first thing, and the third has what strikes it.
        """
        made: list[SheetMark] = []
        for sitting in self.sittings():
            going_on = self._going_on(made)
            for number in sitting.entries:
                if self.entries[number] in going_on:
                    made += [
                        mark for id_ in sitting.aspects for mark in self._of(number, self.scheme.aspects[id_])
                    ]
        return made

    def _going_on(self, made: list[SheetMark]) -> set[str]:
        """Who is not out after what is marked so far."""
        found = results(self.scheme, self.sheet(made))
        return {row.entry for row in found.rows if "out" not in row.advances}

    def _of(self, number: int, aspect: Aspect) -> Iterator[SheetMark]:
        # The fourth and the fifth have the same luck.
        luck = Random(f"{self.preset} {3 if number == 4 else number} {aspect.id}")
        entry, dual = self.entries[number], getattr(self.scheme.nodes[aspect.id].node, "dual", False)
        if aspect.optional and (luck.random() < 0.5 or number in (3, 4)) and not self._strikes(number, aspect):
            return
        if number == self.size - 1 and aspect.id in (self._first, self._second):
            seats = range(1, len(JUDGES) + 1) if aspect.by_panel else (ALONE,)
            yield from (SheetMark(entry, aspect.id, seat, "not_attempted", None) for seat in seats)
        elif not aspect.by_panel:
            yield SheetMark(entry, aspect.id, ALONE, "entered", self._value(number, aspect, luck))
        else:
            same = self._value(number, aspect, luck)
            for seat in range(1, len(JUDGES) + 1):
                if seat == len(JUDGES) and number == 1:
                    yield SheetMark(entry, aspect.id, seat, "absent", None)
                else:
                    value = same if dual else self._value(number, aspect, luck)
                    yield SheetMark(entry, aspect.id, seat, "entered", value)

    @property
    def _first(self) -> str:
        return next((id_ for id_, one in self.scheme.aspects.items() if not one.by_panel and not one.optional), "")

    @property
    def _second(self) -> str:
        return next((id_ for id_, one in self.scheme.aspects.items() if one.by_panel), "")

    def _strikes(self, number: int, aspect: Aspect) -> bool:
        return number == 2 and isinstance(self.scheme.nodes[aspect.id].node, Veto)

    def _value(self, number: int, aspect: Aspect, luck: Random) -> int:
        if isinstance(self.scheme.nodes[aspect.id].node, Veto):
            return 1000 if number == 2 else 0
        if aspect.choices:
            return luck.choice(aspect.choices).value
        low = aspect.low or 0
        high = aspect.high if aspect.high is not None else low + 60 * aspect.step
        steps = (high - low) // aspect.step
        return low + luck.randint(steps * 6 // 10, steps) * aspect.step

    def drafts(self, seat: int, marks: Iterable[SheetMark]) -> list[Draft]:
        """What one judge enters on the tablet: seat 1 also what is marked once."""
        places = {
            (id_, self.entries[number]): self.sessions[sitting.name]
            for sitting in self.sittings()
            for id_ in sitting.aspects
            for number in sitting.entries
            if not sitting.at_the_desk
        }
        mine = (seat, ALONE) if seat == 1 else (seat,)
        return [
            Draft(session, mark.entry, mark.aspect, mark.value, mark.kind)
            for mark in marks
            if mark.seat in mine and (session := places.get((mark.aspect, mark.entry)))
        ]

    def bring_in(self, organiser: httpx.Client, marks: Iterable[SheetMark], numbers: Iterator[int]) -> int:
        """Enter at the desk what comes from elsewhere; returns how many marks."""
        session = self.sessions.get("录入")
        brought = [mark for mark in marks if session and self.scheme.aspects[mark.aspect].view == "imported"]
        body = [
            {
                "mark": uuid4().hex,
                "device_seq": next(numbers),
                "entry": mark.entry,
                "aspect": mark.aspect,
                "kind": mark.kind,
                "value": mark.value,
            }
            for mark in brought
        ]
        if body:
            receipts = ask(organiser, "POST", f"/sessions/{session}/marks", {"marks": body})
            assert {receipt["verdict"] for receipt in receipts} == {"stored"}
        return len(body)

    # ---- what should come out -----------------------------------------------------------------------------------

    def sheet(self, marks: Sequence[SheetMark]) -> Sheet:
        """The sheet as the test lays it out."""
        heats = {
            self.entries[number]: sitting.name
            for sitting in self.sittings()
            if sitting.name.startswith("第")
            for number in sitting.entries
        }
        units = {entry: UNITS[number % len(UNITS)] for number, entry in enumerate(self.entries)}
        return Sheet(
            entries=tuple(self.entries),
            marks=list(marks),
            seats=len(JUDGES),
            labels={entry: f"{number:02}" for number, entry in enumerate(self.entries, 1)},
            lots=self.lots,
            attributes={"organisation": units, "heat": heats},
        )

    def computed(self, marks: Sequence[SheetMark]) -> Results:
        """What the one scoring engine makes of these marks."""
        return results(self.scheme, self.sheet(marks))
