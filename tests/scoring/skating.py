"""The Rostelecom Cup 2016 as schemes and sheets: each of its eight programmes is one event."""

import csv
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from scoring import Sheet, SheetMark

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases" / "skating-2016"


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def milli(text: str) -> int:
    value = Fraction(text) * 1000
    assert value.denominator == 1
    return int(value)


class Programme:
    """One programme: its performances, its scheme made from a preset, its sheet."""

    def __init__(self, name: str, performances: list[dict[str, str]], aspects: dict, marks: dict) -> None:
        self.name, self.performances, self.marks = name, performances, marks
        self.elements = {p["performance_id"]: self.of(aspects, p, "elements") for p in performances}
        self.components = {p["performance_id"]: self.of(aspects, p, "components") for p in performances}
        described = next(iter(self.components.values()))
        self.factor = described[0]["factor"]
        self.ids = {
            "Skating Skills": "SS",
            "Transitions": "TR",
            "Performance": "PE",
            "Composition": "CO",
            "Interpretation of the Music": "IN",
            "Interpretation of the Music / Timing": "IN",
        }

    @staticmethod
    def of(aspects: dict, performance: dict[str, str], section: str) -> list[dict[str, str]]:
        own = [one for one in aspects[performance["performance_id"]] if one["section"] == section]
        return sorted(own, key=lambda one: int(one["aspect_num"] or 0))

    def document(self) -> dict:
        """The preset for short or free programmes with as many elements as this one, and its factor."""
        short = "SHORT" in self.name
        preset = ROOT / "seed" / "presets" / ("skating-short.json" if short else "skating-free.json")
        document = json.loads(preset.read_text(encoding="utf-8"))["document"]
        elements, components, _ = document["root"]["parts"]
        score, execution = elements["parts"][:2]
        count = max(map(len, self.elements.values()))
        elements["parts"] = [
            {**part, "id": f"{part['id'][0]}{number}"}
            for number in range(1, count + 1)
            for part in (score, execution)
        ]
        for part in components["parts"]:
            part["factor"] = self.factor
        return document

    def sheet(self) -> Sheet:
        listed = []
        for performance in self.performances:
            listed += self.of_elements(performance["performance_id"])
            listed += self.of_components(performance["performance_id"])
            deducted = abs(milli(performance["total_deductions"]))
            listed.append(SheetMark(performance["performance_id"], "deductions", 0, "entered", deducted))
        entries = tuple(one["performance_id"] for one in self.performances)
        return Sheet(entries=entries, marks=listed, seats=dict.fromkeys(entries, 9))

    def of_elements(self, entry: str):
        elements = self.elements[entry]
        for number in range(1, max(map(len, self.elements.values())) + 1):
            if number > len(elements):
                # Fewer elements skated than the programme has room for.
                yield SheetMark(entry, f"E{number}", 0, "not_attempted", None)
                continue
            element = elements[number - 1]
            yield SheetMark(entry, f"E{number}", 0, "entered", milli(element["scores_of_panel"]))
            for mark in self.marks[element["aspect_id"]]:
                yield SheetMark(entry, f"G{number}", int(mark["judge"][1:]), "entered", milli(mark["score"]))

    def of_components(self, entry: str):
        for component in self.components[entry]:
            id_ = self.ids[component["aspect_desc"]]
            for mark in self.marks[component["aspect_id"]]:
                # 0.0 is no component mark: that judge was absent.
                value = milli(mark["score"])
                kind = "entered" if value else "absent"
                yield SheetMark(entry, id_, int(mark["judge"][1:]), kind, value or None)


def programmes() -> list[Programme]:
    aspects, marks, performances = defaultdict(list), defaultdict(list), defaultdict(list)
    for one in rows("aspects.csv"):
        aspects[one["performance_id"]].append(one)
    for one in rows("marks.csv"):
        marks[one["aspect_id"]].append(one)
    for one in rows("performances.csv"):
        performances[one["program"]].append(one)
    return [Programme(name, own, aspects, marks) for name, own in sorted(performances.items())]
