"""What a broken rule is: its code, its params, its sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar


class ContestError(Exception):
    """A rule of the contest was broken; `code` names it, `params` say how."""

    code: ClassVar[str] = "contest_error"
    status: ClassVar[int] = 409
    zh: ClassVar[str] = "操作未完成。"
    en: ClassVar[str] = "The request could not be carried out."

    def __init__(self, **params: str | int) -> None:
        self.params = params
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Say what happened and what to do, in `zh` or `en`."""
        if language == "en":
            return self.en.format(**self.params)
        return self.zh.format(**{name: WORDS.get(str(value), value) for name, value in self.params.items()})


WORDS: dict[str, str] = {
    "season": "年度计划",
    "organisation": "单位",
    "contest": "竞赛",
    "event": "赛项",
    "stage": "阶段",
    "scheme": "评分标准",
    "competitor": "选手",
    "team": "参赛队",
    "entry": "参赛者",
    "panel": "裁判组",
    "seat": "席位",
    "session": "场次",
    "aspect": "评分点",
    "mark": "打分",
    "number": "编号",
    "code": "代码",
    "name": "名称",
    "bib": "参赛号",
    "station": "工位号",
    "planned": "未开始",
    "opened": "已开放打分",
    "locked": "已锁定",
    "confirmed": "已签字确认",
    "started": "打分中",
    "ended": "打分结束",
    "provisional": "临时成绩",
    "official": "官方成绩",
    "frozen": "已封榜",
    "thawed": "已解榜",
    "unblinded": "已解密",
    "reopened": "重新开放",
    "accepted": "接受",
}
"""Words of the contest that stand as a parameter in a Chinese sentence."""


def catalogue() -> Iterator[type[ContestError]]:
    """Every named error, in order of its code."""
    found: dict[str, type[ContestError]] = {}
    waiting = [ContestError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            found[kind.code] = kind
    return iter(found[code] for code in sorted(found))
