"""Spreadsheets over HTTP: competitors come in, award lists go out, and the workbook says what the page says."""

import io
from collections.abc import AsyncIterator

import openpyxl
import pytest

from contest.model.access import Role
from contest.store.open import Store
from tests.contest.http.desk import Ground, Official, open_desks

HEADING = ["姓名", "单位", "编号", "赛项代码", "参赛号"]


@pytest.fixture
async def ground(store: Store) -> AsyncIterator[Ground]:
    async with open_desks(store) as opened:
        yield await Ground.prepare(opened)


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def send(ground: Ground, content: bytes, *, dry_run: bool, language: str = "zh"):
    return await ground.organiser.client.post(
        f"/api/contests/{ground.contest}/competitors/import",
        params={"dry_run": str(dry_run).lower()},
        files={"file": ("people.xlsx", content)},
        headers={"Accept-Language": language},
    )


async def fetch(person: Official, path: str, language: str = "zh"):
    answer = await person.client.get(f"/api{path}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer


async def test_the_template_that_is_given_out_can_be_filled_and_read(ground: Ground):
    await ground.event("焊工")
    answer = await fetch(ground.organiser, f"/contests/{ground.contest}/competitors/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    book.worksheets[0].append(["安禾", "一厂", 1001, "焊工", "A01"])
    out = io.BytesIO()
    book.save(out)
    told = (await send(ground, out.getvalue(), dry_run=True)).json()
    assert [(line["row"], line["name"], line["number"], line["events"]) for line in told["added"]] == [
        (4, "安禾", "1001", ["焊工"])
    ]
    assert told["errors"] == []


async def test_a_dry_run_writes_nothing_and_the_import_everything(ground: Ground):
    event = await ground.event("焊工")
    content = workbook(HEADING, ["安禾", "一厂", 1001, "焊工", "A01"], ["柏青", "二厂", 1002])
    told = (await send(ground, content, dry_run=True)).json()
    assert (told["applied"], len(told["added"]), told["entered"]) == (False, 2, 1)
    assert told["organisations_added"] == ["一厂", "二厂"]
    assert (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["total"] == 0

    assert (await send(ground, content, dry_run=False)).json()["applied"] is True
    assert (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["total"] == 2
    entries = await ground.organiser.get(f"/events/{event}/entries")
    assert [(entry["name"], entry["bib"]) for entry in entries] == [("安禾", "A01")]

    again = (await send(ground, content, dry_run=False)).json()
    assert (again["added"], again["changed"], again["unchanged"], again["entered"]) == ([], [], 2, 0)

    moved = workbook(HEADING, ["安禾", "三厂", 1001, "焊工", "A02"])
    told = (await send(ground, moved, dry_run=False)).json()
    assert [(change["before"]["organisation"], change["after"]["organisation"]) for change in told["changed"]] == [
        ("一厂", "三厂")
    ]
    entries = await ground.organiser.get(f"/events/{event}/entries")
    assert [entry["bib"] for entry in entries] == ["A02"]


async def test_one_wrong_cell_and_nothing_is_written(ground: Ground):
    content = workbook(HEADING, ["安禾", "一厂", 1001], ["", "二厂", 1002, "没有"])
    for language, message in (("zh", "“姓名”不能为空。"), ("en", "“Name” must not be empty.")):
        told = (await send(ground, content, dry_run=False, language=language)).json()
        assert told["applied"] is False
        assert [(fault["row"], fault["column"], fault["heading"], fault["code"]) for fault in told["errors"]] == [
            (3, "A", "姓名", "cell_missing")
        ]
        assert told["errors"][0]["message"] == message
    assert (await ground.organiser.get(f"/contests/{ground.contest}/competitors"))["total"] == 0
    assert await ground.organiser.get("/organisations") == []


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PK rubbish", "file_unreadable"), (b"a,b\n1,2\n", "column_missing"), (b"x\n" * 10_001, "file_too_long")],
)
async def test_files_that_cannot_be_read_are_named(ground: Ground, content: bytes, code: str):
    answer = await send(ground, content, dry_run=True)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def published(ground: Ground) -> tuple[str, list[str]]:
    event = await ground.event("焊工")
    entries = await ground.entries(event, ["=1+1", "柏青", "程一"])
    panel = await ground.panel(event)
    theory, practice = await ground.sessions(event, panel["id"])
    tablets = await ground.tablets(panel)
    for session in (theory, practice):
        await ground.chief.post(f"/sessions/{session}/open")
    await ground.theory(theory, dict(zip(entries, (80, 90, 70), strict=True)))
    for entry, craft in zip(entries, (50, 55, 40), strict=True):
        for tablet in tablets:
            await tablet.mark(practice, entry, "craft", craft * 1000)
        await tablets[0].mark(practice, entry, "pieces", 4000)
    for session in (theory, practice):
        await ground.close(session)
    await ground.organiser.post(f"/events/{event}/publish")
    return event, entries


def cells(content: bytes, sheet: int) -> list[list[object]]:
    rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[sheet].iter_rows(min_row=3, values_only=True)
    return [list(row) for row in rows]


async def test_the_workbook_says_what_the_results_say(ground: Ground):
    event, _ = await published(ground)
    rows = (await ground.chief.get(f"/events/{event}/results"))["rows"]
    answer = await fetch(ground.organiser, f"/events/{event}/awards.xlsx")
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    awards, summary = cells(answer.content, 0), cells(answer.content, 1)
    assert awards[1][:2] == [1, "一等奖"]
    assert awards[1][3] == "柏青"
    printed = [[row["rank"], row["name"], *map(float, row["scores"]), float(row["total"])] for row in rows]
    assert [[row[0], row[2], row[4], row[5], row[6]] for row in summary[1:4]] == printed
    assert [row[2] for row in summary[1:4]] == ["柏青", "=1+1", "程一"]
    detail = cells((await fetch(ground.organiser, f"/events/{event}/scores.xlsx", "en")).content, 1)
    assert detail[0][:4] == ["Rank", "Bib", "Name", "Organisation"]


async def test_csv_and_the_contest_s_workbook(ground: Ground):
    event, _ = await published(ground)
    lines = (await fetch(ground.organiser, f"/events/{event}/scores.csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("名次,参赛号,姓名")
    assert "'=1+1" in lines[2]
    awards = (await fetch(ground.organiser, f"/events/{event}/awards.csv")).content.decode("utf-8-sig")
    assert awards.splitlines()[1].split(",")[3] == "柏青"
    everything = cells((await fetch(ground.organiser, f"/contests/{ground.contest}/awards.xlsx")).content, 0)
    assert everything[1][:3] == ["焊工", 1, "一等奖"]


async def test_no_list_of_a_blind_event_leaves_before_it_is_unblinded(ground: Ground):
    event = await ground.event("盲评", blind=True)
    await ground.entries(event, ["安禾"])
    assert await ground.organiser.refusal("GET", f"/events/{event}/awards.xlsx") == (409, "still_blind")
    assert await ground.organiser.refusal("GET", f"/events/{event}/scores.csv") == (409, "still_blind")


async def test_an_organiser_of_another_contest_gets_no_list(ground: Ground):
    event = await ground.event("焊工")
    other = await ground.admin.post("/contests", {"name": "别的大赛"})
    stranger = await ground.desks.person("别人", Role.ORGANISER, other["id"])
    assert await stranger.refusal("GET", f"/events/{event}/awards.xlsx") == (403, "not_allowed")


async def test_nobody_reads_from_a_file_what_they_may_not_see_before_it_is_published(ground: Ground):
    event, _ = await published(ground)
    draft = await ground.event("电工")
    await ground.entries(draft, ["赵甲"])
    publisher = await ground.desks.person("发布人", Role.PUBLISHER, ground.contest)
    for file in ("awards.xlsx", "awards.csv", "scores.xlsx", "scores.csv"):
        assert await publisher.refusal("GET", f"/events/{draft}/{file}") == (403, "not_allowed")
        assert (await fetch(publisher, f"/events/{event}/{file}")).content
        assert (await fetch(ground.organiser, f"/events/{draft}/{file}")).content
    book = await fetch(publisher, f"/contests/{ground.contest}/awards.xlsx")
    titles = [row[0] for row in cells(book.content, 0)]
    assert "焊工" in titles
    subtitle = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]["A2"].value
    assert subtitle.startswith("临时成绩")


async def test_a_file_s_name_holds_no_path(ground: Ground):
    event = await ground.event("A/B\\C")
    await ground.entries(event, ["赵甲"])
    named = (await fetch(ground.organiser, f"/events/{event}/scores.csv")).headers["content-disposition"]
    assert named == (
        'attachment; filename="A-B-C A-B-C.csv"; '
        "filename*=UTF-8''A-B-C%20A-B-C%20%E6%88%90%E7%BB%A9%E6%B1%87%E6%80%BB%E8%A1%A8.csv"
    )
