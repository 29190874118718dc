"""What is said where something is open or was missed: nothing that a person would take for a mistake."""

import json

from scoring import explain, parse
from tests.scoring.sheets import panel, points, scheme, sheet


def told(plan, marked, entry: str, node: str) -> tuple[str, str]:
    step = [one for one in explain(plan, marked, entry) if one.node == node][-1]
    return step.zh, step.en


def test_a_panel_that_is_too_small_says_so_and_waits_for_no_mark():
    plan = scheme(panel(rule={"take": "trimmed"}))
    assert told(plan, sheet({"a": {"work": [5, "absent", "absent"]}}, seats=3), "a", "work") == (
        "作品：在场裁判 1 名，至少要 3 名，得分未定",
        "Work: judges present: 1, needed: 3; the score is not known yet",
    )
    assert told(plan, sheet({"a": {"work": [5, 6, None]}}, seats=3), "a", "work") == (
        "作品：尚缺 1 个打分，得分未定",
        "Work: 1 mark is missing, the score is not known yet",
    )


def test_nobody_stands_behind_the_last_while_others_in_a_later_stage_are_not_marked():
    document = {
        "root": {
            "kind": "sum", "id": "total", "name": "总分",
            "parts": [points("final"), points("first", counts=False)],
        },
        "stages": [
            {"id": "one", "name": "预赛", "node": "first", "advance": {"by": "rank", "to": 2}},
            {"id": "two", "name": "决赛", "node": "total"},
        ],
    }  # fmt: skip
    given = {"a": {"first": 9, "final": 1}, "b": {"first": 8}, "c": {"first": 7}, "d": {"first": 6}}
    marked = sheet(given, statuses={"d": "withdrawn"})
    first = [explain(parse(json.dumps(document)), marked, entry)[0].en for entry in "abc"]
    assert first[0].startswith("rank 1 of 3;")
    assert first[1].startswith("row 2 by the points so far")
    assert first[2].startswith("rank 3 of 3; 2 strictly better; as far as “预赛”")


def test_a_veto_that_did_not_happen_is_no_part_of_a_sum():
    plan = scheme(points(), {"kind": "veto", "id": "fraud", "name": "作弊", "name_en": "Fraud"})
    assert told(plan, sheet({"a": {"points": 7}}), "a", "total")[1] == "Total: points 7.00 = 7"
    happened = told(plan, sheet({"a": {"points": 7, "fraud": 1}}), "a", "total")[1]
    assert happened == "Total: points 7.00 = 7; veto “Fraud”, worth nothing"


def test_who_drew_no_lot_is_not_told_to_have_missed_a_measurement():
    plan = scheme(points(), ranking={"ties": "must_break"})
    marked = sheet({"a": {"points": 7}, "b": {"points": 7}}, lots={"a": 1})
    assert explain(plan, marked, "a")[1].zh == "总分同为 7.00，并列由“抽签”决出：对方没有抽签号"
    assert explain(plan, marked, "b")[1].en == "equal totals of 7.00, the tie is broken by “lot”: none drawn"


def test_who_stood_within_reach_of_a_prize_is_told_which_condition_was_missed():
    plan = scheme(
        points("theory", name="理论", name_en="Theory", weight="0.3"),
        points("practice", name="实操", weight="0.7"),
        awards=[
            {
                "id": "expert", "name": "技术能手", "name_en": "Expert", "rule": {"by": "rank", "to": 2},
                "all_of": [{"node": "theory", "at_least": "60"}, {"node": "practice", "at_least": "60"}],
            },
            {
                "id": "worker", "name": "职工奖", "rule": {"by": "everyone"},
                "any_of": [{"attribute": "身份", "is": "职工"}, {"node": "theory", "at_least": "99"}],
            },
        ],
    )  # fmt: skip
    given = {
        "a": {"theory": 59.99, "practice": 95},
        "b": {"theory": 90, "practice": 70},
        "c": {"theory": 1, "practice": 1},
    }
    marked = sheet(given, attributes={"身份": {"a": "学生", "b": "学生", "c": "职工"}})
    assert [step.zh for step in explain(plan, marked, "a")[1:3]] == [
        "未获“技术能手”：要求理论不低于 60，为 59.99",
        "未获“职工奖”：要求“身份”为“职工”；要求理论不低于 99，为 59.99",
    ]
    assert explain(plan, marked, "a")[1].en == "not awarded “Expert”: Theory of at least 60 is asked, it is 59.99"
    assert [step.node for step in explain(plan, marked, "b")[:2]] == ["total", "expert"]
    assert explain(plan, marked, "c")[1].zh.startswith("获“职工奖”")


def test_a_pass_mark_that_was_missed_by_a_hair_is_not_told_as_if_it_had_been_reached():
    plan = scheme(panel(step="1", high="100", pass_mark="60", failing="unranked", factor="1.999999"))
    marked = sheet({"a": {"work": [30, 30, 30]}}, seats=3)
    assert explain(plan, marked, "a")[1].zh == "“作品” 59.99997 未达 60，不参加排名"
