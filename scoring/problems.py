"""What can be wrong with a scheme document, each said at its node in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

import msgspec

from scoring import bounds
from scoring.document import (
    Amount,
    AnyAspect,
    Difference,
    Document,
    Judgement,
    Linear,
    Lookup,
    Node,
    Panel,
    Penalty,
    Quantity,
    Single,
    Sum,
    Tolerance,
)
from scoring.exact import exact, thousandths
from scoring.prizes import RankBand, Ratio, Threshold

DEEPEST = 10
MOST_NODES = 1000
LARGEST = 1_000_000


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


def read(document: bytes | str) -> Document:
    """Read the words of a document.

    Raises SchemeProblem when they are not of the language.
    """
    if len(document) > LARGEST:
        raise SchemeProblem("$", "文档超过 1 MB。", "The document is larger than 1 MB.")
    try:
        return msgspec.json.decode(document, type=Document)
    except msgspec.ValidationError as wrong:
        raise _misread(document, str(wrong)) from None
    except (msgspec.DecodeError, UnicodeError) as wrong:
        raise SchemeProblem("$", f"不是有效的 JSON：{wrong}", f"This is not valid JSON: {wrong}") from None
    except RecursionError:
        raise SchemeProblem("$", "嵌套太深。", "The document is nested too deeply.") from None


_AS_TEXT = ('数字要写成字符串，如 "0.3"。', 'Write the number as a string, like "0.3".')
_WRITING = (
    '不是规定的写法：小数如 "0.3"，编号以字母开头。',
    'Write decimals like "0.3"; ids begin with a letter.',
)
_REASONS = (
    (r"Object missing required field `(.+)`", "缺少“{0}”。", "“{0}” is missing."),
    (r"Object contains unknown field `(.+)`", "不认识“{0}”。", "“{0}” is not a word of this node."),
    (r"Expected `str` matching regex .*x00.*", "有看不见的控制字符。", "There are control characters in it."),
    (r"Expected `str` matching regex .*", *_WRITING),
    (r"Expected `str(?: \| null)?`, got `(?:int|float)`", *_AS_TEXT),
    (r"Expected `(.+)`, got `(.+)`", "应为 {0}，却是 {1}。", "Expected {0}, found {1}."),
    (r"Expected `(\w+)` (.+)", "应为 {0} {1}。", "Expected {0} {1}."),
    (r"Invalid value ['\"]?([^'\"]*)['\"]?", "不认识的值“{0}”。", "“{0}” is not one of the values this may have."),
)


def _misread(document: bytes | str, message: str) -> SchemeProblem:
    reason, _, path = message.partition(" - at `")
    node = _node_at(document, path.rstrip("`"))
    for pattern, zh, en in _REASONS:
        if found := re.fullmatch(pattern, reason):
            return SchemeProblem(node, zh.format(*found.groups()), en.format(*found.groups()))
    return SchemeProblem(node, f"格式不对：{reason}", reason)


def _node_at(document: bytes | str, path: str) -> str:
    """The id of the innermost node on a path like `$.root.parts[0].high`, with the rest of the path."""
    here = msgspec.json.decode(document)
    named, rest = "", []
    for key, index in re.findall(r"\.([A-Za-z_]+)|\[([0-9]+)\]", path):
        here = here[int(index)] if index else here.get(key)
        rest.append(f"[{index}]" if index else key)
        if isinstance(here, dict) and isinstance(here.get("id"), str):
            named, rest = here["id"], []
        if not isinstance(here, dict | list):
            break
    return ".".join(part for part in (named, *rest) if part) or "$"


def found(document: Document) -> Iterator[SchemeProblem]:
    """Everything in a well-written document that makes no sense, node by node."""
    nodes: dict[str, Node] = {}
    yield from _tree(document.root, 1, nodes)
    root = document.root
    if root.weight != "1" or root.sign != "plus" or not root.counts:
        yield SchemeProblem(
            root.id, "总分不能有权重、负号或不计分。", "The total takes no weight, no minus and must count."
        )
    yield from _keys(document, nodes)
    yield from _awards(document, nodes)


def _tree(node: Node, depth: int, nodes: dict[str, Node]) -> Iterator[SchemeProblem]:
    if node.id in nodes:
        yield SchemeProblem(node.id, "编号重复。", "The id is used twice.")
    nodes[node.id] = node
    if depth > DEEPEST or len(nodes) > MOST_NODES:
        yield SchemeProblem(node.id, "层数或节点太多。", "There are too many levels or nodes.")
        return
    if exact(node.weight) < 0 or exact(node.factor) < 0:
        yield SchemeProblem(
            node.id, "权重和系数不能为负；扣分用 sign。", "Weight and factor cannot be negative; use sign."
        )
    if node.cap is not None and node.floor is not None and exact(node.cap) < exact(node.floor):
        yield SchemeProblem(node.id, "上限低于下限。", "The cap is below the floor.")
    if isinstance(node, Sum):
        if not any(part.counts for part in node.parts):
            zh, en = (
                "没有计分的部分；若只作记录，请把本节点设为不计分。",
                "No part counts; to record only, let this node not count.",
            )
            yield SchemeProblem(node.id, zh, en)
        for part in node.parts:
            yield from _tree(part, depth + 1, nodes)
    else:
        yield from _aspect(node)


def _aspect(node: AnyAspect) -> Iterator[SchemeProblem]:
    try:
        for text in (getattr(node, "low", "0"), getattr(node, "high", "0") or "0", getattr(node, "step", "1")):
            thousandths(text)
    except ValueError as wrong:
        yield SchemeProblem(node.id, f"打分最多三位小数：{wrong}。", f"Marks have at most three places: {wrong}.")
        return
    low, high, step = bounds.limits(node)
    if low > high or step <= 0 or (getattr(node, "high", None) is not None and (high - low) % step):
        yield SchemeProblem(node.id, "下限、上限与步长不合。", "Low, high and step do not fit together.")
        return
    if low < -bounds.FARTHEST or high > bounds.FARTHEST:
        yield SchemeProblem(node.id, "数太大。", "The number is too large.")
    maximum = getattr(node, "max", None)
    if maximum is not None and exact(maximum) <= 0:
        yield SchemeProblem(node.id, "满分必须大于零。", "The maximum must be above zero.")
    yield from _panel(node) if isinstance(node, Panel | Judgement) else _single(node)


def _panel(node: Panel | Judgement) -> Iterator[SchemeProblem]:
    least = sum(bounds.dropped(node)) + 1
    if node.min_judges is not None and node.min_judges < least:
        zh, en = (
            f"去掉最低最高后至少要剩一名：需要 {least} 名裁判。",
            f"Dropping marks needs at least {least} judges.",
        )
        yield SchemeProblem(node.id, zh, en)


def _single(node: Single) -> Iterator[SchemeProblem]:
    match node:
        case Difference():
            if exact(node.per) <= 0 or exact(node.deduction) < 0:
                yield SchemeProblem(node.id, "扣分单位必须大于零。", "The unit of a deduction must be above zero.")
        case Tolerance(ranges=ranges):
            if any(exact(one.below) < 0 or exact(one.above) < 0 for one in ranges):
                yield SchemeProblem(node.id, "公差写成正数。", "Write tolerances as positive numbers.")
        case Penalty():
            if exact(node.low) < 0 or exact(node.each or "0") < 0:
                yield SchemeProblem(node.id, "扣分写成正数。", "Write a penalty as a positive number.")
        case Quantity(convert=Linear() as linear):
            if exact(linear.per) <= 0 or exact(linear.least) > exact(linear.most):
                yield SchemeProblem(
                    node.id, "换算的单位或上下限不对。", "The rule's unit or its limits do not fit."
                )
        case Quantity(convert=Lookup(rows=rows)):
            steps = [exact(row.to) for row in rows]
            if any(later <= earlier for earlier, later in pairwise(steps)):
                yield SchemeProblem(node.id, "换算表要由小到大。", "The rows of a table go from small to large.")
        case Amount(high=None, counts=True):
            yield SchemeProblem(node.id, "计分的数要有上限 high。", "A number that counts needs a high.")
        case _:
            pass


def _keys(document: Document, nodes: Mapping[str, Node]) -> Iterator[SchemeProblem]:
    for key in document.ranking.keys:
        node = nodes.get(key.node)
        if node is None:
            yield SchemeProblem(
                key.node, "名次依据的节点不存在。", "A ranking key names a node that is not there."
            )
        elif key.of == "mark" and isinstance(node, Sum | Panel | Judgement):
            yield SchemeProblem(
                key.node,
                "只有单一记录的评分点才能按原始记录排。",
                "Only an aspect with one mark ranks by its mark.",
            )


def _awards(document: Document, nodes: Mapping[str, Node]) -> Iterator[SchemeProblem]:
    seen: set[str] = set()
    for award in document.awards:
        if award.id in seen:
            yield SchemeProblem(award.id, "奖项编号重复。", "The award's id is used twice.")
        seen.add(award.id)
        match award.rule:
            case RankBand(from_=first, to=last) if first > last:
                yield SchemeProblem(award.id, "名次段倒了。", "The band of ranks is the wrong way round.")
            case Ratio(ratio=ratio) if not 0 < exact(ratio) <= 1:
                yield SchemeProblem(award.id, "比例要在 0 与 1 之间。", "A ratio is above 0 and at most 1.")
            case _:
                pass
        own = (award.rule,) if isinstance(award.rule, Threshold) else ()
        for condition in (*award.all_of, *award.any_of, *own):
            if condition.node is not None and condition.node not in nodes:
                yield SchemeProblem(
                    award.id, f"节点“{condition.node}”不存在。", f"The node “{condition.node}” is not there."
                )
