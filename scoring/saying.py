"""What is said to people, in Chinese and English: sentences of explanations, and what is wrong with a document."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """The same sentence in both languages."""

    zh: str
    en: str

    def then(self, zh: str, en: str) -> Said:
        """Go on with more words."""
        return Said(self.zh + zh, self.en + en)


class SchemeProblem(ValueError):
    """A scheme document is wrong at a node; says where and what, in both languages."""

    def __init__(self, node: str, problem_zh: str, problem_en: str) -> None:
        self.node = node
        self.problem_zh = problem_zh
        self.problem_en = problem_en
        super().__init__(f"{node}: {problem_en}")

    @property
    def problem(self) -> str:
        """What is wrong, in English."""
        return self.problem_en
