import json
from pathlib import Path

import pytest

from scoring import outline, parse

PRESETS = sorted((Path(__file__).resolve().parents[2] / "seed" / "presets").glob("*.json"))


def test_the_presets_an_organiser_begins_with_are_there():
    assert {path.stem for path in PRESETS} >= {
        "vocational-30-70", "timed-practical", "knowledge-quiz", "worldskills", "presentation", "skating-short",
        "skating-free", "labour-indicators",
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
    assert scheme.nodes["total"].span.high == 100
