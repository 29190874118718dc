"""Why a group stands where it stands: every verdict on an entry, every key, every reason for having no rank."""

import msgspec
import pytest

from scoring.team.explain import explain
from scoring.team.rulings import Rulings
from scoring.team.table import standings
from tests.scoring.team_rows import places, rows, table

PLACES = {"by": "place", "points": ["5", "4", "3", "2", "1"]}
NAMES = {"甲": "第一机械厂", "e": "焊工", "1": "张三"}


def told(words, listed, group: str, names=None, **decided) -> list[tuple[str, str]]:
    found = standings(words, rows(listed), msgspec.convert(decided, Rulings))
    return [(step.zh, step.en) for step in explain(found, group, names)]


def entry(words, listed, group: str = "甲", **decided) -> list[tuple[str, str]]:
    found = standings(words, rows(listed), msgspec.convert(decided, Rulings))
    return [(step.zh, step.en) for step in explain(found, group) if step.depth == 2]


def test_steps_go_from_the_place_to_the_single_entry_and_names_are_used():
    found = standings(table(points=PLACES), rows({"e": [["1", "甲", 1]]}))
    assert [(step.depth, step.node, step.zh, step.en) for step in explain(found, "甲", NAMES)] == [
        (0, "甲", "第 1 名，共 1 个；有 0 个更优", "rank 1 of 1; 0 strictly better"),
        (0, "teams", "计入 1 项，合计 5；积分 5", "1 count, sum 5; points 5"),
        (1, "e", "焊工：5", "焊工: 5"),
        (2, "1", "张三：第 1 名，得 5", "张三: place 1, worth 5"),
    ]


ENTRIES = {
    "its result is missing": ({}, [["1", "甲", None]], ("1：成绩未定", "1: no result yet")),
    "its status": ({}, [["1", "甲", "disqualified"]], ("1：取消资格，不计", "1: disqualified, does not count")),
    "a status of its own": ({}, [["1", "甲", "lapped"]], ("1：lapped，不计", "1: lapped, does not count")),
    "a status worth something": (
        {"unplaced": [{"status": "not_finished", "points": "1"}]},
        [["1", "甲", "not_finished"]],
        ("1：未完成，得 1", "1: not finished, worth 1"),
    ),
    "an event too small": (
        {"min_entries": 5},
        [["1", "甲", 1]],
        ("1：赛项不足 5 个参赛，不计", "1: fewer than 5 entries, the event does not count"),
    ),
    "over the quota, keeping its place": (
        {"quota": {"entries": 1}},
        [["1", "甲", 2], ["0", "甲", 1]],
        (
            "1：本单位该项已有 1 个更优，超出限额，只占名次",
            "1: over the quota of 1, others of the group are better, it keeps its place",
        ),
    ),
    "over the quota, giving way": (
        {"quota": {"entries": 1, "rest": "give_way"}},
        [["1", "甲", 2], ["0", "甲", 1]],
        (
            "1：本单位该项已有 1 个更优，超出限额，名次由后面递补",
            "1: over the quota of 1, others of the group are better, its place is given away",
        ),
    ),
    "not among the best of all": (
        {"over_all": {"take": 1}},
        [["1", "甲", 2], ["0", "甲", 1]],
        ("1：第 2 名，得 4；不在最好的 1 个内，不计", "1: place 2, worth 4; not among the best 1, does not count"),
    ),
    "too few in the event": (
        {"each_event": {"need": 2, "fewer": "nothing"}},
        [["1", "甲", 2]],
        ("1：第 2 名，得 4；不足 2 个，不计", "1: place 2, worth 4; fewer than 2, does not count"),
    ),
    "too few in all": (
        {"over_all": {"need": 3, "fewer": "nothing"}},
        [["1", "甲", 2]],
        ("1：第 2 名，得 4；不足 3 个，不计", "1: place 2, worth 4; fewer than 3, does not count"),
    ),
    "a shared place, averaged": (
        {"points": PLACES | {"ties": "average"}},
        [["1", "甲", 1], ["2", "乙", 1]],
        ("1：第 1 名，2 个并列取平均，得 4.5", "1: place 1, shared by 2, the mean of their places, worth 4.5"),
    ),
    "a shared place": (
        {},
        [["1", "甲", 1], ["2", "乙", 1]],
        ("1：第 1 名，2 个并列，得 5", "1: place 1, shared by 2, worth 5"),
    ),
    "an award": (
        {"points": {"by": "award", "points": [{"award": "gold", "points": "4"}]}},
        [["1", "甲", 1, {"awards": ["gold"]}]],
        ("1：gold，得 4", "1: gold, worth 4"),
    ),
    "no award": (
        {"points": {"by": "award", "points": [{"award": "gold", "points": "4"}], "others": "1"}},
        [["1", "甲", 1]],
        ("1：没有列入的奖项，得 1", "1: none of the awards, worth 1"),
    ),
    "taking part": ({"points": {"by": "entry"}}, [["1", "甲", 1]], ("1：参赛，得 1", "1: took part, worth 1")),
    "a node": (
        {"points": {"by": "total", "node": "practice"}},
        [["1", "甲", 1, {"practice": "66.5"}]],
        ("1：“practice”，得 66.5", "1: “practice”, worth 66.5"),
    ),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_every_entry_says_what_it_brought_or_why_nothing(case):
    words, listed, said = ENTRIES[case]
    assert said in entry(table(**({"points": PLACES} | words)), {"e": listed})


def test_an_entry_struck_by_hand_says_the_reason():
    struck = [{"event": "e", "entry": "1", "reason": "资格不符", "reason_en": "not eligible"}]
    assert entry(table(points=PLACES), {"e": [["1", "甲", 1]]}, struck=struck) == [
        ("1：裁定不计：资格不符", "1: does not count: not eligible")
    ]


def test_a_group_that_gives_its_places_away_says_so():
    outside = [{"group": "甲", "place": "give_way", "reason": "东道主"}]
    listed = {"e": [["1", "甲", 1], ["2", "乙", 2]]}
    assert entry(table(points=PLACES), listed, outside=outside) == [
        ("1：单位不占名额，让出名次", "1: its group stands outside, the place is given away")
    ]
    assert entry(table(points=PLACES), listed, "乙", outside=outside) == [
        ("2：第 1 名（原第 2 名，递补），得 5", "2: place 1 (ranked 2, moved up), worth 5")
    ]


UNRANKED = {
    "results missing": ({}, [["1", "甲", None]], ("成绩未定，暂不排名", "results are missing, not ranked yet")),
    "too few in an event": (
        {"each_event": {"need": 2, "fewer": "unranked"}},
        [["1", "甲", 1]],
        ("有赛项不足 2 个，不排名", "fewer than 2 in an event, not ranked"),
    ),
    "too few": (
        {"over_all": {"need": 2, "fewer": "unranked"}},
        [["1", "甲", 1]],
        ("不足 2 个，不排名", "fewer than 2 entries, not ranked"),
    ),
    "no points": ({"zero": "unranked"}, [["1", "甲", 9]], ("零分不排名", "no points, not ranked")),
    "nothing that counts": (
        {"order": "low"},
        [["1", "甲", "not_started"]],
        ("没有计入的成绩，不排名", "nothing counts, not ranked"),
    ),
}


@pytest.mark.parametrize("case", UNRANKED)
def test_a_group_without_a_rank_says_why(case):
    words, listed, said = UNRANKED[case]
    assert told(table(**({"points": PLACES} | words)), {"e": listed}, "甲")[0] == said


def test_what_is_still_open_is_said_beside_the_rank():
    words = table(points=PLACES, rank_incomplete=True)
    assert told(words, {"e": [["1", "甲", 1], ["2", "甲", None]]}, "甲")[0] == (
        "第 1 名，共 1 个；有 0 个更优（尚有成绩未定，名次可能变化）",
        "rank 1 of 1; 0 strictly better (results are missing, may change)",
    )


def test_means_bonuses_and_rounding_are_told_in_their_order():
    listed = {"e": [["1", "甲", 1], ["2", "甲", 2], ["3", "甲", 4]], "f": [["4", "甲", 1]]}
    fault = [{"group": "甲", "points": "-0.5", "times": 2, "reason": "迟到", "reason_en": "late"}]
    each = told(table(points=PLACES, then="per_entry", places=1), {"e": listed["e"]}, "甲", given=fault)
    assert each[1:3] == [
        (
            "计入 3 项，合计 11 / 3 = 3.6667，加减分 − 1，四舍五入到 1 位；积分 2.7",
            "3 count, sum 11 / 3 = 3.6667, bonuses − 1, rounded to 1 places; points 2.7",
        ),
        ("裁定 −0.5 × 2：迟到", "by decision −0.5 × 2: late"),
    ]
    assert told(table(points=PLACES, then="per_event"), listed, "甲")[1] == (
        "计入 4 项，合计 16，参加 2 项，平均 8；积分 8",
        "4 count, sum 16, mean of 2 events 8; points 8",
    )
    nothing = told(table(points=PLACES, then="per_entry"), {"e": [["1", "甲", "withdrawn"]]}, "甲")
    assert nothing[1] == ("没有计入的成绩", "nothing counts")


TIES = {
    "best": ([{"of": "best", "events": ["f"]}], "最好名次 3 > 1 ", "best place 3 > 1"),
    "awards": ([{"of": "awards", "awards": ["gold"]}], "gold 的个数 0 < 1 ", "number of gold 0 < 1"),
    "event": ([{"of": "event", "event": "f"}], "“f”的名次 3 > 1 ", "place in “f” 3 > 1"),
    "lot": ([{"of": "lot"}], "抽签 2 > 1 ", "lot 2 > 1"),
    "sum": ([{"of": "sum"}], "总分之和（本单位没有）", "sum of totals (none here)"),
    "entries": ([{"of": "entries", "order": "low"}], "计入的个数 2 > 1 ", "number of entries that count 2 > 1"),
}


@pytest.mark.parametrize("case", TIES)
def test_what_broke_a_tie_is_told_with_both_numbers(case):
    keys, zh, en = TIES[case]
    listed = {
        "e": [["1", "甲", 2], ["2", "丙", 1]],
        "f": [["3", "乙", 1, {"total": "9", "awards": ["gold"]}], ["4", "甲", 3]],
    }
    words = table(points=PLACES, keys=[{"of": "awards", "awards": ["silver"]}, *keys], events=[{"event": "f"}])
    outside = [{"group": "丙", "reason": "表演"}]
    first, tie, *_ = told(words, listed, "甲", outside=outside, lots={"甲": 2, "乙": 1})
    assert first == ("第 2 名，共 2 个；有 1 个更优", "rank 2 of 2; 1 strictly better")
    assert tie == (
        f"与“乙”silver 的个数 0 相同，由{zh}决出",
        f"level with “乙” on number of silver of 0, decided by {en}",
    )


def test_numbers_that_print_alike_are_told_exactly():
    thirds = [["1", "甲", 1, {"total": "1", "time": "1/3"}], ["2", "乙", 2, {"total": "1", "time": "0.33333"}]]
    tie = told(table(keys=[{"of": "points"}, {"of": "sum", "node": "time"}]), {"e": thirds}, "甲")[1]
    assert tie == (
        "与“乙”积分 1 相同，由“time”之和 1/3 > 33333/100000 决出",
        "level with “乙” on points of 1, decided by sum of “time” 1/3 > 33333/100000",
    )


def test_a_tie_that_nothing_broke_names_the_others_and_asks_for_lots():
    listed = {"e": [["1", "甲", 1], ["2", "乙", 1], ["3", "丙", 1]]}
    assert told(table(points=PLACES), listed, "甲")[:2] == [
        ("并列第 1 名，共 3 个；有 0 个更优", "shared rank 1 of 3; 0 strictly better"),
        ("与丙、乙处处相同", "equal in everything to 丙, 乙"),
    ]
    assert told(table(points=PLACES, ties="must_break"), listed, "甲")[1] == (
        "与丙、乙处处相同，须抽签决出",
        "equal in everything to 丙, 乙; lots must be drawn",
    )


AWARDS = {
    "rank": ({"by": "rank", "to": 2}, "名次 1 至 2", "ranks 1 to 2"),
    "ratio": ({"by": "ratio", "ratio": "0.5"}, "在前面的奖项之后取 50 %", "the next 50 % after the awards above"),
    "first half": ({"by": "first_half", "rounding": "ceil"}, "名次在前一半", "in the first half"),
    "quota": ({"by": "quota", "count": 1}, "在前面的奖项之后取 1 个", "the next 1 after the awards above"),
    "score": ({"by": "score", "at_least": "4", "at_most": "9"}, "积分 ≥ 4 ≤ 9", "points ≥ 4 ≤ 9"),
    "everyone": ({"by": "everyone"}, "符合条件", "the conditions are met"),
}


@pytest.mark.parametrize("case", AWARDS)
def test_an_award_says_its_rule(case):
    rule, zh, en = AWARDS[case]
    words = table(points=PLACES, awards=[{"id": "a", "name": "优胜", "name_en": "Winner", "rule": rule}])
    assert told(words, places("e", "甲", "乙"), "甲")[1] == (f"获“优胜”：{zh}", f"awarded “Winner”: {en}")


def test_a_weight_is_told_beside_its_event():
    words = table(points=PLACES, events=[{"event": "e", "weight": "2"}])
    assert told(words, places("e", "甲"), "甲")[2:] == [
        ("e（× 2）：10", "e (× 2): 10"),
        ("e1：第 1 名，得 10", "e1: place 1, worth 10"),
    ]
