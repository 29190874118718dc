"""Awards of a table are given as awards of an event are: cuts, ties, what is left to the next award."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import results as results_of_event
from scoring.team.placings import Placing
from scoring.team.results import results
from tests.scoring.sheets import points, scheme, sheet
from tests.scoring.team_rows import table

cuts = st.sampled_from(["extend", "trim"])
counted = st.sampled_from(["ranked", "entries"])
rounding = st.sampled_from(["floor", "round", "ceil"])
limits = st.sampled_from([{"at_least": "3"}, {"at_most": "5"}, {"at_least": "2", "at_most": "4"}])
rules = st.one_of(
    st.tuples(st.integers(1, 6), st.integers(0, 4), cuts).map(
        lambda drawn: {"by": "rank", "from": drawn[0], "to": drawn[0] + drawn[1], "ties": drawn[2]}
    ),
    st.fixed_dictionaries(
        {
            "by": st.just("ratio"),
            "ratio": st.sampled_from(["0.1", "0.25", "0.4", "1"]),
            "of": counted,
            "rounding": rounding,
            "ties": cuts,
        }
    ),
    st.fixed_dictionaries({"by": st.just("quota"), "count": st.integers(1, 3), "ties": cuts}),
    st.fixed_dictionaries({"by": st.just("first_half"), "of": counted, "rounding": rounding, "ties": cuts}),
    limits.map(lambda one: {"by": "score", **one}),
    st.just({"by": "everyone"}),
)
awards = st.lists(
    st.fixed_dictionaries(
        {
            "rule": rules,
            "besides": st.booleans(),
            "all_of": st.lists(limits, max_size=1),
            "any_of": st.lists(limits, max_size=2),
            "min_entries": st.integers(0, 5),
        }
    ),
    max_size=4,
).map(lambda listed: [{"id": f"a{at}", "name": f"奖{at}", **one} for at, one in enumerate(listed)])


@given(awards, st.lists(st.integers(0, 6), max_size=9), st.sampled_from(["shared", "dense"]))
@settings(max_examples=300)
def test_groups_of_one_entry_take_the_awards_their_entries_take(listed, totals, ties):
    marks = {f"n{at}": {"points": total} for at, total in enumerate(totals)}
    event = results_of_event(scheme(points(), ranking={"ties": ties}, awards=listed), sheet(marks))
    rows = [Placing("e", entry, entry, 1, Fraction(own["points"])) for entry, own in marks.items()]
    found = results(table(awards=listed, ties=ties), rows)
    assert {row.group: (row.rank, row.awards) for row in found.rows} == {
        row.entry: (row.rank, row.awards) for row in event.rows
    }


def taken(rule_list: list[dict], totals: list[int], **more) -> dict[str, tuple[str, ...]]:
    listed = [{"id": f"a{at}", "name": "奖", **one} for at, one in enumerate(rule_list, 1)]
    rows = [Placing("e", f"n{at}", f"n{at}", 1, Fraction(total)) for at, total in enumerate(totals, 1)]
    return {row.group: row.awards for row in results(table(awards=listed, **more), rows).rows if row.awards}


def quota(count: int, ties: str = "extend", **more) -> dict:
    return {"rule": {"by": "quota", "count": count, "ties": ties}, **more}


def test_a_quota_takes_the_next_places_and_never_splits_a_tie():
    assert taken([quota(1), quota(1)], [9, 8, 8, 7]) == {"n1": ("a1",), "n2": ("a2",), "n3": ("a2",)}
    assert taken([quota(1), quota(1, "trim"), quota(2)], [9, 8, 8, 7]) == {
        "n1": ("a1",),
        "n2": ("a3",),
        "n3": ("a3",),
    }


@pytest.mark.parametrize(("ties", "holders"), [("extend", {"n1", "n2", "n3"}), ("trim", {"n1"})])
def test_a_tie_at_the_end_of_a_band_is_taken_or_left_in_whole(ties, holders):
    assert set(taken([{"rule": {"by": "rank", "to": 2, "ties": ties}}], [9, 8, 8])) == holders


def test_nothing_is_given_while_results_are_missing():
    words = table(awards=[{"id": "a", "name": "奖", "rule": {"by": "everyone"}}], rank_incomplete=True)
    rows = [Placing("e", "1", "g", 1, Fraction(5)), Placing("e", "2", "h", None)]
    assert [(row.rank, row.awards) for row in results(words, rows).rows] == [(1, ()), (2, ())]
    assert [row.awards for row in results(words, rows[:1]).rows] == [("a",)]
