"""What the sums of a CIS scheme should be and are not: criteria, the total of 100, the Standards.

The aspects are the truth; everything printed above them is compared with what they add up to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from contest.imports.cis_layout import AspectLine, Layout, Line, decimal
from contest.imports.findings import Finding
from scoring.exact import plain

TOTAL = Fraction(100)
"""«The sum of all the percentage marks is 100» (TD17 §2.1)."""
FAR = Fraction(5)
"""The scheme may deviate from the Standards «up to five percent» (TD17 §2.1)."""

Marks = Sequence[tuple[AspectLine, str, Fraction]]


def check_sums(layout: Layout, marks: Marks, file: str) -> Iterator[Finding]:
    """Every sum that is not what it should be, and every mark that belongs nowhere; all of them deviations."""
    for code, row, zh, en in (*_criteria(layout, marks), *_total(marks), *_standards(layout, marks)):
        yield Finding(code=code, file=file, sheet=layout.name, row=row, zh=zh, en=en, error=False)


Deviation = tuple[str, int, str, str]


def _criteria(layout: Layout, marks: Marks) -> Iterator[Deviation]:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for _, criterion, most in marks:
        sums[criterion] += most
    listed = {line.id.upper() for line in layout.criteria}
    for line in layout.criteria:
        mark = decimal(line.mark)
        if mark != sums.get(line.id.upper(), Fraction(0)):
            yield _criterion(line.row, line.id.upper(), line.mark, sums[line.id.upper()])
    for block in layout.blocks:
        total = decimal(block.total)
        if block.criterion and total is not None and total != sums[block.criterion]:
            yield _criterion(block.row, block.criterion, block.total, sums[block.criterion])
    for id_ in sorted(sums):
        if layout.criteria and id_ not in listed:
            row = next(line.row for line, criterion, _ in marks if criterion == id_)
            yield (
                "criterion_unlisted",
                row,
                f"模块 {id_} 不在模块表里。",
                f"Criterion {id_} is not among the Criteria.",
            )


def _criterion(row: int, id_: str, mark: str, found: Fraction) -> Deviation:
    return (
        "criterion_sum",
        row,
        f"模块 {id_} 写明 {mark or '（空）'} 分，评分点合计 {plain(found)} 分。",
        f"Criterion {id_} says {mark or '(nothing)'}, its aspects add up to {plain(found)}.",
    )


def _total(marks: Marks) -> Iterator[Deviation]:
    total = sum((most for *_, most in marks), Fraction(0))
    if total != TOTAL:
        zh = f"评分点合计 {plain(total)} 分，应为 100 分。"
        yield "total", 0, zh, f"The aspects add up to {plain(total)}; they should add up to 100."


def _standards(layout: Layout, marks: Marks) -> Iterator[Deviation]:
    sums: dict[str, Fraction] = defaultdict(Fraction)
    sections = {line.id for line in layout.standards}
    for line, _, most in marks:
        section = _section(line.section)
        sums[section] += most
        if layout.standards and section not in sections:
            zh = f"评分点归入的标准部分“{line.section}”不存在。"
            yield "section_unknown", line.row, zh, f"There is no section “{line.section}” in the Standards."
    far = Fraction(0)
    for standard in layout.standards:
        mark, found = decimal(standard.mark), sums.get(standard.id, Fraction(0))
        if mark is None:
            zh = f"标准部分 {standard.id} 没有分值。"
            yield "standard_mark", standard.row, zh, f"Section {standard.id} of the Standards has no mark."
            continue
        far += abs(mark - found)
        yield from _section_sums(standard, mark, found)
    if far > FAR:
        zh = f"与标准各部分的偏差共 {plain(far)} 分，超过 5 分。"
        en = f"The scheme deviates from the Standards by {plain(far)} in all, more than 5."
        yield "standards_far", layout.standards[-1].row, zh, en


def _section_sums(standard: Line, mark: Fraction, found: Fraction) -> Iterator[Deviation]:
    if mark != found:
        off = plain(abs(mark - found))
        zh = f"标准部分 {standard.id} 应为 {plain(mark)} 分，评分点合计 {plain(found)} 分，偏差 {off}。"
        en = (
            f"Section {standard.id} of the Standards has {plain(mark)}, its aspects add up to {plain(found)}: "
            f"a variation of {off}."
        )
        yield "standard_variation", standard.row, zh, en
    printed = decimal(standard.printed)
    if printed is not None and printed != found:
        zh = f"标准部分 {standard.id} 印的评分点合计 {plain(printed)} 有误，实为 {plain(found)}。"
        en = f"Section {standard.id} prints {plain(printed)} for its aspects; they add up to {plain(found)}."
        yield "standard_printed", standard.row, zh, en


def _section(text: str) -> str:
    """The number of a section, also from «WSSS 3»."""
    return text.rsplit(maxsplit=1)[-1] if text else ""
