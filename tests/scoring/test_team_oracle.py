"""Random tables over random contests: the same as a second scorer says, whatever order the rows come in."""

import json
import random
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.team.explain import explain
from scoring.team.placings import Placing
from scoring.team.rulings import Rulings
from scoring.team.table import standings
from scoring.team.words import TeamTable
from tests.scoring.team_oracle import oracle
from tests.scoring.team_rows import table

EVENTS = ("e1", "e2", "e3")
GROUPS = ("", "g1", "g2", "g3", "g4")
AWARDS = ("gold", "silver", "passed")
STATUSES = ("not_finished", "not_started", "withdrawn", "out_of_competition")
BANDS = [{"to": 6, "points": "2"}, {"to": 8, "points": "1"}]
BONUSES = [{"id": "record", "name": "破纪录", "points": "2.5"}, {"id": "fault", "name": "违纪", "points": "-3"}]
numbers = st.sampled_from(["0", "1", "2", "0.5", "4", "-1", "7.25"])
levels = st.sampled_from(["same", "average"])
among = st.sampled_from(["entries", "ranked"])
nodes = st.sampled_from([None, "time"])
holding = st.sampled_from(["keep", "give_way"])


def words(**fields: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(fields)


def priced(awards: list[str]) -> list[dict]:
    return [{"award": award, "points": str(3 * at)} for at, award in enumerate(awards)]


points = st.one_of(
    words(by=st.just("total"), node=nodes),
    words(
        by=st.just("place"),
        points=st.lists(numbers, min_size=1, max_size=4),
        bands=st.sampled_from(
            [[], [{"to": 5, "points": "1.5"}], [{"to": 6, "points": "2"}, {"to": 8, "points": "1"}]]
        ),
        others=numbers,
        ties=levels,
        one_less=st.integers(0, 8),
        among=among,
    ),
    words(by=st.just("falling"), last=numbers, step=numbers, ties=levels, among=among),
    words(by=st.just("rank"), ties=levels),
    words(
        by=st.just("award"),
        points=st.permutations(AWARDS).map(
            lambda held: [{"award": one, "points": str(3 * at)} for at, one in enumerate(held)]
        ),
        others=numbers,
        take=st.sampled_from(["first", "sum"]),
    ),
    words(by=st.just("entry"), points=numbers),
)
picks = words(
    take=st.sampled_from([None, 1, 2, 3]),
    need=st.integers(1, 3),
    fewer=st.sampled_from(["sum", "nothing", "unranked"]),
)
over = {
    "over": st.sampled_from(["counted", "all"]),
    "events": st.sampled_from([[], ["e1", "e3"]]),
    "without": st.sampled_from([[], ["e2"]]),
}
keys = st.one_of(
    words(of=st.just("points")),
    words(of=st.just("countback"), to=st.sampled_from([None, 1, 3]), **over),
    words(of=st.just("best"), **over),
    words(of=st.just("awards"), awards=st.sampled_from([["gold"], ["silver", "passed"]]), **over),
    words(of=st.just("sum"), node=nodes, order=st.sampled_from(["high", "low"])),
    words(of=st.just("bonuses"), bonuses=st.sampled_from([["record"], ["record", "fault"]])),
    words(of=st.just("event"), event=st.just("e1")),
    words(of=st.just("entries"), order=st.sampled_from(["high", "low"])),
    words(of=st.just("lot")),
)
tables = words(
    points=points,
    events=st.lists(
        words(event=st.sampled_from(EVENTS), weight=st.sampled_from(["1", "2", "0.3"]), points=st.none() | points),
        max_size=2,
        unique_by=lambda one: one["event"],
    ),
    event_ties=st.sampled_from(["shared", "dense"]),
    min_entries=st.integers(0, 3),
    unplaced=st.sampled_from([[], [{"status": "not_finished", "points": "0.5"}]]),
    quota=st.none() | words(entries=st.integers(1, 2), rest=holding),
    each_event=picks,
    over_all=picks,
    then=st.sampled_from(["sum", "per_entry", "per_event"]),
    places=st.sampled_from([None, 0, 1]),
    bonuses=st.just(BONUSES),
    order=st.sampled_from(["high", "low"]),
    keys=st.lists(keys, min_size=1, max_size=4),
    ties=st.sampled_from(["shared", "dense", "must_break"]),
    zero=st.sampled_from(["ranked", "unranked"]),
    rank_incomplete=st.booleans(),
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[dict, list[Placing], dict]:
    told = draw(tables)
    # An event that a key asks for belongs to the table.
    asked = {key["event"] for key in told["keys"] if key["of"] == "event"}
    named = {one["event"] for one in told["events"]}
    told["other_events"] = not named or not asked <= named or draw(st.booleans())
    rows = [row for event in EVENTS for row in draw(placings(event, told["event_ties"]))]
    return told, rows, draw(decisions(rows))


@st.composite
def placings(draw: st.DrawFn, event: str, ties: str) -> list[Placing]:
    """Ranks follow a few drawn totals, so that many are shared."""
    totals = draw(st.lists(st.sampled_from([*range(5), "unknown", *STATUSES]), max_size=9))
    competing = [total for total in totals if isinstance(total, int)]
    rows = []
    for number, total in enumerate(totals):
        known = isinstance(total, int)
        better = [other for other in competing if known and other > total]
        rows.append(
            Placing(
                event=event,
                entry=f"{event}n{number}",
                group=draw(st.sampled_from(GROUPS)),
                rank=1 + len(set(better) if ties == "dense" else better) if known else None,
                total=Fraction(total, 3) if known else None,
                status=total if total in STATUSES else "entered",
                awards=tuple(draw(st.lists(st.sampled_from(AWARDS), unique=True, max_size=2))),
                scores={"time": draw(st.sampled_from([None, *map(Fraction, range(4))]))},
            )
        )
    return rows


@st.composite
def decisions(draw: st.DrawFn, rows: list[Placing]) -> dict:
    groups = st.sampled_from(GROUPS[1:])
    amounts = st.sampled_from([("record", None), ("fault", None), (None, "1.5"), (None, "-7")])
    given_ = draw(st.lists(st.tuples(groups, amounts, st.integers(1, 2)), max_size=3))
    struck = draw(st.lists(st.sampled_from(rows), max_size=2, unique_by=id)) if rows else []
    outside = draw(st.lists(st.sampled_from(GROUPS), max_size=1))
    return {
        "given": [
            {"group": group, "bonus": bonus, "points": amount, "times": times, "reason": "裁定"}
            for group, (bonus, amount), times in given_
        ],
        "struck": [
            {"event": row.event, "entry": row.entry, "place": draw(holding), "reason": "裁定"} for row in struck
        ],
        "outside": [{"group": group, "place": draw(holding), "reason": "东道主"} for group in outside],
        "lots": dict(draw(st.lists(st.tuples(groups, st.integers(1, 3)), max_size=3))),
    }


def compare(case: tuple[dict, list[Placing], dict]) -> None:
    told, rows, ruled = case
    found = standings(table(**told), rows, msgspec.convert(ruled, Rulings))
    assert {one.group: (one.rank, one.points, one.unranked) for one in found.groups} == oracle(told, rows, ruled)


@given(cases())
@settings(max_examples=400)
def test_a_table_is_what_a_second_scorer_says(case):
    compare(case)


@pytest.mark.long
@given(cases())
@settings(max_examples=20_000)
def test_many_tables_are_what_a_second_scorer_says(case):
    compare(case)


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_the_order_of_rows_and_decisions_never_matters(case, dice: random.Random):
    told, rows, ruled = case
    words_ = table(**told)
    shuffled = {name: dice.sample(listed, len(listed)) for name, listed in ruled.items() if name != "lots"}
    one = standings(words_, rows, msgspec.convert(ruled, Rulings))
    other = standings(words_, dice.sample(rows, len(rows)), msgspec.convert(ruled | shuffled, Rulings))
    assert seen(one) == seen(other)


def seen(found):
    return [
        (*one[:10], one.awards, [(line.row, line.verdict, line.place, line.points) for line in one.lines])
        for one in found.groups
    ]


@given(cases())
@settings(max_examples=100)
def test_every_group_is_explained_in_both_languages_and_its_entries_add_up(case):
    told, rows, ruled = case
    found = standings(table(**told), rows, msgspec.convert(ruled, Rulings))
    for one in found.groups:
        steps = explain(found, one.group)
        assert all(step.zh and step.en for step in steps)
        assert not any("None" in step.en for step in steps)
        assert sorted(step.node for step in steps if step.depth == 2) == sorted(
            line.row.entry for line in one.lines
        )
        if told["then"] == "sum" and one.scored is not None:
            counted = [line for line in one.lines if line.verdict == "counted"]
            assert one.scored == Fraction(sum(line.points for line in counted), found.unit)


@given(tables)
@settings(max_examples=100)
def test_a_table_written_and_read_again_is_the_same(told):
    words_ = table(**told, other_events=True)
    assert msgspec.json.decode(msgspec.json.encode(words_), type=TeamTable) == words_
    assert json.loads(msgspec.json.encode(words_))["keys"] != []
