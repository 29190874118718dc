"""A WorldSkills workbook becomes a scheme to begin with, and nothing is adopted by it."""

from __future__ import annotations

import pytest

from tests.contest.http.desk import Desks, Ground
from tests.contest.imports.cis_workbook import workbook

PATH = "/api/schemes/cis"


@pytest.fixture
async def ground(desks: Desks) -> Ground:
    return await Ground.prepare(desks)


async def test_a_cis_workbook_becomes_a_scheme_that_can_be_adopted(ground: Ground) -> None:
    told = await ground.organiser.client.post(PATH, files={"file": ("scheme.xlsx", workbook())})
    brought = told.json()
    assert (told.status_code, any(one["error"] for one in brought["findings"])) == (200, False)
    assert sum("0.25" in one["en"] for one in brought["findings"]) == 4
    event = await ground.event("W1")
    before = await ground.organiser.get(f"/events/{event}/scheme")
    checked = await ground.organiser.post("/schemes/check", {"document": brought["document"]})
    assert (checked["ok"], len(checked["outline"]) > 190) == (True, True)
    assert await ground.organiser.get(f"/events/{event}/scheme") == before
    adopted = await ground.organiser.ask("PUT", f"/events/{event}/scheme", {"document": brought["document"]})
    assert adopted["version"] == before["version"] + 1


async def test_what_is_no_cis_workbook_is_said_and_leaves_no_scheme(ground: Ground) -> None:
    told = await ground.organiser.client.post(PATH, files={"file": ("scheme.xlsx", b"not a workbook")})
    brought = told.json()
    assert (told.status_code, brought["document"]) == (200, None)
    assert brought["findings"][0]["error"]
