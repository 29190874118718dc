from fractions import Fraction

import pytest

from scoring import SheetProblem, explain, results
from tests.scoring.contests import Contest
from tests.scoring.sheets import panel, points, scheme, sheet
from tests.scoring.stages import staged

TRIMMED = {"take": "trimmed", "low": 1, "high": 1}
PLAN = scheme(
    {
        "kind": "sum", "id": "practice", "name": "实操", "name_en": "Practice", "weight": "0.8",
        "parts": [
            panel(rule=TRIMMED, places=2),
            {
                "kind": "penalty", "id": "poles", "name": "碰杆", "name_en": "Poles",
                "high": "9", "each": "0.5", "unit": "次", "unit_en": "times",
            },
        ],
    },
    points("theory", name="理论", name_en="Theory", weight="0.2"),
    places=2,
    ranking={"keys": [{"node": "practice"}]},
    awards=[{"id": "first", "name": "一等奖", "name_en": "First prize", "rule": {"by": "rank", "to": 1}}],
)  # fmt: skip
GIVEN = {
    "amber": {"work": [6.75, 7, 7, 7.75, 8], "poles": 2, "theory": 50},
    "birch": {"work": [7, 7, 7.25, "absent", 8], "poles": 2, "theory": 49.5},
    "cedar": {"work": [1, 1, 1, 1, 1], "poles": 0, "theory": "not_attempted"},
}


def told(plan, marked, entry):
    return [(step.depth, step.node, step.zh) for step in explain(plan, marked, entry)]


def test_a_place_is_told_from_the_rank_down_to_the_mark():
    assert told(PLAN, sheet(GIVEN, seats=5), "amber") == [
        (0, "total", "第 1 名，共 3 名；有 0 名更优"),
        (0, "first", "获“一等奖”：名次 1 至 1"),
        (0, "total", "总分：实操 6.25 × 0.8 + 理论 50.00 × 0.2 = 15，四舍五入到 2 位 15.00"),
        (1, "practice", "实操：作品 7.25 − 碰杆 1.0 = 6.25"),
        (
            2,
            "work",
            (
                "作品：打分 6.75、7.00、7.00、7.75、8.00；去掉最低 6.75、最高 8.00；"
                "5 个中 3 个的平均 7.25，四舍五入到 2 位 7.25"
            ),
        ),
        (2, "poles", "碰杆：2次 × 0.5 = 1"),
        (1, "theory", "理论：记录 = 50"),
    ]


def test_english_tells_the_same():
    steps = explain(PLAN, sheet(GIVEN, seats=5), "birch")
    assert [step.en for step in steps] == [
        "rank 2 of 3; 1 strictly better",
        "Total: Practice 6.13 × 0.8 + Theory 49.50 × 0.2 = 14.804, rounded to 2 places 14.80",
        "Practice: Work 7.13 − Poles 1.0 = 6.13",
        (
            "Work: marks 7.00, 7.00, 7.25, absent, 8.00; without lowest 7.00, highest 8.00; mean of 2 of 4: "
            "7.125, rounded to 2 places 7.13"
        ),
        "Poles: 2 times × 0.5 = 1",
        "Theory: recorded = 49.5",
    ]


def test_a_broken_tie_is_told_with_the_two_numbers_that_decided():
    given = {**GIVEN, "birch": {"work": [9, 9, 9, 9, 9], "poles": 2, "theory": 43}}
    steps = explain(PLAN, sheet(given, seats=5), "birch")
    assert steps[1].zh == "总分同为 15.00，并列由“实操” 8.00 > 6.25 决出"
    rival = explain(PLAN, sheet(given, seats=5), "amber")
    assert rival[1].en == "equal totals of 15.00, the tie is broken by “Practice” 6.25 < 8.00"


def test_a_tie_broken_by_a_time_shows_the_time():
    plan = scheme(
        points(),
        {"kind": "amount", "id": "time", "name": "用时", "counts": False, "step": "0.01"},
        ranking={"keys": [{"node": "time", "order": "low", "of": "mark"}]},
    )
    marked = sheet(
        {
            "a": {"points": 1, "time": 9.5},
            "b": {"points": 1, "time": 10},
            "c": {"points": 1, "time": "not_attempted"},
        }
    )
    assert explain(plan, marked, "a")[1].zh == "总分同为 1.00，并列由“用时” 9.50 < 10.00 决出"
    assert explain(plan, marked, "b")[1].zh == "总分同为 1.00，并列由“用时” 10.00 > 9.50 决出"
    assert explain(plan, marked, "c")[1].zh == "总分同为 1.00，并列由“用时”决出：本参赛者未测得"


def test_a_tie_among_unfinished_entries_is_told_by_the_points_so_far():
    plan = scheme(points("a"), points("b"), ranking={"keys": [{"node": "a"}], "rank_incomplete": True})
    marked = sheet({"amber": {"a": 5}, "birch": {"a": 4, "b": 1}})
    assert explain(plan, marked, "birch")[1].zh == "总分同为 5.00，并列由“a” 4.00 < 5.00 决出"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"by": "ratio", "ratio": "0.5"}, "在前面的奖项之后取 50 %，到第 1 位"),
        ({"by": "first_half", "rounding": "ceil"}, "名次在前一半，到第 1 位"),
        ({"by": "score", "at_least": "9"}, "总分不低于 9"),
        ({"by": "score", "at_least": "9", "node": "points"}, "成绩不低于 9"),
        ({"by": "everyone"}, "符合条件"),
    ],
)
def test_a_prize_says_by_which_rule_it_was_given(rule, said):
    awards = [{"id": "prize", "name": "奖", "rule": rule}]
    plan = scheme(points(name="成绩"), awards=awards)
    assert told(plan, sheet({"amber": {"points": 9}}), "amber")[1] == (0, "prize", f"获“奖”：{said}")


def test_what_is_missing_is_said_and_not_scored():
    marked = sheet({"amber": {"work": [6, 7, None, 8, None], "theory": 50}, "birch": {}}, seats=5)
    assert told(PLAN, marked, "amber") == [
        (0, "total", "按目前得分列第 1 行；本参赛者的打分未齐，暂不排名"),
        (0, "total", "总分：尚有打分未齐，目前 10.00"),
        (1, "practice", "实操：尚有打分未齐，目前 0.00"),
        (2, "work", "作品：尚缺 2 个打分，得分未定"),
        (2, "poles", "碰杆：尚缺 1 个打分，得分未定"),
        (1, "theory", "理论：记录 = 50"),
    ]


def test_an_exclusion_is_said_first():
    steps = explain(PLAN, sheet(GIVEN, seats=5, statuses={"cedar": "disqualified"}), "cedar")
    assert (steps[0].zh, steps[0].en) == ("取消资格，不参加排名", "disqualified, not ranked")
    assert steps[-1].zh == "理论：未做，不得分"


def test_an_unknown_entry_has_no_explanation():
    with pytest.raises(SheetProblem):
        explain(PLAN, sheet(GIVEN, seats=5), "nobody")


@pytest.mark.parametrize("seed", range(60))
def test_every_number_of_every_random_contest_can_say_why(seed):
    contest = Contest(seed, 4, holes=0.1 if seed % 2 else 0)
    marked = contest.sheet()
    for row in results(contest.scheme, marked).rows:
        steps = explain(contest.scheme, marked, row.entry)
        told_of = {step.node for step in steps}
        assert told_of >= set(contest.scheme.nodes)
        for step in steps:
            placed = contest.scheme.nodes.get(step.node)
            score = row.scores.get(step.node)
            if placed and placed.node.places is not None and score is not None and "四舍五入" in step.zh:
                # What is taken away is told as an amount: “− poles 4.5”.
                minus = placed.node.sign == "minus" and placed.node.counts and Fraction(score)
                own = (score[1:] if score.startswith("-") else f"-{score}") if minus else score
                if "记零" in step.zh:
                    # The sentence names what the node would be worth; the score is what is left of it.
                    assert Fraction(score) == 0
                    continue
                assert f"位 {own}" in step.zh
                assert f"places {own}" in step.en


def first_steps(plan, marked, entry, count=3):
    return [(step.node, step.zh, step.en) for step in explain(plan, marked, entry)[:count]]


def test_what_takes_an_entry_out_of_the_ranking_is_told_with_its_numbers():
    theory = points("theory", name="理论", name_en="Theory", pass_mark="60", failing="unranked")
    veto = {"kind": "veto", "id": "safety", "name": "安全", "name_en": "Safety", "effect": "unranked"}
    plan = scheme(theory, veto)
    marked = sheet({"amber": {"theory": 59.5, "safety": 1}, "birch": {"theory": 60}})
    assert first_steps(plan, marked, "amber") == [
        ("total", "不参加排名，列在有名次者之后", "not ranked, listed after those who are"),
        ("theory", "“理论” 59.5 未达 60，不参加排名", "“Theory” 59.5 is below 60, not ranked"),
        ("safety", "一票否决“安全”，不参加排名", "veto “Safety”, not ranked"),
    ]
    assert first_steps(plan, marked, "birch", 1)[0][1] == "第 1 名，共 1 名；有 0 名更优"


def test_no_result_is_told_where_the_lowest_wins():
    time = {"kind": "amount", "id": "time", "name": "用时", "high": "900"}
    marked = sheet({"amber": {"time": "not_attempted"}, "birch": {"time": 9}})
    steps = first_steps(scheme(time, ranking={"order": "low"}), marked, "amber", 2)
    assert steps[1] == ("total", "没有成绩，不参加排名", "no result, not ranked")


def test_a_tie_that_waits_for_a_lot_says_so():
    plan = scheme(points(), ranking={"ties": "must_break"})
    marked = sheet({"amber": {"points": 9}, "birch": {"points": 9}, "cedar": {"points": 8}})
    assert first_steps(plan, marked, "amber", 2) == [
        ("total", "并列第 1 名，共 3 名；有 0 名更优", "shared rank 1 of 3; 0 strictly better"),
        (
            "total",
            "此并列必须决出：等待抽签或裁定",
            "this tie must be broken: it waits for a lot or a decision",
        ),
    ]
    assert "必须决出" not in first_steps(plan, marked, "cedar", 2)[1][1]


def test_ranks_without_gaps_still_tell_how_many_are_better():
    plan = scheme(points(), ranking={"ties": "dense"})
    marked = sheet({"amber": {"points": 9}, "birch": {"points": 9}, "cedar": {"points": 8}})
    assert first_steps(plan, marked, "cedar", 1)[0][1] == "第 2 名，共 3 名；有 2 名更优"


def test_a_prize_that_is_certain_while_marking_runs_says_so():
    plan = scheme(points(), awards=[{"id": "first", "name": "一等奖", "rule": {"by": "rank", "to": 1}}])
    marked = sheet({"amber": {"points": 100}, "birch": {"points": 99.99}, "cedar": {}})
    assert first_steps(plan, marked, "amber", 2) == [
        (
            "total",
            "第 1 名，共 2 名；有 0 名更优（其余打分未齐，名次可能变化）",
            "rank 1 of 2; 0 strictly better (others incomplete, may change)",
        ),
        (
            "first",
            "“一等奖”已经确定，不论其余打分如何",
            "“一等奖” is certain, however the missing marks turn out",
        ),
    ]
    assert first_steps(plan, marked, "birch", 2)[1][0] == "total"


def test_how_far_an_entry_came_is_told_with_the_cut_it_met():
    plan = staged({"by": "ratio", "ratio": "0.5", "ties": "trim"})
    marks = {"amber": 90, "birch": 80, "cedar": 80, "dogwood": 70}
    marked = sheet({entry: {"first": mark, "second": 50} for entry, mark in marks.items()})
    assert first_steps(plan, marked, "birch", 2) == [
        (
            "total",
            "并列第 2 名，共 4 名；有 1 名更优；止于“预赛”",
            "shared rank 2 of 4; 1 strictly better; as far as “Heats”",
        ),
        (
            "first",
            "“预赛”：止步（取 50 %，2 名，有 2 名在前或并列）",
            "“Heats”: out (50 %, 2 places, 2 ahead or level)",
        ),
    ]
    assert first_steps(plan, marked, "amber", 2)[1][2] == "“Heats”: through (50 %, 2 places, 0 ahead or level)"


@pytest.mark.parametrize(
    ("advance", "said", "english"),
    [
        ({"by": "first_half"}, "取前一半，1 名，有 0 名在前", "the first half, 1 places, 0 ahead"),
        (
            {"by": "score", "at_least": "5", "at_most": "9.5"},
            "预赛成绩不低于 5，不高于 9.5；目前 9",
            "预赛成绩 of at least 5 and at most 9.5; 9 so far",
        ),
        ({"by": "score", "at_most": "9"}, "预赛成绩不高于 9；目前 9", "预赛成绩 of at most 9; 9 so far"),
        (
            {"by": "heats", "to": 1, "also": 2},
            "各组前 1 名和其余最好的 2 名",
            "the first 1 of each heat and the 2 next best",
        ),
    ],
)
def test_each_way_to_the_next_stage_is_told(advance, said, english):
    marked = sheet({"amber": {"first": 9, "second": 9}, "birch": {"first": 1, "second": 9}})
    step = explain(staged(advance), marked, "amber")[1]
    assert (step.zh, step.en) == (f"“预赛”：晋级（{said}）", f"“Heats”: through ({english})")


def test_who_was_taken_out_in_a_stage_is_told_by_what():
    failing = points("first", name="预赛成绩", pass_mark="60", failing="unranked")
    marked = sheet({"amber": {"first": 59}, "birch": {"first": 60, "second": 1}})
    steps = explain(staged({"by": "rank", "to": 1}, failing), marked, "amber")
    assert [step.zh for step in steps[:3]] == [
        "不参加排名，列在有名次者之后",
        "“预赛成绩” 59 未达 60，不参加排名",
        "“预赛”：止步（“预赛成绩” 59 未达 60，不参加排名）",
    ]


def test_a_tie_in_a_stage_is_told_by_what_the_stage_is_ranked_by():
    plan = staged({"by": "rank", "to": 1}, keys=[{"of": "lot"}])
    given = {"amber": {"first": 9, "second": 1}, "birch": {"first": 8}, "cedar": {"first": 8}}
    marked = sheet(given, lots={"birch": 1})
    steps = explain(plan, marked, "cedar")
    assert steps[1].zh == "“预赛成绩”同为 8.00，并列由“抽签”决出：没有抽签号"


def test_a_pass_mark_that_is_missed_is_told_with_the_score_it_was_missed_by():
    plan = scheme(points("theory", name="理论", name_en="Theory", pass_mark="60", places=1))
    assert told(plan, sheet({"amber": {"theory": 55}}), "amber")[-1] == (
        1,
        "theory",
        "理论：记录 = 55，四舍五入到 1 位 55.0；未达 60，记零",
    )
