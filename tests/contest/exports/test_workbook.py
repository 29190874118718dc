"""Workbooks: values, never formulas; a sheet that prints on A4."""

import io
from decimal import Decimal

import openpyxl

from contest.exports.tables import Heading, PrintedTable, Workbook, csv_bytes
from contest.exports.workbook import workbook_bytes

HEADINGS = (
    Heading(text="名次", places=0),
    Heading(text="姓名", width=16),
    Heading(text="总分", places=2),
)


def table(*rows: tuple[str | None, ...]) -> PrintedTable:
    return PrintedTable(
        sheet="获奖名单",
        title="焊工 获奖名单",
        subtitle="官方成绩",
        headings=HEADINGS,
        rows=rows,
        signatures=("裁判长", "监督"),
    )


def read_back(*tables: PrintedTable) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(Workbook(name="x", tables=tables))))


def test_numbers_are_values_and_text_is_text():
    sheet = read_back(table(("1", "安禾", "87.50"), (None, "柏青", None), ("3", "程一", "-3.50"))).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet["A3:C6"]] == [
        ["名次", "姓名", "总分"],
        [1, "安禾", 87.5],
        [None, "柏青", None],
        [3, "程一", -3.5],
    ]
    assert sheet["C4"].number_format == "0.00"
    assert sheet["C4"].data_type == "n"


def test_text_from_outside_never_becomes_a_formula():
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "\t=1"]
    sheet = read_back(table(*((None, name, None) for name in evil))).worksheets[0]
    cells = [sheet.cell(row=4 + index, column=2) for index in range(len(evil))]
    assert [cell.data_type for cell in cells] == ["s"] * len(evil)
    assert [cell.value for cell in cells] == evil


def test_the_title_too_is_text():
    made = PrintedTable(sheet="=x", title="=1+1", subtitle="=2", headings=HEADINGS, rows=())
    sheet = read_back(made).worksheets[0]
    assert (sheet["A1"].data_type, sheet["A2"].data_type) == ("s", "s")


def test_control_characters_that_no_sheet_can_hold_are_dropped():
    sheet = read_back(table((None, "安\x00\x0b禾", None))).worksheets[0]
    assert sheet["B4"].value == "安禾"


def test_it_prints_on_a4_with_the_header_on_every_page():
    sheet = read_back(table(*(("1", "安禾", "87.50"),) * 80)).worksheets[0]
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToHeight == 0
    assert "&P" in sheet.oddFooter.center.text
    assert "裁判长" in str(sheet.cell(row=85, column=1).value)


def test_csv_keeps_numbers_and_disarms_formulas():
    text = csv_bytes(table(("1", "=1+1", "-3.50"), ("2", "-安", "87.50"))).decode("utf-8-sig")
    assert text.splitlines() == ["名次,姓名,总分", "1,'=1+1,-3.50", "2,'-安,87.50"]


def test_every_printed_number_reads_back_equal():
    numbers = [f"{Decimal(n) / 100:.2f}" for n in range(0, 10_001, 37)]
    sheet = read_back(table(*((None, "x", number) for number in numbers))).worksheets[0]
    read = [sheet.cell(row=4 + index, column=3).value for index in range(len(numbers))]
    assert [f"{Decimal(str(value)):.2f}" for value in read] == numbers


def test_csv_disarms_headings_and_the_formulas_of_full_width_keyboards():
    evil = PrintedTable(
        sheet="x",
        title="x",
        headings=(Heading(text="=1+1", places=2), Heading(text="@名")),
        rows=(("＝1", "＋1"),),
    )
    assert csv_bytes(evil).decode("utf-8-sig").splitlines() == ["'=1+1,'@名", "'＝1,'＋1"]


def test_a_name_of_sixty_characters_is_printed_whole():
    name = "买" * 60
    sheet = read_back(table(("1", name, "87.50"))).worksheets[0]
    assert sheet["B4"].value == name
    assert sheet["B4"].alignment.wrap_text
    assert sheet.row_dimensions[4].height >= 15 * 60 * 2 / 16
    assert csv_bytes(table(("1", name, "87.50"))).decode("utf-8-sig").splitlines()[1] == f"1,{name},87.50"
