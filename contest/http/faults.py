"""What was wrong with the input: which field, and what, in words of the reader's language.

The parser speaks English and names fields by their path; here both become what a person at a desk reads.
"""

from __future__ import annotations

import re

import msgspec
from litestar.exceptions import HTTPException

from contest.errors import BadInput

_PATH = re.compile(r"`\$\.?([^`]*)`$")
_NAMED = re.compile(r"(?:required|unknown) field `([^`]+)`")

_LEFT = "client disconnected prematurely"

_CHINESE: tuple[tuple[str, str], ...] = (
    (r"Object missing required field `.+`", "缺少这一项"),
    (r"Object contains unknown field `.+`", "没有这一项"),
    (r"Expected `(?:str|array)` of length >= (\d+)", r"至少 \1 个"),
    (r"Expected `(?:str|array)` of length <= (\d+)", r"至多 \1 个"),
    (r"Expected `\w+` >= (.+)", r"不能小于 \1"),
    (r"Expected `\w+` <= (.+)", r"不能大于 \1"),
    (r"Expected `str` matching regex .+", "格式不对"),
    (r"Expected `(.+)`, got `(.+)`", r"类型应为 \1，收到的是 \2"),
    (r"Invalid enum value '?([^']*)'?", r"不在允许的值之内：\1"),
    (r"Input data was truncated|JSON is malformed.*", "不是完整的 JSON"),
    (r"empty", "内容为空"),
    (_LEFT, "未发送完整就断开了连接"),
)


def of_body(error: HTTPException) -> bool:
    """Say whether what is wrong came in the body.

    The framework takes a field of the body for a fault of our own when something that handlers are given has the
    same name, like `language`; and also that somebody left before the body was complete, with which strangers
    could fill the log.
    """
    cause = error.__cause__
    return error.detail == _LEFT or (isinstance(cause, msgspec.ValidationError) and "`$.data" in str(cause))


def fault_in(error: HTTPException, language: str) -> BadInput:
    """Name the field that the parser found wrong, and say what is wrong with it."""
    key, message = _found(error)
    named = _NAMED.search(message)
    path = (key.removeprefix("data").removeprefix("."), named.group(1) if named else "")
    # The router calls the whole body `data`, and says nothing but that when it is missing.
    problem = "empty" if message == "'data'" else message
    return BadInput(field=".".join(part for part in path if part) or "body", problem=_said(problem, language))


def _found(error: HTTPException) -> tuple[str, str]:
    if isinstance(error.extra, list) and error.extra and isinstance(error.extra[0], dict):
        return str(error.extra[0].get("key") or ""), str(error.extra[0].get("message", ""))
    detail = str(error.__cause__) if of_body(error) and error.__cause__ else error.detail
    path = _PATH.search(detail)
    return path.group(1) if path else "", detail.split(" - at ")[0]


def _said(problem: str, language: str) -> str:
    if language == "en":
        return re.sub(r" matching regex .+", " of another form", problem)
    for english, chinese in _CHINESE:
        if found := re.fullmatch(english, problem):
            return found.expand(chinese)
    return problem
