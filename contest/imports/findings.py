"""What is wrong or odd in a file that was read: where it stands, and what, in both languages.

A finding names its row as a spreadsheet program counts it. `Findings` keeps the first ones of each kind and the
exact number of all, so that a file of a million wrong rows is told in a few lines.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

KEPT = 100
"""So many findings of one kind are kept; all of them are counted."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found: the file and sheet, the row from 1 (0: the whole file), the sentence in each language.

    With `error` false it is a deviation to be looked at, and no reason to stop.
    """

    code: str
    zh: str
    en: str
    file: str = ""
    sheet: str = ""
    row: int = 0
    error: bool = True

    def line(self, language: str) -> str:
        """The finding in one line: `zh`, `en`, or both when no language is named."""
        place = ":".join(part for part in (self.file, self.sheet, str(self.row or "")) if part)
        zh, en = (self.zh, self.en) if self.error else (f"注意：{self.zh}", f"Note: {self.en}")
        said = {"zh": zh, "en": en}.get(language, f"{zh} {en}")
        return f"{place}: {said}" if place else said


class Findings:
    """Everything found so far, in files that are read one after another."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Finding]] = []
        self._counts: dict[str, int] = {}
        self._files: dict[str, int] = {}

    def add(self, found: Finding, *, times: int = 1) -> None:
        """Note a finding; with `times` above 1 it stands for more that are not kept."""
        if self._counts.get(found.code, 0) < KEPT:
            self._kept.append((self._files.setdefault(found.file, len(self._files)), found))
        self._counts[found.code] = self._counts.get(found.code, 0) + times

    def uncounted(self, code: str, more: int) -> None:
        """Count more findings of a kind without keeping them."""
        self._counts[code] = self._counts.get(code, 0) + more

    def __len__(self) -> int:
        return sum(self._counts.values())

    def in_order(self) -> list[Finding]:
        """Those that were kept, file by file and row by row."""
        return [found for _, found in sorted(self._kept, key=lambda one: (one[0], one[1].row))]


def lines(findings: Iterable[Finding], total: int, language: str, most: int = KEPT) -> list[str]:
    """What is printed: at most so many findings, then how many more there are."""
    told = [found.line(language) for found in findings][:most]
    if total > len(told):
        zh, en = (
            f"……另有 {total - len(told)} 处，共 {total} 处。",
            f"… and {total - len(told)} more, {total} in all.",
        )
        told.append({"zh": zh, "en": en}.get(language, f"{zh} {en}"))
    return told
