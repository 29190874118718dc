"""Why: the way from the marks of one entry to its place and prizes, told by the computation itself.

`explain` runs the same computation as `results` and lets it note what every step made; nothing is calculated here.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from scoring.expanding import below
from scoring.honours import award_reason, left_reason
from scoring.kinds import Node
from scoring.prospects import prospects
from scoring.results import Computed, compute
from scoring.saying import Said
from scoring.scheme import Scheme
from scoring.sheet import IN_COMPETITION, Sheet, SheetProblem
from scoring.story import Story
from scoring.tie_breaks import tie_reason
from scoring.titles import prizes
from scoring.total import Seen
from scoring.verdicts import below_reason, exclusion_reason, open_tie_reason, place_reason, stage_reason


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of an explanation; `depth` grows from the place to the single mark."""

    depth: int
    node: str
    zh: str
    en: str


def explain(scheme: Scheme, sheet: Sheet, entry: str) -> tuple[Step, ...]:
    """Tell why an entry stands where it stands.

    Raises SheetProblem when the sheet does not have the entry, or does not fit the scheme.
    """
    if entry not in sheet.entries:
        raise SheetProblem(f"no entry {entry}")
    trace: dict[str, Seen] = {}
    computed = compute(scheme, sheet, trace)
    column = sheet.entries.index(entry)
    story = Story(computed, trace, column)
    return (
        *_standing(computed, column),
        *_stages(computed, column),
        *_prizes(computed, column),
        *_tree(scheme.root, 0, story),
    )


def _step(node: str, said: Said, depth: int = 0) -> Step:
    return Step(depth=depth, node=node, zh=said.zh, en=said.en)


def _standing(computed: Computed, column: int) -> Iterator[Step]:
    """The place, what takes it away, and how ties were broken."""
    order, root = computed.order, computed.scheme.root.id
    standing = order.standing(column)
    entry = computed.sheet.entries[column]
    status = computed.sheet.statuses.get(entry, IN_COMPETITION)
    yield _step(root, place_reason(order, standing, status))
    for reason in order.excluded.get(column, ()):
        node = reason if reason in computed.scheme.nodes else root
        yield _step(node, exclusion_reason(order.field, reason, column))
    if standing.key is not None:
        yield _step(standing.key.node or root, tie_reason(order, standing))
    if any(entry in tie.entries for tie in order.ties):
        yield _step(root, open_tie_reason())


def _stages(computed: Computed, column: int) -> Iterator[Step]:
    for outcome in computed.order.outcomes:
        said = stage_reason(computed.order, outcome, column)
        if said is not None:
            yield _step(outcome.stage.node, said)


def _prizes(computed: Computed, column: int) -> Iterator[Step]:
    """The prizes with their rules, those that were just missed at a cut, and what keeps an entry from any."""
    order, scheme = computed.order, computed.scheme
    for node, flags in computed.tally.barred.items():
        if flags[column]:
            yield _step(node, below_reason(order.field, node, column).then("，不得奖", ", takes no award"))
    given = prizes(scheme.awards, order)
    own = given.given.get(column, ())
    certain = prospects(order)[column]
    for award in scheme.awards:
        if award.id in own:
            yield _step(award.id, award_reason(award, order, given.reaches[award.id], column))
        elif award.id in given.reaches:
            left = left_reason(award, order, given.reaches[award.id], column)
            if left is not None:
                yield _step(award.id, left)
        elif certain.get(award.id) == "through":
            name = award.name_en or award.name
            said = Said(f"“{award.name}”已经确定", f"“{name}” is certain")
            yield _step(award.id, said.then("，不论其余打分如何", ", however the missing marks turn out"))


def _tree(node: Node, depth: int, story: Story) -> Iterator[Step]:
    said = story.said(node)
    aside = Said("", "") if node.counts else Said("（只记录，不计分）", " (recorded only)")
    yield Step(
        depth=depth,
        node=node.id,
        zh=f"{node.name}{aside.zh}：{said.zh}",
        en=f"{node.name_en or node.name}{aside.en}: {said.en}",
    )
    for part in below(node):
        yield from _tree(part, depth + 1, story)
