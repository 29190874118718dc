"""A WorldSkills marking scheme from its CIS workbook: the scheme as a document, and what its validator has to say.

Every finding names its sheet and row. What leaves no scheme is an error; what deviates (sums, the total of 100,
the Standards, descriptors) is told, and the scheme is made all the same, from the aspects and from nothing else.
Rules: WSC2026_TD17 §2.1 (100 marks, Standards), §4.2–4.7 (criteria, aspects, judgement 0–3 by three experts).
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from contest.errors import ContestError
from contest.imports.cis_calculations import Calculation, Unfit, calculations, overlap, part, text
from contest.imports.cis_layout import AspectLine, Block, Layout, SubCriterion, decimal, folded, laid_out
from contest.imports.cis_sums import check_sums
from contest.imports.findings import Finding
from contest.imports.schemes import scheme_problems
from contest.imports.workbooks import Bounds, Sheet, sheets
from contest.offload import limit

SHEET, CALCULATIONS = "cis marking scheme import", "calculations"
_BOUNDS = Bounds(rows=10_000, columns=60)
_LONGEST_NAME, _LONGEST_WORDS = 200, 2000
_SCORES = ("0", "1", "2", "3")
_EXPERTS = 3
"""«Three Experts will judge each Aspect» (§4.6)."""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A scheme document, or none, with everything that was found on the way."""

    document: bytes | None
    findings: tuple[Finding, ...]


def read_cis(content: bytes, *, file: str = "") -> Brought:
    """Make a scheme of a CIS workbook (.xlsx). There is no document where a finding is an error."""
    try:
        book = sheets(content, _BOUNDS, formulas=False)
    except ContestError as broken:
        said = Finding(code=broken.code, file=file, zh=broken.sentence("zh"), en=broken.sentence("en"))
        return Brought(document=None, findings=(said,))
    return _Import(book, file).brought()


class _Import:
    def __init__(self, book: Sequence[Sheet], file: str) -> None:
        self.book, self.file = book, file
        self.found: list[Finding] = []
        self.marks: list[tuple[AspectLine, str, Fraction]] = []
        """Every aspect that has a maximum, with its criterion."""

    def brought(self) -> Brought:
        layout, rows = self.layout(), self.calculations()
        document = None
        if layout is not None:
            document = self.document(layout, rows)
            self.found += check_sums(layout, self.marks, self.file)
        self.found.sort(key=lambda one: (one.sheet != (layout.name if layout else ""), one.row))
        usable = document is not None and not any(one.error for one in self.found)
        return Brought(document=document if usable else None, findings=tuple(self.found))

    def say(self, code: str, zh: str, en: str, *, row: int = 0, sheet: str = "", error: bool = True) -> None:
        self.found.append(
            Finding(code=code, file=self.file, sheet=sheet, row=row, zh=zh, en=en, error=error),
        )

    def layout(self) -> Layout | None:
        named = [sheet for sheet in self.book if folded(sheet.name) == SHEET]
        for sheet in named or self.book:
            layout = laid_out(sheet)
            if layout.blocks:
                return layout
        zh = "没有找到评分表：没有以“Sub Criterion ID”开头的标题行。"
        self.say("no_scheme", zh, "There is no marking scheme: no row of headings begins with “Sub Criterion ID”.")
        return None

    def calculations(self) -> dict[str, Calculation]:
        found = [calculations(sheet) for sheet in self.book if folded(sheet.name) == CALCULATIONS]
        return found[0] if found else {}

    def document(self, layout: Layout, rows: dict[str, Calculation]) -> bytes | None:
        """Criteria › sub-criteria › aspects; criteria in the order of their first form."""
        names = {line.id.upper(): line.name for line in layout.criteria}
        criteria: dict[str, list[dict[str, Any]]] = defaultdict(list)
        ids: set[str] = set()
        for block in layout.blocks:
            self.strays(layout, block)
            for form in block.forms:
                if self.form_fits(layout, form, ids):
                    lines = enumerate(form.aspects, 1)
                    tried = [self.aspect(layout, form, number, line, rows) for number, line in lines]
                    if parts := [one for one in tried if one is not None]:
                        criteria[_letters(form.id)].append(_node(form.id, form.name, parts))
        if not criteria:
            self.say("no_aspects", "没有评分点。", "There are no aspects.", sheet=layout.name)
            return None
        made = [_node(id_, names.get(id_) or f"Criterion {id_}", forms) for id_, forms in criteria.items()]
        root = {"kind": "sum", "id": "total", "name": "总分", "name_en": "Total", "parts": made}
        document = msgspec.json.format(msgspec.json.encode({"scheme": 1, "root": root}), indent=1) + b"\n"
        if not any(one.error for one in self.found):
            for problem in scheme_problems(document):
                zh, en = f"{problem.node}：{problem.problem_zh}", f"{problem.node}: {problem.problem_en}"
                self.say("scheme", zh, en, sheet=layout.name)
        return document

    def strays(self, layout: Layout, block: Block) -> None:
        for word in block.lacking:
            zh, en = f"标题行缺少“{word}”一列。", f"The row of headings has no column for “{word}”."
            self.say("heading_missing", zh, en, row=block.row, sheet=layout.name)
        for row, code in block.strays:
            zh, en, error = _STRAYS[code]
            self.say(code, zh, en, row=row, sheet=layout.name, error=error)

    def form_fits(self, layout: Layout, form: SubCriterion, ids: set[str]) -> bool:
        if not re.fullmatch("[A-Z]{1,2}[0-9]{1,3}", form.id):
            zh, en = (
                f"子项编号“{form.id}”应为字母加数字。",
                f"The sub-criterion id “{form.id}” is not a letter and a number.",
            )
            self.say("form_id", zh, en, row=form.row, sheet=layout.name)
            return False
        if form.id in ids:
            zh, en = f"子项编号 {form.id} 重复。", f"The sub-criterion {form.id} is there twice."
            self.say("form_doubled", zh, en, row=form.row, sheet=layout.name)
            return False
        ids.add(form.id)
        if not form.aspects:
            zh, en = (
                f"子项 {form.id} 没有评分点，未收入。",
                f"The sub-criterion {form.id} has no aspects and is left out.",
            )
            self.say("form_empty", zh, en, row=form.row, sheet=layout.name, error=False)
        return True

    def aspect(
        self, layout: Layout, form: SubCriterion, number: int, line: AspectLine, rows: dict[str, Calculation]
    ) -> dict[str, Any] | None:
        kind = {"m": "M", "meas": "M", "measurement": "M", "j": "J", "judg": "J", "judgement": "J"}.get(
            folded(line.type)
        )
        most = decimal(line.max)
        if most is not None and most > 0:
            self.marks.append((line, _letters(form.id), most))
        wrong = [
            (
                kind is None,
                "type",
                f"类型“{line.type}”不是 M 或 J。",
                f"The type “{line.type}” is neither M nor J.",
            ),
            (not line.name, "name_missing", "评分点没有说明。", "The aspect has no description."),
            (
                most is None or most <= 0,
                "max_mark",
                f"满分“{line.max}”不是大于零的数。",
                f"The maximum mark “{line.max}” is not a number above zero.",
            ),
        ]
        for is_so, code, zh, en in wrong:
            if is_so:
                self.say(code, zh, en, row=line.row, sheet=layout.name)
        if most is None or any(is_so for is_so, *_ in wrong):
            return None
        try:
            words = self.judged(layout, line, most) if kind == "J" else self.measured(layout, line, most, rows)
        except Unfit as unfit:
            self.say("calculation", unfit.zh, unfit.en, row=line.row, sheet=layout.name)
            return None
        return {**words, "id": f"{form.id}.{kind}{number}", **_said(line, kind == "J")}

    def judged(self, layout: Layout, line: AspectLine, most: Fraction) -> dict[str, Any]:
        told: dict[str, str] = {}
        for row, score, words in line.descriptors:
            if score not in _SCORES or score in told:
                zh, en = f"描述的等级“{score}”多余。", f"The descriptor for “{score}” has no place."
                self.say("descriptor_odd", zh, en, row=row, sheet=layout.name, error=False)
            elif words:
                told[score] = words
        lacking = [score for score in _SCORES if score not in told]
        if lacking:
            zh = f"评价分“{line.name}”缺少等级 {'、'.join(lacking)} 的描述。"
            en = f"The judgement aspect “{line.name}” has no descriptor for {', '.join(lacking)}."
            self.say("descriptors_missing", zh, en, row=line.row, sheet=layout.name, error=False)
        descriptors = [told.get(score, "")[:_LONGEST_WORDS] for score in _SCORES]
        return {"kind": "judgement", "max": text(most), "descriptors": descriptors, "min_judges": _EXPERTS}

    def measured(
        self, layout: Layout, line: AspectLine, most: Fraction, rows: dict[str, Calculation]
    ) -> dict[str, Any]:
        for row, _, _ in line.descriptors:
            zh, en = "测量分没有等级描述，未收入。", "A measurement has no descriptors; this one is left out."
            self.say("descriptor_odd", zh, en, row=row, sheet=layout.name, error=False)
        if not line.calculation:
            # «Unless otherwise stated, only the maximum mark or zero will be awarded» (§4.7).
            return {"kind": "pass_fail", "max": text(most)}
        calculation = rows.get(line.calculation)
        if calculation is None:
            raise Unfit(
                f"“Calculations”里没有第 {line.calculation} 行。",
                f"There is no row {line.calculation} in “Calculations”.",
            )
        if overlap(calculation):
            zh = f"计算方式第 {line.calculation} 行的范围相互重叠，取容纳该值的最好一档。"
            en = f"The ranges of calculation {line.calculation} overlap; the best that holds the value counts."
            self.say("ranges_overlap", zh, en, row=line.row, sheet=layout.name, error=False)
        return part(calculation, most)


_STRAYS = {
    "type_missing": ("评分点没有类型（M 或 J）。", "The aspect has no type, M or J.", True),
    "aspect_alone": ("评分点之上没有子项。", "There is no sub-criterion above this aspect.", True),
    "descriptor_alone": ("等级描述之上没有评分点。", "There is no aspect above this descriptor.", False),
}


def _letters(form: str) -> str:
    return form.rstrip("0123456789")


def _node(id_: str, name: str, parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "sum", "id": id_, "name": name[:_LONGEST_NAME], "parts": list(parts)}


def _said(line: AspectLine, judged: bool) -> dict[str, str]:
    """Name and hint; a name that is too long goes on in the hint."""
    long = len(line.name) > _LONGEST_NAME
    name = f"{line.name[: _LONGEST_NAME - 1]}…" if long else line.name
    told = [line.name] * long + [words for words in (line.extra, "" if judged else line.requirement) if words]
    return {"name": name, **({"hint": "\n".join(told)[:_LONGEST_WORDS]} if told else {})}


if __name__ == "__main__":
    limit(megabytes=1024, seconds=20)
    sys.stdout.buffer.write(msgspec.json.encode(read_cis(sys.stdin.buffer.read())))
