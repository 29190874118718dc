"""Every example of docs/scheme.md is run, and says what the engine says."""

import json
import re

import msgspec
import pytest

from scoring import Sheet, SheetMark, parse, results
from scoring.document import Node
from tests.scoring.skating import ROOT, milli

PAGE = (ROOT / "docs" / "scheme.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
WHOLE = [example for example in EXAMPLES if "document" in example]
NODES = [example for example in EXAMPLES if "node" in example]


def sheet_of(given: dict[str, dict]) -> Sheet:
    listed, seats = [], {}
    for entry, own in given.items():
        for aspect, marks in own.items():
            by_panel = isinstance(marks, list)
            for seat, mark in enumerate(marks if by_panel else [marks], 1):
                seats[entry] = max(seats.get(entry, 0), seat if by_panel else 0)
                if mark != "blank":
                    kind = mark if mark in ("absent", "not_attempted") else "entered"
                    value = milli(mark) if kind == "entered" else None
                    listed.append(SheetMark(entry, aspect, seat if by_panel else 0, kind, value))
    return Sheet(entries=tuple(given), marks=listed, seats=seats)


@pytest.mark.parametrize("example", NODES, ids=lambda example: example["node"]["kind"])
def test_a_node_of_the_page_scores_what_the_page_says(example):
    node = example["node"]
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": [node]}
    if "entries" in example:
        aspect = next(one for one in parse(json.dumps({"root": root})).aspects)
        sheet = sheet_of({entry: {aspect: mark} for entry, mark in example["entries"].items()})
        rows = results(parse(json.dumps({"root": root})), sheet).rows
        assert {row.entry: row.scores[node["id"]] for row in rows} == example["scores"]
        return
    marks = example.get("marks") or {node["id"]: example["mark"]}
    row = results(parse(json.dumps({"root": root})), sheet_of({"amber": marks})).rows[0]
    assert row.scores[node["id"]] == example["score"]
    if "best" in example:
        assert (row.best, row.worst) == (example["best"], example["worst"])


@pytest.mark.parametrize("example", WHOLE, ids=range(len(WHOLE)))
def test_a_document_of_the_page_has_the_results_the_page_says(example):
    sheet = msgspec.structs.replace(sheet_of(example["marks"]), attributes=example.get("attributes", {}))
    found = results(parse(json.dumps(example["document"])), sheet)
    expected = [
        {"awards": [], "shared": False, "tie_broken_by": row.tie_broken_by, **told}
        for row, told in zip(found.rows, example["results"], strict=True)
    ]
    assert [
        {
            "entry": row.entry,
            "rank": row.rank,
            "total": row.total,
            "awards": list(row.awards),
            "shared": row.shared,
            "tie_broken_by": row.tie_broken_by,
        }
        for row in found.rows
    ] == expected
    assert found.open_ties == example.get("open_ties", 0)
    for table in found.teams:
        assert [[row.group, row.rank, row.points] for row in table.rows] == example["teams"][table.table]


def test_every_kind_of_node_has_an_example():
    kinds = {kind.__struct_config__.tag for kind in Node.__args__}
    assert set().union(*(kinds_in(example) for example in EXAMPLES)) == kinds


def kinds_in(words) -> set[str]:
    if isinstance(words, list):
        return set().union(*(kinds_in(one) for one in words))
    if not isinstance(words, dict):
        return set()
    own = {words["kind"]} if "kind" in words else set()
    return own | kinds_in(list(words.values()))
