import json
from pathlib import Path
from random import Random

import pytest
from jsonschema import Draft202012Validator

from scoring import Scheme, Sheet, SheetMark, explain, outline, parse, results, schema

PRESETS = sorted((Path(__file__).resolve().parents[2] / "seed" / "presets").glob("*.json"))


def test_the_presets_an_organiser_begins_with_are_there():
    assert {path.stem for path in PRESETS} >= {
        "vocational-30-70", "timed-practical", "knowledge-quiz", "worldskills", "presentation", "skating-short",
        "skating-free", "labour-indicators", "difficulty-panel", "sports-track", "sports-field",
        "sports-tug-of-war", "safety-veto", "innovation-review", "craftsman-rounds",
    }  # fmt: skip


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_preset_is_a_scheme_in_both_languages(path: Path):
    preset = json.loads(path.read_text(encoding="utf-8"))
    assert set(preset) == {"name", "name_en", "kind", "public_view", "document"}
    assert preset["name"]
    assert preset["name_en"]
    assert preset["kind"] in {"skills", "labour", "safety", "quiz", "sports", "innovation", "craftsman"}
    assert preset["public_view"] in {"live", "after_publication"}
    scheme = parse(json.dumps(preset["document"]))
    assert all(row.name and row.name_en for row in outline(scheme))
    assert all(award.name and award.name_en for award in scheme.awards)
    for aspect in scheme.aspects.values():
        assert (bool(aspect.unit), bool(aspect.hint)) == (bool(aspect.unit_en), bool(aspect.hint_en)), aspect.id
        assert (aspect.unit_en + aspect.hint_en).isascii() or "±" in aspect.hint_en


def test_vocational_contests_publish_nothing_before_sign_off():
    views = {path.stem: json.loads(path.read_text(encoding="utf-8"))["public_view"] for path in PRESETS}
    assert {name for name, view in views.items() if view == "after_publication"} >= {
        "vocational-30-70", "timed-practical", "worldskills",
    }  # fmt: skip


def test_the_worldskills_preset_sums_to_one_hundred():
    preset = next(path for path in PRESETS if path.stem == "worldskills")
    scheme = parse(json.dumps(json.loads(preset.read_text(encoding="utf-8"))["document"]))
    assert scheme.nodes["marks"].span.high == 100


def marked(scheme: Scheme, seed: int) -> Sheet:
    """Twelve entries of four organisations in three heats, everything marked that must be."""
    dice, entries, listed = Random(seed), tuple(f"e{at}" for at in range(12)), []
    for entry in entries:
        for aspect in scheme.aspects.values():
            if aspect.optional and dice.random() < 0.9:
                continue
            for seat in range(1, 6) if aspect.by_panel else (0,):
                low = aspect.low or 0
                high = min(600_000 if aspect.high is None else aspect.high, low + 600_000)
                value = low + aspect.step * dice.randint(1, (high - low) // aspect.step)
                listed.append(SheetMark(entry, aspect.id, seat, "entered", value))
    attributes = {
        "organisation": {entry: f"o{at % 4}" for at, entry in enumerate(entries)},
        "heat": {entry: f"h{at % 3}" for at, entry in enumerate(entries)},
    }
    return Sheet(entries=entries, marks=listed, seats=dict.fromkeys(entries, 5), attributes=attributes)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_brings_a_marked_event_to_ranks_prizes_and_reasons(path: Path, seed: int):
    scheme = parse(json.dumps(json.loads(path.read_text(encoding="utf-8"))["document"]))
    sheet = marked(scheme, seed)
    found = results(scheme, sheet)
    assert found.missing == 0
    assert all(row.rank is not None or row.excluded for row in found.rows)
    assert sorted(row.place for row in found.rows) == list(range(1, 13))
    if not scheme.awards or path.stem in ("safety-veto", "innovation-review"):
        assert found.rows[0].total is not None
    else:
        assert found.rows[0].awards or found.rows[0].excluded
    assert all(table.rows for table in found.teams)
    for entry in sheet.entries:
        for step in explain(scheme, sheet, entry):
            assert step.zh
            assert step.en
            assert "None" not in step.zh + step.en


def test_who_has_no_valid_jump_has_no_place_and_brings_no_points():
    preset = next(path for path in PRESETS if path.stem == "sports-field")
    scheme = parse(json.dumps(json.loads(preset.read_text(encoding="utf-8"))["document"]))
    tries = {"amber": [5100, 5200, None], "birch": [None, None, None], "cedar": [None, 0, None]}
    listed = [
        SheetMark(entry, f"try.{at}", 0, "not_attempted" if far is None else "entered", far)
        for entry, own in tries.items()
        for at, far in enumerate(own, 1)
    ]
    units = {"amber": "一队", "birch": "二队", "cedar": "三队"}
    sheet = Sheet(entries=tuple(tries), marks=listed, seats=0, attributes={"organisation": units})
    found = results(scheme, sheet)
    assert [(row.entry, row.rank, row.excluded) for row in found.rows] == [
        ("amber", 1, ()),
        ("cedar", None, ("jump",)),
        ("birch", None, ("jump",)),
    ]
    assert [(row.group, row.points) for row in found.teams[0].rows] == [
        ("一队", "7"),
        ("三队", "0"),
        ("二队", "0"),
    ]
    assert explain(scheme, sheet, "birch")[1].zh == "“试跳（掷）”没有成绩，不参加排名"
    assert explain(scheme, sheet, "cedar")[1].zh == "“试跳（掷）” 0 未达 0.01，不参加排名"


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_a_preset_fits_the_published_schema_and_with_a_word_that_is_none_does_not(path: Path):
    validator = Draft202012Validator(schema())
    document = json.loads(path.read_text(encoding="utf-8"))["document"]
    assert validator.is_valid(document)
    assert not validator.is_valid({**document, "weights": "1"})
    assert not validator.is_valid({**document, "root": {**document["root"], "parts": [{"kind": "magic"}]}})
