"""Competitors from a spreadsheet: a plan with a diff, or faults at their row and column."""

from contest.imports.competitors import Known, Plan, plan
from contest.imports.reader import Cell, Grid

HEADING = ["姓名*", "单位", "编号", "赛项代码", "参赛号"]
KNOWN = [Known(id="k1", name="安禾", organisation="一厂", number="1001")]
EVENTS = {"HG": {"A01": "k1"}, "JC": {}}


def sheet(*rows: list[str]) -> Grid:
    return Grid(sheet="选手", rows=[[Cell(text, text.startswith("=")) for text in row] for row in rows])


def made(*rows: list[str]) -> Plan:
    return plan(sheet(HEADING, *rows), KNOWN, EVENTS)


def where(found: Plan) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.broken.code) for fault in found.faults]


def test_new_changed_and_unchanged_rows_are_told_apart():
    found = made(["安禾", "一厂", "1001"], ["柏青", "二厂", "1002", "HG、JC", "A02"])
    assert [line.name for line in found.added] == ["柏青"]
    assert found.added[0].events == ("HG", "JC")
    assert (len(found.changed), len(found.unchanged), found.faults) == (0, 1, ())
    moved = made(["安禾", "三厂", "1001"])
    assert [(change.known.organisation, change.line.organisation) for change in moved.changed] == [
        ("一厂", "三厂")
    ]


def test_faults_name_row_and_column():
    found = made(
        ["", "二厂", "1002"],
        ["柏青", "二厂", "1003", "XX"],
        ["=1+1", "二厂", "1004"],
        ["柏青", "二厂", "1003"],
        ["长" * 61, "", ""],
        ["梁一", "", "1005", "HG", "A01"],
    )
    assert where(found) == [
        (2, "A", "cell_missing"),
        (3, "D", "event_unknown"),
        (4, "A", "cell_is_formula"),
        (5, "C", "row_doubled"),
        (6, "A", "cell_too_long"),
        (7, "E", "number_taken"),
    ]


def test_a_known_competitor_keeps_its_own_bib():
    assert where(made(["安禾", "一厂", "1001", "HG", "A01"])) == []


def test_two_new_rows_cannot_share_a_bib_in_one_event():
    found = made(["柏青", "二厂", "1002", "JC", "B1"], ["梁一", "二厂", "1003", "JC", "B1"])
    assert where(found) == [(3, "E", "number_taken")]


def test_the_heading_may_stand_below_a_title_in_either_language():
    grid = sheet(["2026 选手报名表"], [], ["Name*", "Organisation", "Number"], ["An He", "Works 1", "7"])
    found = plan(grid, [], {}, language="en")
    assert [line.name for line in found.added] == ["An He"]
    assert found.headings == {"A": "Name", "B": "Organisation", "C": "Number"}


def test_a_column_that_is_not_there_changes_nothing():
    grid = sheet(["姓名", "编号"], ["安和", "1001"])
    (change,) = plan(grid, KNOWN, {}).changed
    assert (change.line.name, change.line.organisation) == ("安和", "一厂")
    assert plan(sheet(["姓名", "编号"], ["安禾", "1001"]), KNOWN, {}).changed == ()
    assert [change.line.organisation for change in made(["安禾", "", "1001"]).changed] == [""]


def test_event_codes_are_read_as_people_type_them():
    events = {"W 1": {}, "A/B": {}, "hg": {}, "JC": {}}
    for typed, codes in (
        ("ＨＧ、jc", ("hg", "JC")),
        ("w 1", ("W 1",)),
        ("W 1，HG", ("W 1", "hg")),
        ("a/b", ("A/B",)),
        ("hg jc HG", ("hg", "JC")),
        ("XX/hg", ("XX", "hg")),
    ):
        found = plan(sheet(HEADING, ["柏青", "", "", typed]), [], events)
        assert found.added[0].events == codes
