"""What can be wrong with a scheme document, each said at its node in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scoring.document import Document
from scoring.exact import exact, thousandths
from scoring.expanding import below, expanded
from scoring.kinds import Carried, Node, Product, Sum, Veto
from scoring.kinds.part import FARTHEST, AspectPart, Composite
from scoring.laying import in_order, laid_out
from scoring.ranking_problems import found_in_ranking
from scoring.saying import SchemeProblem
from scoring.tables import named_nodes
from scoring.team.problems import found as found_in_table
from scoring.team.words import LotKey

__all__ = ["SchemeProblem", "found", "read"]

LARGEST = 1_000_000
MOST_FACTORS = 100
"""So many aspects are multiplied with each other at most, counted through all levels."""


def read(document: bytes | str) -> Document:
    """Read the words of a document, and write out what is written short.

    Raises SchemeProblem when they are not of the language.
    """
    if len(document) > LARGEST:
        raise SchemeProblem("$", "文档超过 1 MB。", "The document is larger than 1 MB.")
    try:
        return expanded(msgspec.json.decode(document, type=Document))
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
    try:
        here = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "$"  # wrong before the end was read, and the end is wrong too
    named, rest = "", []
    for key, index in re.findall(r"\.([A-Za-z_]+)|\[([0-9]+)\]", path):
        try:
            here = here[int(index) if index else key]
        except (KeyError, IndexError, TypeError):
            here = None  # a word that stands twice is read first and looked up last
        rest.append(f"[{index}]" if index else key)
        if isinstance(here, dict) and isinstance(here.get("id"), str):
            named, rest = here["id"], []
        if not isinstance(here, dict | list):
            break
    return ".".join(part for part in (named, *rest) if part) or "$"


def found(document: Document) -> Iterator[SchemeProblem]:
    """Everything in a well-written document that makes no sense, node by node."""
    nodes: dict[str, Node] = {}
    wrong = [*_tree(document.root, nodes), *_root(document.root)]
    wrong += _references(nodes)
    yield from wrong
    if not wrong:
        # How far a node reaches can only be asked where every node is right.
        yield from _products(nodes, document.root)
    yield from found_in_ranking(document, nodes)
    yield from _tables(document, nodes)


def _root(root: Sum) -> Iterator[SchemeProblem]:
    if root.weight != "1" or root.sign != "plus" or not root.counts:
        yield root.wrong("总分不能有权重、负号或不计分。", "The total takes no weight, no minus and must count.")


def _tables(document: Document, nodes: dict[str, Node]) -> Iterator[SchemeProblem]:
    seen: set[str] = set()
    for one in document.teams:
        if one.table.id in seen:
            yield SchemeProblem(one.table.id, "团体表编号重复。", "The id of the table is used twice.")
        seen.add(one.table.id)
        if not one.by:
            yield SchemeProblem(one.table.id, "要写按哪个属性归组。", "Name the attribute entries are grouped by.")
        yield from found_in_table(one.table)
        if one.table.bonuses or any(isinstance(key, LotKey) for key in one.table.keys):
            zh = "评分标准里的团体表不能有手工加分，也不能靠抽签。"
            yield SchemeProblem(one.table.id, zh, "A table in a scheme takes no bonuses by hand and no lots.")
        for node in sorted(named_nodes(one.table) - nodes.keys()):
            yield SchemeProblem(one.table.id, f"节点“{node}”不存在。", f"The node “{node}” is not there.")


def _tree(node: Node, nodes: dict[str, Node]) -> Iterator[SchemeProblem]:
    if node.id in nodes:
        yield node.wrong("编号重复。", "The id is used twice.")
    nodes[node.id] = node
    if exact(node.weight) < 0 or exact(node.factor) < 0:
        yield node.wrong("权重和系数不能为负；扣分用 sign。", "Weight and factor cannot be negative; use sign.")
    if node.cap is not None and node.floor is not None and exact(node.cap) < exact(node.floor):
        yield node.wrong("上限低于下限。", "The cap is below the floor.")
    if node.pass_mark is not None and exact(node.pass_mark) < 0:
        yield node.wrong("及格线不能为负。", "A pass mark cannot be below zero.")
    if isinstance(node, AspectPart):
        yield from _limits(node)
    elif isinstance(node, Sum) and not node.counting:
        yield node.wrong(
            "没有计分的部分；若只作记录，请把本节点设为不计分。",
            "No part counts; to record only, let this node not count.",
        )
    for part in below(node):
        yield from _tree(part, nodes)


def _limits(node: AspectPart) -> Iterator[SchemeProblem]:
    try:
        for word in ("low", "high", "step", "most"):
            thousandths(getattr(node, word, None) or "0")
    except ValueError as wrong:
        yield node.wrong(f"打分最多三位小数：{wrong}。", f"Marks have at most three places: {wrong}.")
        return
    low, high, step = node.limits()
    bounded = getattr(node, "high", "") is not None
    if low > high or step <= 0 or (bounded and (high - low) % step):
        yield node.wrong("下限、上限与步长不合。", "Low, high and step do not fit together.")
        return
    if low < -FARTHEST or high > FARTHEST:
        yield node.wrong("数太大。", "The number is too large.")
    yield from node.problems()


def _references(nodes: dict[str, Node]) -> Iterator[SchemeProblem]:
    """What names another node: it must be there, and nothing may be made of itself."""
    missing = False
    for node in nodes.values():
        named = node.node if isinstance(node, Carried | Veto) else None
        if named is not None and named not in nodes:
            missing = True
            yield node.wrong(f"节点“{named}”不存在。", f"The node “{named}” is not there.")
        if named is not None and isinstance(node, Veto) and isinstance(nodes.get(named), Veto):
            yield node.wrong("否决不能指向另一个否决。", "A veto cannot strike another veto.")
        if isinstance(node, Composite):
            yield from node.problems()
    if missing:
        return
    # A veto is part of what it strikes, wherever it stands.
    needs = {node.id: list(node.needs()) if isinstance(node, Composite) else [] for node in nodes.values()}
    for node in nodes.values():
        if isinstance(node, Veto) and node.node is not None:
            needs[node.node].append(node.id)
    if (circle := _circle(needs)) is not None:
        yield nodes[circle].wrong("这个节点绕着圈用到自己。", "This node is made of itself, in a circle.")


def _circle(needs: dict[str, list[str]]) -> str | None:
    """A node that is made of itself, if there is one."""
    done: set[str] = set()
    for start in needs:
        path, stack = set(), [(start, False)]
        while stack:
            id_, left = stack.pop()
            if left:
                path.discard(id_)
                done.add(id_)
            elif id_ in path:
                return id_
            elif id_ not in done:
                path.add(id_)
                stack += [(id_, True), *((other, False) for other in needs[id_])]
    return None


def _products(nodes: dict[str, Node], root: Sum) -> Iterator[SchemeProblem]:
    """What is multiplied must not reach below zero: two bad things would make a good one. Nor is it too much."""
    if not any(isinstance(node, Product) for node in nodes.values()):
        return
    factors: dict[str, int] = {}
    for node in in_order(root):
        below = [factors[id_] for id_ in node.needs()] if isinstance(node, Composite) else [1]
        factors[node.id] = sum(below) if isinstance(node, Product) else max(below)
        if factors[node.id] > MOST_FACTORS:
            # Carried into itself again and again a product has more digits than there is room for.
            yield node.wrong("层层相乘的因数太多。", "Too many factors are multiplied, level upon level.")
            return
    spans = laid_out(root).spans
    for node in nodes.values():
        if isinstance(node, Product):
            for part in node.parts:
                if spans[part.id].low < 0:
                    yield part.wrong("相乘的部分不能小于零。", "What is multiplied cannot be below zero.")
