"""The empty spreadsheet that an organiser fills with competitors."""

from __future__ import annotations

from contest.exports.tables import Heading, PrintedTable, Workbook
from contest.imports.competitors import COLUMNS

_WIDTHS = {"name": 18, "organisation": 34, "number": 16, "events": 18, "bib": 12}


def competitor_template(contest: str, events: list[tuple[str, str]], language: str) -> Workbook:
    """A sheet with headings only, and a sheet that explains the columns and lists the events' codes."""
    chinese = language == "zh"
    headings = tuple(
        Heading(text=(zh if chinese else en) + ("*" if field == "name" else ""), width=_WIDTHS[field])
        for field, (zh, en, _) in COLUMNS.items()
    )
    fill = PrintedTable(
        sheet="选手" if chinese else "Competitors",
        title=contest,
        subtitle=(
            "从第 4 行起每行一名选手；带 * 的必填；一人参加几个赛项时，代码用顿号隔开。"
            if chinese
            else "One competitor a row from row 4; * is needed; separate several event codes by a comma."
        ),
        headings=headings,
        rows=(),
    )
    codes = PrintedTable(
        sheet="赛项代码" if chinese else "Event codes",
        title="赛项代码" if chinese else "Event codes",
        headings=(
            Heading(text="代码" if chinese else "Code", width=16),
            Heading(text="赛项" if chinese else "Event", width=40),
        ),
        rows=tuple(events),
    )
    return Workbook(name="template", tables=(fill, codes))
