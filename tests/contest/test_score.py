"""`jiangsai score` and `jiangsai scheme`, as people use them in a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from contest.cli import main
from contest.imports import entries, marks, panels
from tests.contest.imports.cis_workbook import find, workbook
from tests.contest.imports.events import SCHEME

MARKS = """entry,aspect,judge,attempt,value,status
甲,work,王,,8.5,
甲,work,李,,9,
甲,theory,,,80,
甲,jump,,1,1.25,
甲,jump,,2,0,
乙,work,王,,7,
乙,work,李,,7.5,
乙,theory,,,90,
乙,jump,,1,-1,
乙,jump,,2,0,
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a scheme and marks, in which commands run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scheme.json").write_text(json.dumps(SCHEME), "utf-8")
    (tmp_path / "marks.csv").write_text(MARKS, "utf-8")
    (tmp_path / "entries.csv").write_text("entry,organisation\n甲,一厂\n乙,二厂\n", "utf-8")
    return tmp_path


@pytest.fixture
def run(desk, capfdbinary):
    """Run a command: its exit status, standard output and standard error."""

    def running(*arguments):
        try:
            status = main(arguments)
        except SystemExit as left:
            status = left.code
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return running


def folder(desk):
    return sorted(path.name for path in desk.iterdir())


SCORE = ("score", "scheme.json", "marks.csv")


def test_results_go_to_a_file_and_nothing_is_said(run, desk):
    assert run(*SCORE, "--entries", "entries.csv", "--out", "results.json") == (0, "", "")
    made = json.loads((desk / "results.json").read_bytes())
    assert [(row["rank"], row["entry"], row["total"]) for row in made["rows"]] == [
        (1, "乙", "96.25"),
        (2, "甲", "90.00"),
    ]
    assert made["rows"][0]["attributes"] == {"organisation": "二厂"}
    assert folder(desk) == ["entries.csv", "marks.csv", "results.json", "scheme.json"]


@pytest.mark.parametrize(
    ("ending", "begins"), [("csv", b"\xef\xbb\xbfrank,"), ("xlsx", b"PK"), ("parquet", b"PAR1")]
)
def test_the_ending_of_the_file_says_what_it_is(run, desk, ending, begins):
    assert run(*SCORE, "--out", f"results.{ending}") == (0, "", "")
    assert (desk / f"results.{ending}").read_bytes().startswith(begins)


def test_standard_output_gets_json_or_what_is_asked_for(run):
    status, out, err = run(*SCORE)
    assert (status, err) == (0, "")
    assert [row["entry"] for row in json.loads(out)["rows"]] == ["乙", "甲"]
    assert run(*SCORE, "--out", "-")[1] == out
    status, out, _ = run(*SCORE, "--out", "-", "--format", "csv")
    assert out.splitlines()[1].split(",")[:2] == ["1", "乙"]
    assert out.startswith("rank,")


def test_marks_that_are_missing_are_said_beside_the_results(run, desk):
    (desk / "marks.csv").write_text(MARKS + "丙,work,王,,1,\n", "utf-8")
    status, out, err = run(*SCORE, "--language", "en")
    assert (status, err) == (0, "4 marks are missing; ranks may change.\n")
    assert json.loads(out)["missing"] == 4


def test_ties_to_break_and_marks_to_give_again_are_named(run, desk):
    scheme = json.loads(json.dumps(SCHEME))
    scheme["ranking"] = {"ties": "must_break"}
    scheme["root"]["parts"][0]["spread"] = "2"
    (desk / "strict.json").write_text(json.dumps(scheme), "utf-8")
    rows = [f"{entry},work,{judge},{mark}" for entry in "甲乙" for judge, mark in (("王", "5"), ("李", "9"))]
    rows += [f"{entry},{aspect},,1" for entry in "甲乙" for aspect in ("theory", "jump.1", "jump.2")]
    (desk / "tied.csv").write_text("\n".join(["entry,aspect,judge,value", *rows]), "utf-8")
    status, out, err = run("score", "strict.json", "tied.csv", "--language", "en")
    assert status == 0
    assert err.splitlines() == [
        "The tie at rank 1 must be broken: 乙, 甲.",
        "“work” of “乙” is to be marked again: highest and lowest are 4 apart.",
        "“work” of “甲” is to be marked again: highest and lowest are 4 apart.",
    ]
    assert json.loads(out)["ties"] == [{"rank": 1, "entries": ["乙", "甲"]}]


def test_lots_that_were_drawn_break_a_tie(run, desk):
    scheme = {**SCHEME, "ranking": {"ties": "must_break", "keys": [{"of": "lot", "order": "low"}]}}
    (desk / "strict.json").write_text(json.dumps(scheme), "utf-8")
    cells = [f"{entry},{aspect},,1" for entry in "甲乙" for aspect in ("theory", "jump.1", "jump.2")]
    rows = ["entry,aspect,judge,value", *cells, "甲,work,王,5", "乙,work,王,5"]
    (desk / "tied.csv").write_text("\n".join(rows), "utf-8")
    (desk / "lots.csv").write_text("entry,lot\n甲,1\n乙,2\n", "utf-8")
    status, out, err = run("score", "strict.json", "tied.csv", "--entries", "lots.csv")
    assert (status, err) == (0, "")
    assert [(row["rank"], row["entry"]) for row in json.loads(out)["rows"]] == [(1, "甲"), (2, "乙")]


def test_stages_and_attributes_reach_the_engine_and_its_answers_the_file(run, desk):
    scheme = json.loads(json.dumps(SCHEME))
    scheme["stages"] = [
        {"id": "first", "name": "预赛", "node": "theory", "advance": {"by": "rank", "to": 1}},
        {"id": "last", "name": "决赛", "node": "total"},
    ]
    scheme["awards"] = [
        {
            "id": "own",
            "name": "一厂奖",
            "rule": {"by": "everyone"},
            "all_of": [{"attribute": "organisation", "is": "一厂"}],
        }
    ]
    (desk / "staged.json").write_text(json.dumps(scheme), "utf-8")
    status, out, err = run("score", "staged.json", "marks.csv", "--entries", "entries.csv", "--format", "csv")
    assert (status, err) == (0, "")
    rows = [
        dict(zip(out.splitlines()[0].split(","), line.split(","), strict=True)) for line in out.splitlines()[1:]
    ]
    assert [(row["entry"], row["stage"], row["awards"]) for row in rows] == [
        ("乙", "last", ""),
        ("甲", "first", "own"),
    ]


def test_an_explanation_is_indented_from_the_place_to_the_single_mark(run):
    status, out, err = run(*SCORE, "--explain", "甲", "--language", "en")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "rank 2 of 2; 1 strictly better"
    assert lines[1].startswith("总分: ")
    assert lines[2].startswith("  Work: marks ")
    assert run(*SCORE, "--explain", "甲")[1].splitlines()[0] == "第 2 名，共 2 名；有 1 名更优"


def test_an_explanation_and_a_file_of_results_come_from_one_run(run, desk):
    status, out, _ = run(*SCORE, "--explain", "甲", "--out", "results.csv")
    assert (status, out != "") == (0, True)
    assert (desk / "results.csv").exists()


def test_who_is_to_be_explained_must_be_there(run, desk):
    assert run(*SCORE, "--explain", "丙", "--out", "r.csv", "--language", "en") == (
        1,
        "",
        "There is no entry “丙”.\n",
    )
    assert "r.csv" not in folder(desk)


def test_bad_input_is_listed_whole_and_nothing_is_written(run, desk):
    (desk / "more.csv").write_text("entry,aspect,judge,value\n甲,work,王,10.5\n丙,theory,,x\n", "utf-8")
    status, out, err = run(*SCORE, "more.csv", "--entries", "entries.csv", "--out", "r.json", "--language", "en")
    assert (status, out) == (1, "")
    assert err.splitlines() == [
        "more.csv:2: 10.5 for “Work” is not between 0.0 and 10.0 in steps of 0.5.",
        "more.csv:2: This mark already stands in marks.csv, row 2.",
        "more.csv:3: There is no entry “丙”.",
        "more.csv:3: The value “x” is not a decimal with at most three places.",
    ]
    assert "r.json" not in folder(desk)
    both = run(*SCORE, "more.csv", "--entries", "entries.csv")[2]
    assert "more.csv:3: 没有参赛者“丙”。 There is no entry “丙”." in both.splitlines()


def test_files_that_are_not_there_are_named_together(run):
    status, out, err = run("score", "none.json", "none.csv", "--entries", "no.csv", "--language", "en")
    assert (status, out) == (1, "")
    assert [line.split(":")[0] for line in err.splitlines()] == ["none.json", "none.csv", "no.csv"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "results.txt"), "End “results.txt” with .json"),
        (("--out", "taken.json"), "taken.json exists; --force replaces it."),
        (("--out", "marks.csv", "--force"), "marks.csv is read here"),
        (("--out", "nowhere/results.json"), "nowhere/results.json is not where a file can be written."),
        (("--out", "-", "--explain", "甲"), "There is one standard output"),
        (("--format", "json", "--explain", "甲"), "There is one standard output"),
        (("--format", "pdf"), "invalid choice: 'pdf'"),
        (("--nonsense",), "unrecognized arguments: --nonsense"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(run, desk, arguments, said):
    (desk / "taken.json").write_text("mine", "utf-8")
    status, out, err = run(*SCORE, *arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert folder(desk) == ["entries.csv", "marks.csv", "scheme.json", "taken.json"]
    assert (desk / "taken.json").read_text("utf-8") == "mine"
    assert (desk / "marks.csv").read_text("utf-8") == MARKS


def test_a_file_is_replaced_when_that_is_asked_for(run, desk):
    (desk / "r.json").write_text("old", "utf-8")
    assert run(*SCORE, "--out", "r.json", "--force")[0] == 0
    assert json.loads((desk / "r.json").read_bytes())["rows"]


def test_a_device_is_written_to_and_stays_a_device(run):
    assert run(*SCORE, "--out", os.devnull, "--format", "csv")[0] == 0
    assert not Path(os.devnull).is_file()


LOADED = """
import sys
from contest.cli import main
from contest.imports import entries, marks, panels
status = main(sys.argv[1:])
heavy = "litestar piccolo polars openpyxl uvicorn websockets structlog sqlite3 aiosqlite asyncpg".split()
sys.stderr.write(" ".join(sorted({name.split(".")[0] for name in sys.modules} & set(heavy))))
sys.exit(status)
"""


@pytest.mark.parametrize(
    ("out", "loaded"), [("r.json", ""), ("r.csv", ""), ("r.xlsx", "openpyxl"), ("r.parquet", "polars")]
)
def test_scoring_loads_no_server_no_database_and_nothing_heavy_it_does_not_need(desk, out, loaded):
    command = [sys.executable, "-c", LOADED, *SCORE, "--entries", "entries.csv", "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == loaded


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_stops_reading_hears_no_trace(desk, unbuffered):
    rows = "".join(f"参赛者{number},theory,,,1,\n" for number in range(3000))
    (desk / "many.csv").write_text("entry,aspect,judge,attempt,value,status\n" + rows, "utf-8")
    command = [sys.executable, "-m", "contest.cli", "score", "scheme.json", "many.csv"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        assert running.stdout.read(1) == b"{"
        running.stdout.close()
        assert b"Traceback" not in running.stderr.read()
    assert running.returncode == 1


BROKEN = {
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [
            {"kind": "panel", "id": "work", "name": "作品", "high": 10},
            {
                "kind": "sum",
                "id": "group",
                "name": "组",
                "parts": [{"kind": "imported", "id": "deep", "name": "深"}],
            },
            {"kind": "magic", "id": "odd", "name": "怪"},
            {"kind": "imported", "id": "fine", "name": "好", "high": "1"},
        ],
    },
    "ranking": {"order": "sideways"},
    "awards": [{"id": "first", "name": "一等奖"}],
    "extra": 1,
}


def test_everything_wrong_with_a_scheme_is_named_by_its_node(run, desk):
    (desk / "broken.json").write_text(json.dumps(BROKEN), "utf-8")
    status, out, err = run("scheme", "check", "broken.json", "--language", "en")
    assert (status, out) == (1, "")
    assert [line.split("“")[1].split("”")[0] for line in err.splitlines()] == [
        "ranking.order",
        "$",
        "first",
        "work.high",
        "deep",
        "odd.kind",
    ]


def test_what_a_scheme_says_must_make_sense_too(run, desk):
    scheme = json.loads(json.dumps(SCHEME))
    scheme["root"]["parts"][0]["id"] = "theory"
    scheme["root"]["parts"][2]["low"] = "30"
    (desk / "odd.json").write_text(json.dumps(scheme), "utf-8")
    status, _, err = run("scheme", "check", "odd.json")
    assert status == 1
    assert len(err.splitlines()) == 2
    assert run("scheme", "check", "scheme.json") == (0, "", "")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"root": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_scheme_is_refused_in_one_line(run, desk, content):
    (desk / "none.json").write_bytes(content)
    status, out, err = run("scheme", "check", "none.json", "--language", "zh")
    assert (status, out) == (1, "")
    assert err.startswith("none.json: ")
    assert len(err.splitlines()) == 1


def test_the_schema_of_the_language_is_printed(run):
    status, out, err = run("scheme", "schema")
    assert (status, err) == (0, "")
    assert json.loads(out)["$ref"] == "#/$defs/Document"


def test_a_cis_workbook_becomes_a_scheme_that_can_be_scored_with(run, desk):
    (desk / "cis.xlsx").write_bytes(workbook("ES2023_17"))
    assert run("scheme", "import", "cis.xlsx", "--out", "cis.json") == (0, "", "")
    assert run("scheme", "check", "cis.json") == (0, "", "")
    assert run("scheme", "import", "cis.xlsx", "--out", "cis.json")[0] == 2


def test_deviations_of_a_workbook_are_told_and_errors_leave_nothing(run, desk):
    (desk / "cis.xlsx").write_bytes(workbook("ES2025_17"))
    status, out, err = run("scheme", "import", "cis.xlsx", "--language", "en")
    assert status == 0
    assert json.loads(out)["root"]["id"] == "total"
    section = "Section 2 of the Standards has 5, its aspects add up to 5.25: a variation of 0.25."
    assert err.splitlines()[0] == f"cis.xlsx:CIS Marking Scheme Import:6: Note: {section}"

    def change(made):
        made[find(made, "Navigation design")][3] = "Q"

    (desk / "cis.xlsx").write_bytes(workbook("ES2025_17", broken=change))
    status, out, err = run("scheme", "import", "cis.xlsx", "--out", "cis.json", "--language", "en")
    assert (status, out) == (1, "")
    assert "cis.xlsx:CIS Marking Scheme Import:25: The type “Q” is neither M nor J." in err.splitlines()
    assert "cis.json" not in folder(desk)


def test_every_column_and_status_is_written_down():
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")
    for names in (marks.COLUMNS, entries.COLUMNS, panels.COLUMNS):
        for field, others in names.items():
            assert all(word in page for word in (field, *others)), field
    assert all(
        word in page
        for word in ("blank", "absent", "not_attempted", *(set(entries._STATUSES.values()) - {"entered"}))
    )
