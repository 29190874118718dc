"""Write a workbook that prints well on A4: run as a process of its own, tables as JSON in, .xlsx out."""

from __future__ import annotations

import io
import re
import sys
from decimal import Decimal

import msgspec
import openpyxl
from openpyxl.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from contest.exports.tables import Heading, PrintedTable, Workbook, plain

_FACE = "微软雅黑"
_LINE = Side(style="thin", color="8A93A0")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FILL = PatternFill("solid", fgColor="ECE8DF")
_MOST_LINES = 26
"""No row of a spreadsheet is higher than 409 points."""


def workbook_bytes(book: Workbook) -> bytes:
    """The workbook's .xlsx file. Every number is a value, no text can become a formula."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for table in book.tables:
        _write(made.create_sheet(_sheet_name(table.sheet)), table)
    made.properties.title = plain(book.name)
    made.properties.creator = "Jiangsai 匠赛"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _sheet_name(name: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", plain(name))[:31].strip() or "Sheet"


def _write(sheet: Worksheet, table: PrintedTable) -> None:
    last = len(table.headings)
    _banner(sheet, 1, last, text=table.title, font=Font(name=_FACE, size=16, bold=True), height=30)
    _banner(sheet, 2, last, text=table.subtitle, font=Font(name=_FACE, size=10, color="55606E"), height=18)
    for column, heading in enumerate(table.headings, 1):
        cell = sheet.cell(row=3, column=column)
        _text(cell, heading.text)
        cell.font = Font(name=_FACE, size=10.5, bold=True)
        cell.fill = _FILL
        cell.border = _GRID
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = heading.width
    sheet.row_dimensions[3].height = 30
    for index, row in enumerate(table.rows, 4):
        # Long texts wrap, so a row is as high as its longest cell needs.
        lines = max(
            -(-_width(cell or "") // max(int(h.width), 1)) for cell, h in zip(row, table.headings, strict=True)
        )
        sheet.row_dimensions[index].height = 6 + 15 * max(1, min(lines, _MOST_LINES))
        for column, (content, heading) in enumerate(zip(row, table.headings, strict=True), 1):
            _fill(sheet.cell(row=index, column=column), content, heading)
    end = _foot(sheet, table, 4 + len(table.rows), last)
    _page(sheet, table, end, last)


def _banner(sheet: Worksheet, row: int, last: int, *, text: str, font: Font, height: float) -> None:
    cell = sheet.cell(row=row, column=1)
    _text(cell, text)
    cell.font = font
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if last > 1:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    sheet.row_dimensions[row].height = height


def _width(text: str) -> int:
    """How many columns of Latin letters the text takes; a Chinese character takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _fill(cell: Cell | MergedCell, content: str | None, heading: Heading) -> None:
    cell.font = Font(name=_FACE, size=10.5)
    cell.border = _GRID
    if content is not None and heading.places is not None and re.fullmatch(r"-?\d+(\.\d+)?", content):
        cell.value = Decimal(content)
        cell.number_format = "0" if heading.places == 0 else "0." + "0" * heading.places
        cell.alignment = Alignment(
            horizontal="center" if heading.centred else "right",
            vertical="center",
            indent=0 if heading.centred else 1,
        )
        return
    _text(cell, content or "")
    cell.alignment = Alignment(
        horizontal="center" if heading.centred or heading.places is not None else "left",
        vertical="center",
        wrap_text=True,
        indent=0 if heading.centred or heading.places is not None else 1,
    )


def _text(cell: Cell | MergedCell, text: str) -> None:
    """Text from outside stays text: the type is set after the value, and Excel is told with the quote prefix."""
    cell.value = plain(text)
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True


def _foot(sheet: Worksheet, table: PrintedTable, row: int, last: int) -> int:
    """The note and the lines to sign on, two to a row."""
    if table.note:
        _banner(sheet, row, last, text=table.note, font=Font(name=_FACE, size=9, color="55606E"), height=32)
        row += 1
    if not table.signatures:
        return row - 1
    row += 1
    half = max(1, last // 2)
    for index in range(0, len(table.signatures), 2):
        for start, end, signature in zip(
            (1, half + 1), (half, last), table.signatures[index : index + 2], strict=False
        ):
            if start > last:
                continue
            cell = sheet.cell(row=row, column=start)
            _text(cell, f"{signature}：____________________")
            cell.font = Font(name=_FACE, size=11)
            cell.alignment = Alignment(horizontal="left", vertical="bottom")
            if end > start:
                sheet.merge_cells(start_row=row, start_column=start, end_row=row, end_column=end)
        sheet.row_dimensions[row].height = 34
        row += 1
    return row - 1


def _page(sheet: Worksheet, table: PrintedTable, end: int, last: int) -> None:
    sheet.freeze_panes = "A4"
    if table.rows:
        sheet.auto_filter.ref = f"A3:{get_column_letter(last)}{3 + len(table.rows)}"
    sheet.print_area = f"A1:{get_column_letter(last)}{end}"
    sheet.print_title_rows = "1:3"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if table.landscape else "portrait"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    # A bottom margin below 0.8 in cuts the footer off in LibreOffice.
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.8
    sheet.page_margins.header, sheet.page_margins.footer = 0.25, 0.35
    sheet.HeaderFooter = HeaderFooter()
    sheet.oddFooter.center.text = table.page  # type: ignore[union-attr] # a fresh footer has its parts


if __name__ == "__main__":
    sys.stdout.buffer.write(workbook_bytes(msgspec.json.decode(sys.stdin.buffer.read(), type=Workbook)))
