"""Documents and sheets that nobody sane writes: they are refused by name or computed, and nothing else happens."""

import json

import pytest

from scoring import SchemeProblem, SheetProblem, parse, results
from scoring.problems import found, read
from tests.scoring.sheets import mark, panel, points, scheme, sheet


def document(*parts, **more) -> str:
    root = {"kind": "sum", "id": "total", "name": "总分", "parts": list(parts)}
    return json.dumps({"root": root, **more})


def carried(id_: str, node: str, **more) -> dict:
    return {"kind": "carried", "id": id_, "name": id_, "node": node, **more}


def product(id_: str, *parts, **more) -> dict:
    return {"kind": "product", "id": id_, "name": id_, "parts": list(parts), **more}


GOOD = '{"kind":"sum","id":"total","name":"t","parts":[{"kind":"pass_fail","id":"p","name":"p","max":"1"}]}'
BAD = '{"kind":"sum","id":"total","name":"t","parts":[{"kind":"pass_fail","id":"p","name":"p","max":"1"},{}]}'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"root":{BAD},"root":[]}}',
        f'{{"root":{BAD},"root":{GOOD}}}',
        f'{{"root":{BAD[:-1]},"parts":{{}}}}}}',
    ],
    ids=["then a list", "then a shorter one", "with other parts"],
)
def test_a_word_that_stands_twice_is_refused_and_breaks_nothing(text):
    with pytest.raises(SchemeProblem):
        parse(text)


QUANTITY = {"kind": "quantity", "id": "q", "name": "q", "high": "10", "places": 2}


@pytest.mark.parametrize(
    "convert",
    [
        {"by": "linear", "at": "1", "points": "1", "per": "0", "most": "1"},
        {"by": "ratio", "to": "0", "points": "1"},
        {"by": "ratio", "to": "1", "points": "1", "better": "low"},
    ],
    ids=["per nothing", "to nothing", "from nothing"],
)
def test_everything_wrong_below_a_product_is_listed_without_computing_with_it(convert):
    listed = list(found(read(document(product("dive", {**QUANTITY, "convert": convert}, points("form"))))))
    assert [problem.node for problem in listed] == ["q"]


def squares(times: int) -> list[dict]:
    steps = [
        product(f"s{n}", carried(f"a{n}", f"s{n - 1}"), carried(f"b{n}", f"s{n - 1}"), counts=False)
        for n in range(1, times + 1)
    ]
    return [panel("s0"), *steps]


def test_products_that_are_squared_again_and_again_are_refused_before_they_are_computed():
    assert len(parse(document(*squares(6))).nodes) == 20
    with pytest.raises(SchemeProblem, match="s7: Too many factors"):
        parse(document(*squares(40)))


def test_a_score_may_be_carried_on_as_often_as_there_are_nodes():
    chain = [carried(f"c{n}", f"c{n + 1}" if n < 979 else "points", weight="0") for n in range(980)]
    parts = [{"kind": "sum", "id": f"s{n}", "name": "s", "parts": chain[n::2], "weight": "0"} for n in (0, 1)]

    def deep(levels: int) -> str | None:
        if levels:
            return deep(levels - 1)
        made = results(parse(document(points(), *parts)), sheet({"amber": {"points": 7}}))
        return made.rows[0].scores["c0"]

    assert deep(300) == "7.00"


def test_a_medal_window_may_be_wider_than_any_number_of_64_bits():
    medal = {"id": "gold", "name": "金牌", "rule": {"by": "medal", "medal": "gold", "window": "999999999"}}
    made = scheme(panel(weight="0.000001", factor="0.000001", step="1"), awards=[medal])
    rows = results(made, sheet({"amber": {"work": [1] * 9}, "birch": {"work": [9] * 9}}, seats=9)).rows
    assert [row.awards for row in rows] == [("gold",), ("gold",)]


@pytest.mark.parametrize(
    ("marks", "seats"),
    [
        ([mark("amber", "work", 10**30, 1)], 3),
        ([("amber", "work", 1, "entered", 10**30)], 3),
        ([], -1),
        ([], {"amber": -1}),
    ],
    ids=["a seat beyond counting", "a value beyond counting", "fewer seats than none", "the same of one entry"],
)
def test_a_sheet_beyond_all_bounds_is_a_problem_of_the_sheet(marks, seats):
    given = sheet({"amber": {}})
    beyond = {"entries": given.entries, "marks": marks, "seats": seats}
    with pytest.raises(SheetProblem):
        results(scheme(panel()), type(given)(**beyond))


def test_where_several_must_agree_a_higher_mark_of_one_is_no_gain():
    assert scheme(points()).rising
    assert not scheme(points(dual=True)).rising


def test_a_status_of_who_is_not_in_the_sheet_takes_no_place_of_a_share():
    award = {"id": "all", "name": "奖", "rule": {"by": "ratio", "ratio": "1", "of": "entries"}}
    given = sheet({"amber": {"points": 5}}, statuses={"birch": "out_of_competition"})
    assert results(scheme(points(), awards=[award]), given).rows[0].awards == ("all",)
