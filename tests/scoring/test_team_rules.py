"""Team rules as contests print them, worked by hand. Sources of the rules stand beside each."""

from fractions import Fraction

import msgspec

from scoring.team.results import results
from scoring.team.rulings import Rulings
from scoring.team.table import standings
from tests.scoring.team_rows import places, placing, rows, table


def ranks(found) -> list[tuple]:
    return [(row.group, row.rank, row.points) for row in found.rows]


def ruled(**words) -> Rulings:
    return msgspec.convert(words, Rulings)


# 威海市总工会 2018: 1–6 take 10, 9, 8, 7, 6, 5; 7–10 take 4 each, every other entrant 1; sum over the trades;
# level groups by the number of better places; prizes for ranks 1–3, 优秀组织单位 4–13, host colleges besides.
WEIHAI = table(
    points={
        "by": "place",
        "points": ["10", "9", "8", "7", "6", "5"],
        "bands": [{"to": 10, "points": "4"}],
        "others": "1",
    },
    keys=[{"of": "points"}, {"of": "countback"}],
    awards=[
        {"id": "team", "name": "团体奖", "rule": {"by": "rank", "to": 3}},
        {"id": "organiser", "name": "优秀组织单位", "rule": {"by": "rank", "from": 4, "to": 13}},
    ],
)


def test_weihai_points_by_place_countback_and_the_host_beside_the_quota():
    welding = places(
        "焊工", "环翠", "文登", "荣成", "乳山", "高区", "经区", "临港", "学院", "环翠", "文登", "荣成", "乳山"
    )
    fitting = places("钳工", "文登", "环翠", "学院", "荣成", "乳山", "高区", "环翠")
    host = ruled(outside=[{"group": "学院", "awards": ["organiser"], "reason": "承办院校不占名额"}])
    found = results(WEIHAI, rows(welding | fitting), host)
    assert [(row.group, row.rank, row.points, row.awards) for row in found.rows] == [
        # 环翠 10 + 4 + 9 + 4 = 27; 文登 9 + 4 + 10 = 23; 荣成 8 + 1 + 7; 乳山 7 + 1 + 6; 高区 6 + 5 = 11
        ("环翠", 1, "27", ("team",)),
        ("文登", 2, "23", ("team",)),
        ("荣成", 3, "16", ("team",)),
        ("乳山", 4, "14", ("organiser",)),
        ("高区", 5, "11", ("organiser",)),
        ("经区", 6, "5", ("organiser",)),
        ("临港", 7, "4", ("organiser",)),
        ("学院", None, "12", ("organiser",)),
    ]


def test_weihai_level_groups_go_by_the_number_of_better_places():
    # Both 19: 甲 10 + 9, 乙 10 + 4 + 5; one first each, 甲 has a second place.
    found = results(
        WEIHAI,
        rows(
            {
                "焊工": [["1", "甲", 1], ["2", "丙", 2], ["3", "乙", 6], ["4", "乙", 7]],
                "电工": [["5", "乙", 1], ["6", "甲", 2]],
            }
        ),
    )
    assert ranks(found) == [("甲", 1, "19"), ("乙", 2, "19"), ("丙", 3, "9")]
    assert found.rows[0].tie_broken_by == "countback"


def test_machinery_awards_are_worth_8_4_2_and_1_for_who_passed_all():
    # 机械行业: first prize 8, second 4, third 2, no prize but all projects passed 1, without points no rank;
    # 团体优胜 12, 团体优秀 18 units: here 1 and 2.
    words = table(
        points={
            "by": "award",
            "points": [
                {"award": id_, "points": points}
                for id_, points in (("first", "8"), ("second", "4"), ("third", "2"), ("passed", "1"))
            ],
        },
        zero="unranked",
        awards=[
            {"id": "excellent", "name": "团体优胜", "rule": {"by": "quota", "count": 1}},
            {"id": "good", "name": "团体优秀", "rule": {"by": "quota", "count": 2}},
        ],
    )
    found = results(
        words,
        rows(
            {
                "车工": [
                    ["1", "一厂", 1, {"awards": ["first"]}],
                    ["2", "二厂", 2, {"awards": ["second", "passed"]}],
                    ["3", "三厂", 3, {"awards": ["passed"]}],
                    ["4", "四厂", 4, {}],
                ],
                "铣工": [
                    ["5", "二厂", 1, {"awards": ["first"]}],
                    ["6", "一厂", 2, {"awards": ["third"]}],
                    ["7", "三厂", 3, {"awards": ["passed"]}],
                    ["8", "四厂", "disqualified", {}],
                ],
            }
        ),
    )
    assert [(row.group, row.rank, row.points, row.awards) for row in found.rows] == [
        ("二厂", 1, "12", ("excellent",)),
        ("一厂", 2, "10", ("good",)),
        ("三厂", 3, "2", ("good",)),
        ("四厂", None, "0", ()),
    ]


def test_zoucheng_sums_the_top_three_of_each_event():
    # 邹城: the sum of the best three members of a unit in each event.
    words = table(each_event={"take": 3})
    found = standings(
        words,
        rows(
            {
                "焊工": [
                    ["1", "甲", 1, {"total": "95.5"}],
                    ["2", "甲", 2, {"total": "90.25"}],
                    ["3", "乙", 3, {"total": "90"}],
                    ["4", "甲", 4, {"total": "80"}],
                    ["5", "甲", 5, {"total": "79.5"}],
                ],
                "电工": [["6", "乙", 1, {"total": "99"}], ["7", "乙", 2, {"total": "98"}]],
            }
        ),
    )
    assert [(one.group, one.rank, one.points) for one in found.groups] == [
        ("乙", 1, Fraction(287)),
        ("甲", 2, Fraction("265.75")),
    ]
    assert [line.verdict for line in found.of("甲").lines] == ["counted", "counted", "counted", "each_event"]


def test_guzhen_adds_three_members_and_level_teams_go_by_their_time():
    # 古镇: total of the three members; level teams by the total time of the three, then a shared rank.
    words = table(
        over_all={"take": 3, "need": 3, "fewer": "unranked"},
        keys=[{"of": "points"}, {"of": "sum", "node": "time"}],
    )

    def team(name: str, *members: tuple[str, str]):
        # Totals decide here, ranks do not.
        return [
            placing("灯饰", f"{name}{at}", name, 1, {"total": total, "time": time})
            for at, (total, time) in enumerate(members)
        ]

    found = results(
        words,
        [
            *team("甲", ("90", "61.2"), ("80", "70"), ("70", "80")),
            *team("乙", ("85", "60.8"), ("80", "70"), ("75", "80")),
            *team("丙", ("85", "61.2"), ("80", "70"), ("75", "80")),
            *team("丁", ("99", "50"), ("99", "50")),
        ],
    )
    assert [(row.group, row.rank, row.points, row.shared, row.tie_broken_by) for row in found.rows] == [
        ("乙", 1, "240", False, "sum"),
        ("丙", 2, "240", True, "sum"),
        ("甲", 2, "240", True, "sum"),
        ("丁", None, "198", False, ""),
    ]


def test_a_sports_day_doubles_the_relay_and_takes_one_place_less():
    # 职工运动会: 7, 5, 4, 3, 2, 1; relay and tug-of-war double; with few entries one place less; level by firsts.
    words = table(
        points={"by": "place", "points": ["7", "5", "4", "3", "2", "1"], "one_less": 6},
        events=[{"event": "接力", "weight": "2"}, {"event": "拔河", "weight": "2"}],
        keys=[{"of": "points"}, {"of": "countback", "to": 1}],
    )
    found = results(
        words,
        rows(
            places("100 米", "甲", "乙", "丙", "甲", "乙", "丙", "丁")
            | places("跳远", "乙", "甲", "丙", "乙", "丁", "甲")  # six: five are taken
            | places("接力", "丙", "甲", "乙", "丁")  # four: three are taken, double
            | places("拔河", "甲", "丙")  # two: only the first, double
        ),
    )
    assert ranks(found) == [
        ("甲", 1, str(7 + 3 + 5 + 0 + 10 + 14)),
        ("乙", 2, str(5 + 2 + 7 + 3 + 8)),
        ("丙", 3, str(4 + 1 + 4 + 14 + 0)),
        ("丁", 4, "2"),
    ]


def test_records_come_before_firsts_where_a_sports_day_says_so():
    # +5 for a school record, +15 for one of the province, −5 as penalty; level: more records, then more firsts.
    words = table(
        points={"by": "place", "points": ["9", "7", "6", "5", "4", "3", "2", "1"]},
        bonuses=[
            {"id": "school", "name": "破校纪录", "points": "5"},
            {"id": "province", "name": "破省纪录", "points": "15"},
        ],
        keys=[{"of": "points"}, {"of": "bonuses", "bonuses": ["school", "province"]}, {"of": "countback"}],
    )
    events = rows(places("铅球", "甲", "乙", "丙") | places("标枪", "甲", "丙", "丁", "乙"))
    given = [
        {"group": "乙", "bonus": "school", "reason": "铅球"},
        {"group": "乙", "points": "1", "reason": "道德风尚"},
        {"group": "丙", "bonus": "school", "times": 2, "reason": "铅球、标枪"},
        {"group": "丙", "points": "-5", "reason": "弃权"},
    ]
    # 甲 18; 乙 7 + 5 + 5 + 1 = 18 with a record; 丙 6 + 7 + 10 − 5 = 18 with two.
    found = results(words, events, ruled(given=given))
    assert ranks(found) == [("丙", 1, "18"), ("乙", 2, "18"), ("甲", 3, "18"), ("丁", 4, "6")]
    assert [row.given for row in found.rows] == ["5", "6", "0", "0"]


MEDALS = ["gold", "silver", "bronze", "medallion"]
MEMBERS = {
    "焊接": [["1", "CN", 1, "gold", "760"], ["2", "KR", 2, "silver", "741"], ["3", "CH", 3, "bronze", "735"]],
    "砌筑": [["4", "KR", 1, "gold", "750"], ["5", "CN", 2, "medallion", "712"]],
    "机电": [["6", "CH", 1, "gold", "758"], ["7", "CN", 2, "gold", "757"], ["8", "KR", 3, None, "655"]],
    "烘焙": [["9", "CN", 1, None, "690"]],
}


def member_table(**words):
    listed = {
        event: [
            [entry, group, rank, {"total": score, "awards": [medal] if medal else []}]
            for entry, group, rank, medal, score in entries
        ]
        for event, entries in MEMBERS.items()
    }
    return ranks(results(table(**words), rows(listed)))


def test_worldskills_members_by_medal_points_and_scores_and_their_means():
    # Member tables: gold 4, silver 3, bronze 2, medallion 1; their mean per skill entered; total and mean score.
    points = {"by": "award", "points": [{"award": id_, "points": str(4 - at)} for at, id_ in enumerate(MEDALS)]}
    assert member_table(points=points) == [("CN", 1, "9"), ("KR", 2, "7"), ("CH", 3, "6")]
    assert member_table(points=points, then="per_event", shows=2) == [
        ("CH", 1, "3.00"),
        ("KR", 2, "2.33"),
        ("CN", 3, "2.25"),
    ]
    assert member_table() == [("CN", 1, "2919"), ("KR", 2, "2146"), ("CH", 3, "1493")]
    assert member_table(then="per_event", places=2) == [
        ("CH", 1, "746.50"),
        ("CN", 2, "729.75"),
        ("KR", 3, "715.33"),
    ]


def test_a_medal_table_asks_golds_then_silvers_then_bronzes():
    keys = [{"of": "awards", "awards": [medal]} for medal in MEDALS[:3]]
    assert [group for group, *_ in member_table(keys=keys)] == ["CN", "KR", "CH"]


def test_means_are_exact_until_somebody_asks_for_places():
    # 2/3 above 0.6666: nothing was rounded on the way.
    words = table(points={"by": "total"}, then="per_entry")
    thirds = [["1", "甲", 1, {"total": "1"}], ["2", "甲", 2, {"total": "1"}], ["3", "甲", 3, {"total": "0"}]]
    near = [["4", "乙", 4, {"total": "0.666666"}]]
    assert ranks(results(words, rows({"e": thirds + near}))) == [("甲", 1, "0.67"), ("乙", 2, "0.67")]
    rounded = results(table(points={"by": "total"}, then="per_entry", places=2), rows({"e": thirds + near}))
    assert [(row.rank, row.shared) for row in rounded.rows] == [(1, True), (1, True)]


def test_of_members_level_in_points_those_count_who_serve_their_group_best():
    # A quota of one, and the best one of all: where ranks and points are level, the faster one counts.
    listed = {
        "e": [["1", "甲", 1, {"time": "61"}], ["2", "甲", 1, {"time": "60"}], ["3", "乙", 1, {"time": "60.5"}]],
        "f": [["4", "乙", 1, {"time": "62"}]],
    }
    words = {"points": {"by": "entry"}, "keys": [{"of": "points"}, {"of": "sum", "node": "time"}]}
    for choice in ({"quota": {"entries": 1}, "over_all": {"take": 1}}, {"over_all": {"take": 1}}):
        found = standings(table(**words, **choice), rows(listed))
        assert [(one.group, one.rank) for one in found.groups] == [("甲", 1), ("乙", 2)]
        assert {line.row.entry for one in found.groups for line in one.lines if line.verdict == "counted"} == {
            "2",
            "3",
        }


def test_of_members_level_in_points_the_better_place_counts_first():
    # Points 5, 5 for the first two places: the best one is the first, and the best place tells groups apart.
    words = table(
        points={"by": "place", "points": ["5", "5"]},
        over_all={"take": 1},
        keys=[{"of": "points"}, {"of": "best"}],
    )
    found = results(words, rows({"e": [["2", "甲", 1], ["1", "甲", 2]], "f": [["3", "乙", 2]]}))
    assert ranks(found) == [("甲", 1, "5"), ("乙", 2, "5")]


def test_a_sprint_may_bring_points_and_not_count_back():
    # F1 sprints: points of their own; only places in races count back.
    season = {"points": {"by": "place", "points": ["25", "18"]}}
    sprints = [{"event": "短道", "points": {"by": "place", "points": ["7", "0"]}}]
    listed = rows(
        {
            "一": [["1", "甲", 1], ["2", "乙", 2]],
            "二": [["3", "乙", 2], ["4", "甲", 3]],
            "短道": [["5", "甲", 2], ["6", "乙", 1]],
            "三": [["7", "丙", 1], ["8", "丁", 2]],
            "四": [["9", "甲", 9], ["10", "乙", 9]],
        }
    )
    bonus = ruled(given=[{"group": "甲", "points": "18", "reason": "平分"}])
    without = table(**season, events=sprints, keys=[{"of": "points"}, {"of": "countback", "without": ["短道"]}])
    # 甲 25 + 18 = 43 with a first; 乙 18 + 18 + 7 = 43 with two seconds, and a first in the sprint.
    assert ranks(results(without, listed, bonus))[:2] == [("甲", 1, "43"), ("乙", 2, "43")]
    every = table(**season, events=sprints, keys=[{"of": "points"}, {"of": "countback"}])
    assert ranks(results(every, listed, bonus))[:2] == [("乙", 1, "43"), ("甲", 2, "43")]
    only = table(**season, events=sprints, keys=[{"of": "points"}, {"of": "countback", "events": ["二"]}])
    assert ranks(results(only, listed, bonus))[:2] == [("乙", 1, "43"), ("甲", 2, "43")]
