"""CIS workbooks become schemes, and every deviation is named by its row."""

import asyncio
import io
import json
import zipfile
from fractions import Fraction

import msgspec
import pytest

import scoring
from contest.imports.cis import Brought, read_cis
from contest.offload import offload
from scoring import Sheet, SheetMark
from tests.contest.imports.cis_workbook import find, rows, workbook

SHEET = "CIS Marking Scheme Import"


def codes(found, *, error=None):
    return [(one.code, one.row) for one in found if error is None or one.error is error]


def parts(document):
    """Every node of a document by its id."""
    waiting, nodes = [json.loads(document)["root"]], {}
    while waiting:
        node = waiting.pop()
        nodes[node["id"]] = node
        waiting += node.get("parts", [])
    return nodes


@pytest.mark.parametrize(
    ("scheme", "aspects", "judged", "forms"), [("ES2025_17", 192, 19, 31), ("ES2023_17", 149, 26, 36)]
)
def test_a_real_scheme_is_brought_whole(scheme, aspects, judged, forms):
    nodes = parts(read_cis(workbook(scheme)).document)
    made = [node for node in nodes.values() if node["kind"] != "sum"]
    assert len(made) == aspects
    assert sum(node["kind"] == "judgement" for node in made) == judged
    assert len(nodes) - aspects - 1 - len(nodes["total"]["parts"]) == forms
    for row in rows("totals", scheme):
        if row["kind"] == "criterion":
            assert nodes[row["id"]]["name"] == row["name"]
            below = [part for form in nodes[row["id"]]["parts"] for part in form["parts"]]
            assert sum(worth(part) for part in below) == Fraction(row["mark"])


def worth(part):
    """The most an aspect can be worth."""
    choices = part.get("options", part.get("ranges", ()))
    return max((Fraction(one["points"]) for one in choices), default=None) if choices else Fraction(part["max"])


def perfect(part):
    """The mark of whoever does everything right, in thousandths."""
    match part["kind"]:
        case "completed":
            return part["possible"] * 1000
        case "choice":
            points = [Fraction(option["points"]) for option in part["options"]]
            return (points.index(max(points)) + 1) * 1000
        case "tolerance":
            return int(Fraction(part["target"]) * 1000)
        case "judgement":
            return 3000
        case _:
            return 1000


@pytest.mark.parametrize("scheme", ["ES2025_17", "ES2023_17"])
def test_whoever_does_everything_right_has_exactly_100(scheme):
    document = read_cis(workbook(scheme)).document
    read, nodes = scoring.parse(document), parts(document)
    marks = [
        SheetMark("one", id_, seat, "entered", perfect(nodes[id_]))
        for id_, aspect in read.aspects.items()
        for seat in ((1, 2, 3) if aspect.by_panel else (0,))
    ]
    made = scoring.results(read, Sheet(entries=("one",), marks=tuple(marks), seats={"one": 3}))
    assert Fraction(made.rows[0].total) == 100
    assert made.missing == 0


def test_2023_keeps_every_rule_and_2025_deviates_from_its_standards_in_four_sections():
    assert read_cis(workbook("ES2023_17")).findings == ()
    found = read_cis(workbook("ES2025_17")).findings
    varied = [one for one in found if one.code == "standard_variation"]
    assert [(one.sheet, one.row, one.error) for one in varied] == [(SHEET, row, False) for row in (6, 7, 8, 9)]
    assert all("0.25" in one.zh and "0.25" in one.en for one in varied)
    assert codes(found, error=True) == []


def test_calculations_become_words_of_the_language_exactly():
    nodes = parts(read_cis(workbook()).document)
    choice = next(node for node in nodes.values() if node["name"] == "W3C HTML validations")
    assert [option["points"] for option in choice["options"]] == ["0.75", "0.50025", "0.2505", "0"]
    mutants = next(node for node in nodes.values() if node["name"].startswith("Number of survived"))
    assert (mutants["target"], mutants["ranges"]) == (
        "0",
        [{"below": "0", "above": "3", "points": "1.75"}, {"below": "0", "above": "15", "points": "0.7"}],
    )
    # Rows 3, 4 and 6 of the sheet are in use: 3, 5 and 6 to be completed.
    assert sorted({node["possible"] for node in nodes.values() if node["kind"] == "completed"}) == [3, 5, 6]


def with_calculation(kind, parameters):
    """The 2025 scheme whose first aspect (0.5) is calculated in another way."""

    def change(made):
        made.append([99, None, kind, True, parameters])

    def refer(made):
        made[find(made, "Navigation implemented and meeting requirements")][9] = 99

    return read_cis(workbook(broken=refer, calculations=change))


def stringed(**parameters):
    """Parameters as CIS strings them together: numbers before the mark, words behind it."""
    told = []
    for name, value in parameters.items():
        number = isinstance(value, int | float)
        told.append(f"{name}:::{f'{value:.8f}#x~x#' if number else f'#x~x#{value}'}")
    return "#-#".join(told)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (
            {
                "TARGET_VALUE": 0,
                "DIFFERENCE": 1,
                "DIFFERENCE_TYPE": "UNIT",
                "DEDUCTION_TYPE": "UNIT",
                "DEDUCTION": 0.25,
            },
            {"target": "0", "per": "1", "deduction": "0.25", "step": "1"},
        ),
        (
            {"TARGET_VALUE": 12.5, "DIFFERENCE": 0.5, "DEDUCTION_TYPE": "PERCENT", "DEDUCTION": 10},
            {"target": "12.5", "per": "0.5", "deduction": "0.05", "step": "0.001"},
        ),
        (
            {"TARGET_VALUE": 200, "DIFFERENCE": 5, "DIFFERENCE_TYPE": "PERCENT", "DEDUCTION": 0.1},
            {"target": "200", "per": "10", "deduction": "0.1", "step": "1"},
        ),
    ],
)
def test_a_regular_deduction_is_taken_for_each_difference(parameters, words):
    node = parts(with_calculation("REGULAR_DIFFERENCE_DEDUCTION", stringed(**parameters)).document)["A1.M1"]
    assert {word: node[word] for word in words} == words
    assert (node["kind"], node["max"]) == ("difference", "0.5")


@pytest.mark.parametrize(
    ("kind", "parameters", "said"),
    [
        ("BY_MAGIC", "", "The calculation type BY_MAGIC is not known."),
        ("NUMBER_COMPLETED", "", "The calculation lacks NUM_POSSIBLE."),
        ("NUMBER_COMPLETED", stringed(NUM_POSSIBLE=2.5), "The number possible is not a positive whole number."),
        ("REGULAR_DIFFERENCE_DEDUCTION", stringed(DEDUCTION=-1), "A deduction cannot be negative."),
        (
            "REGULAR_DIFFERENCE_DEDUCTION",
            stringed(DEDUCTION=1, DIFFERENCE=0),
            "The unit of the difference must be above zero.",
        ),
        ("CHOICE", stringed(CHOICE1_LABEL="good", CHOICE1_DEDUCTION=0), "There are fewer than two choices."),
        ("CHOICE", stringed(CHOICE1_DEDUCTION=0), "Choice 1 has no label."),
        ("RANGED_SCORE", stringed(TARGET_VALUE=5), "There are no ranges."),
        (
            "RANGED_SCORE",
            stringed(TARGET_VALUE=5, RANGE1_LOWER=-1, RANGE1_DEDUCTION=0),
            "A tolerance cannot be negative.",
        ),
        (
            "CHOICE",
            stringed(DEDUCTION_TYPE="HALF", CHOICE1_LABEL="a", CHOICE1_DEDUCTION=1),
            "The deduction type HALF is not known.",
        ),
    ],
)
def test_a_calculation_that_makes_no_sense_leaves_no_scheme(kind, parameters, said):
    brought = with_calculation(kind, parameters)
    assert brought.document is None
    assert [(one.code, one.row, one.en) for one in brought.findings if one.error] == [("calculation", 23, said)]


def test_a_row_of_the_calculations_that_is_not_there_is_named():
    def refer(made):
        made[find(made, "Navigation implemented and meeting requirements")][9] = 77

    brought = read_cis(workbook(broken=refer))
    assert brought.document is None
    assert [(one.sheet, one.row, one.en) for one in brought.findings if one.error] == [
        (SHEET, 23, "There is no row 77 in “Calculations”.")
    ]


def test_without_headings_the_rows_of_the_calculations_are_counted():
    def bare(made):
        del made[0]
        for row in made:
            del row[0]

    whole, counted = read_cis(workbook()), read_cis(workbook(calculations=bare))
    assert counted.document == whole.document


def broken_rows(made):
    """One of everything that can be wrong with a row, in aspects that follow each other."""
    at = find(made, "Navigation implemented and meeting requirements")
    made[at][3] = "X"
    made[at + 1][10] = "half"
    made[find(made, "Home page is reachable on index.html")][10] = None
    made[find(made, "Home page contains visualization video")][4] = None
    made[find(made, "Home page contains brief project overview")][3] = None
    return made


def test_everything_wrong_is_named_at_once():
    brought = read_cis(workbook(broken=broken_rows), file="scheme.xlsx")
    assert brought.document is None
    assert codes(brought.findings, error=True) == [
        ("type", 23),
        ("max_mark", 24),
        ("max_mark", 36),
        ("name_missing", 37),
        ("type_missing", 38),
    ]
    assert brought.findings[0].file == "scheme.xlsx"
    assert all(one.zh and one.en and "{" not in one.zh + one.en for one in brought.findings)


def test_sums_that_do_not_hold_are_told_and_the_scheme_is_made():
    def change(made):
        made[find(made, "Footer implemented and meeting requirements")][10] = 0.75  # printed: 0.25

    brought = read_cis(workbook("ES2025_17", broken=change))
    assert scoring.parse(brought.document).nodes["A1.M2"].node.max == "0.75"
    assert [
        (one.row, one.en) for one in brought.findings if one.code in ("criterion_sum", "total", "standard_printed")
    ] == [
        (0, "The aspects add up to 100.5; they should add up to 100."),
        (7, "Section 3 prints 24.75 for its aspects; they add up to 25.25."),
        (14, "Criterion A says 16.5, its aspects add up to 17."),
        (21, "Criterion A says 16.5, its aspects add up to 17."),
    ]


def test_standards_whose_printed_sums_are_wrong_are_named():
    def change(made):
        made[find(made, "Front-End Development")][9] = 25.5

    found = read_cis(workbook("ES2023_17", broken=change)).findings
    assert [(one.code, one.row) for one in found] == [("standard_printed", 8)]


def test_a_scheme_far_from_its_standards_is_told_so():
    def change(made):
        made[find(made, "Back-End Development")][8] = 34
        made[find(made, "Design Implementation")][8] = 31

    found = read_cis(workbook("ES2023_17", broken=change)).findings
    assert codes(found) == [("standard_variation", 7), ("standard_variation", 9), ("standards_far", 9)]


def test_descriptors_that_are_missing_or_odd_are_named():
    def change(made):
        at = find(made, "Navigation design")
        made[at + 3][6] = None  # the text for 2
        made[at + 4][5] = 5  # was 3
        made[find(made, "Footer implemented and meeting requirements")][3] = "J"

    brought = read_cis(workbook(broken=change))
    assert [(one.code, one.row, one.en) for one in brought.findings if one.code.startswith("descriptor")] == [
        (
            "descriptors_missing",
            24,
            "The judgement aspect “Footer implemented and meeting requirements” has no descriptor for 0, 1, 2, 3.",
        ),
        ("descriptors_missing", 25, "The judgement aspect “Navigation design” has no descriptor for 2, 3."),
        ("descriptor_odd", 29, "The descriptor for “5” has no place."),
    ]
    assert parts(brought.document)["A1.J3"]["descriptors"][2:] == ["", ""]


def test_an_aspect_in_no_section_and_a_criterion_in_no_list_are_named():
    def change(made):
        made[find(made, "Home page is reachable on index.html")][8] = 9
        del made[find(made, "Fun Module")]

    found = read_cis(workbook(broken=change)).findings
    assert [one.code for one in found if one.code in ("section_unknown", "criterion_unlisted")] == [
        "section_unknown",
        "criterion_unlisted",
    ]


def test_forms_that_are_doubled_empty_or_badly_numbered_are_named():
    def change(made):
        made[find(made, "A2")][0] = "A1"
        made[find(made, "B1")][0] = "2B"
        made.insert(find(made, "C1"), ["C9", "Nothing in it", 1])

    found = read_cis(workbook(broken=change)).findings
    named = [one.code for one in found if one.code.startswith("form")]
    assert named == ["form_doubled", "form_id", "form_empty"]


def test_a_workbook_without_a_scheme_or_that_is_none_says_so():
    def empty(made):
        made.clear()

    assert codes(read_cis(workbook(broken=empty)).findings) == [("no_scheme", 0)]
    assert codes(read_cis(b"PK nonsense").findings) == [("file_unreadable", 0)]
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    assert codes(read_cis(bomb.getvalue()).findings) == [("file_too_long", 0)]


def older(made):
    """The words of other years: WSSS for WSOS, Sub Criteria, sections with their name, marks with a comma."""
    for row in made:
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                words = cell.replace("WSOS", "WSSS").replace("Sub\nCriterion\nID", "Sub Criteria ID")
                row[at] = words.replace("Judg Score", "Judge Score")
        if row[3:4] in (["M"], ["J"]):
            row[8] = f"WSSS {row[8]}"
            row[10] = str(row[10]).replace(".", ",")


def test_workbooks_of_other_years_say_the_same():
    assert read_cis(workbook("ES2023_17", broken=older)) == read_cis(workbook("ES2023_17"))


def test_sums_that_are_formulas_nobody_has_computed_are_not_compared():
    def change(made):
        for row in made:
            if row[:1] in ([1], [2], [3], [4], [5]):
                row[9] = "=SUM(A1:A2)"
            if len(row) == 14:
                row[13] = "=SUM(K1:K2)"

    assert read_cis(workbook("ES2023_17", broken=change)).findings == ()


def test_names_too_long_for_a_scheme_go_on_in_the_hint():
    name = "长" * 250

    def change(made):
        made[find(made, "Navigation implemented and meeting requirements")][4] = name

    node = parts(read_cis(workbook(broken=change)).document)["A1.M1"]
    assert node["name"] == "长" * 199 + "…"
    assert node["hint"].startswith(name + "\nA navigation element")


def test_the_desk_gets_the_same_from_a_process_of_its_own():
    made = asyncio.run(offload("contest.imports.cis", workbook()))
    whole = read_cis(workbook())
    read = msgspec.json.decode(made, type=Brought)
    assert read.findings == whole.findings
    assert json.loads(read.document) == json.loads(whole.document)


def test_entities_in_a_workbook_are_refused():
    made = io.BytesIO(workbook("ES2023_17"))
    out = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            new.writestr(name, content)
    assert codes(read_cis(out.getvalue()).findings) == [("file_unreadable", 0)]
