"""A scheme document from a file, with everything that is wrong with it: said at each node that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from contest.imports.findings import Finding, Findings
from scoring import Scheme, SchemeProblem, parse, problems, schema

_FILLER = {"kind": "pass_fail", "id": "x", "name": "x", "max": "1"}
"""Stands for a part that is looked at on its own."""


def read_scheme(file: str, document: bytes, found: Findings) -> Scheme | None:
    """Read a scheme; `found` gets everything that is wrong, None is returned then."""
    wrong = scheme_problems(document)
    for problem in wrong:
        zh, en = f"节点“{problem.node}”：{problem.problem_zh}", f"Node “{problem.node}”: {problem.problem_en}"
        found.add(Finding(code="scheme", file=file, zh=zh, en=en))
    return None if wrong else parse(document)


def scheme_problems(document: bytes) -> list[SchemeProblem]:
    """Everything that is wrong with a scheme document, node by node; nothing where it can be computed with."""
    try:
        read = problems.read(document)
    except SchemeProblem as first:
        return _misread(document, first)
    except (msgspec.DecodeError, RecursionError):
        return [SchemeProblem("$", "不是有效的 JSON。", "This is not valid JSON.")]
    wrong = list(problems.found(read))
    if not wrong:
        try:
            parse(document)
        except SchemeProblem as problem:
            wrong = [problem]
    return wrong


def _misread(document: bytes, first: SchemeProblem) -> list[SchemeProblem]:
    """The reader stops at the first word that is not of the language; every node is read again on its own."""
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError):
        return [first]
    if not isinstance(raw, dict) or not isinstance(raw.get("root"), dict):
        return [first]
    wrong = [problem for alone in _alone(raw) for problem in _problem(alone)]
    return wrong or [first]


def _problem(document: dict[str, Any]) -> Iterator[SchemeProblem]:
    try:
        problems.read(msgspec.json.encode(document))
    except SchemeProblem as problem:
        yield problem


def _alone(raw: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Documents in each of which one thing of the original stands among what is surely right."""
    root = {"kind": "sum", "id": "root", "name": "x", "parts": [_FILLER]}
    yield from ({word: value, "root": root} for word, value in raw.items() if word not in ("root", "awards"))
    awards = raw.get("awards", [])
    for award in awards if isinstance(awards, list) else [None]:
        yield {"root": root, "awards": [award] if isinstance(awards, list) else awards}
    yield {"root": _bare(raw["root"])}
    waiting = _parts(raw["root"])
    while waiting:
        node = waiting.pop(0)
        yield {"root": {**root, "parts": [_bare(node)]}}
        waiting = [*_parts(node), *waiting]


def _parts(node: object) -> list[object]:
    if not isinstance(node, dict):
        return []
    parts = node.get("parts")
    return [
        *(parts if isinstance(parts, list) else []),
        *([node["of"]] if isinstance(node.get("of"), dict) else []),
    ]


def _bare(node: object) -> object:
    """A node without what stands below it."""
    if not isinstance(node, dict):
        return node
    bare = dict(node)
    if isinstance(bare.get("parts"), list) and bare["parts"]:
        bare["parts"] = [_FILLER | {"id": f"x{at}"} for at in range(min(len(bare["parts"]), 20))]
    if isinstance(bare.get("of"), dict):
        bare["of"] = _FILLER
    return bare


def printed_schema() -> bytes:
    """The JSON Schema of the language of schemes, as a file."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2) + b"\n"
