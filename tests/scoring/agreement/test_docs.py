"""Every example of docs/agreement.md is run, and says what the package says."""

import json
import re

import msgspec
import numpy as np
import pytest

from scoring.agreement import (
    Agreement,
    AspectAgreement,
    Fair,
    JudgeAgreement,
    Organisations,
    PanelAgreement,
    Severity,
    agreement,
    alpha,
    icc,
    kendall,
)
from scoring.agreement.measure import WHY
from tests.scoring.agreement.marking import scheme, sheet
from tests.scoring.skating import ROOT

PAGE = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
COMPUTE = {"icc": icc, "kendall": kendall, "alpha": alpha}


def computed(example: dict):
    if "compute" in example:
        rows = [[np.nan if mark is None else mark for mark in row] for row in example["marks"]]
        return COMPUTE[example["compute"]](np.array(rows, dtype=float).T)
    home = example.get("organisations", {"judges": {}, "entries": {}})
    return agreement(
        scheme(*example["aspects"]),
        sheet(example["marks"]),
        order=example.get("order"),
        organisations=Organisations(
            {("", int(seat)): name for seat, name in home["judges"].items()}, home["entries"]
        ),
        panels={tuple(pair.split("/")): name for pair, name in example.get("panels", {}).items()},
    )


def found(told, path: str):
    for step in path.split("."):
        told = told[int(step)] if isinstance(told, list) else told[step]
    return round(told, 2) + 0.0 if isinstance(told, float) else told


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_page_gives_what_the_page_says(example):
    told = msgspec.json.decode(msgspec.json.encode(computed(example)))
    assert {path: found(told, path) for path in example["gives"]} == example["gives"]


def test_every_measure_and_every_reason_is_explained():
    measures = {
        field
        for kind in (Agreement, AspectAgreement, JudgeAgreement, PanelAgreement, Severity, Fair)
        for field in kind.__struct_fields__
    } - {"said", "said_en", "panel", "aspect", "entry", "seat"}
    assert [name for name in sorted(measures) if f"`{name}`" not in PAGE] == []
    assert [reason for reason in WHY if f"`{reason}`" not in PAGE] == []
    shown = {path.split(".")[-2] for example in EXAMPLES for path in example["gives"] if path.endswith(".value")}
    assert {"bias", "distance", "spread", "dropped_low", "drift", "own_house", "severity", "fair", "w"} <= shown
