"""Award list and score summary: who is on them, in what order, and what they say of themselves."""

import msgspec

from contest.exports.awards import (
    EventSheet,
    ScoreColumn,
    Standing,
    award_list,
    contest_awards,
    event_awards,
    score_summary,
)
from contest.exports.grouped import GroupSheet, GroupStanding


def standing(name: str, rank: int | None, total: str | None, *awards: str, **more: object) -> Standing:
    fields = {"bib": "A01", "organisation": "一厂", "status": "entered", "complete": 4, "aspects": 4} | more
    return Standing(name=name, rank=rank, total=total, awards=awards, scores={"p": total}, **fields)


def sheet(*standings: Standing, **more: object) -> EventSheet:
    fields = {"event": "焊工", "code": "HG", "state": "official"} | more
    return EventSheet(
        contest="青禾县大赛",
        as_of="2026-11-20 09:00:00 +08:00",
        seq=812,
        places=2,
        columns=(ScoreColumn(node="p", name="实操", places=2),),
        details=(),
        standings=standings,
        **fields,
    )


def test_the_award_list_names_winners_only():
    table = award_list(sheet(standing("安禾", 1, "90.00", "一等奖"), standing("柏青", 2, "80.00")), "zh")
    assert table.rows == (("1", "一等奖", "A01", "安禾", "一厂", "90.00"),)
    assert table.subtitle == "官方成绩　截至 2026-11-20 09:00:00 +08:00　账本号 812"
    assert table.signatures == ("裁判长（签字）", "监督（签字）", "录入（签字）", "日期")


def test_the_summary_says_of_everybody_why_there_is_no_rank():
    table = score_summary(
        sheet(
            standing("安禾", 1, "90.00"),
            standing("柏青", None, None, complete=3),
            standing("程一", None, None, status="disqualified"),
        ),
        "zh",
    )
    assert [(row[0], row[-1]) for row in table.rows] == [("1", ""), (None, "未评完 3/4"), (None, "取消资格")]


def test_the_summary_says_what_bars_where_it_ended_and_how_equals_were_ordered():
    listed = sheet(
        standing("安禾", 1, "90.00", settled="lot"),
        standing("柏青", 2, "90.00", settled="decided", stopped="初赛"),
        standing("程一", None, "80.00", excluded=("违反安全规程", "理论")),
        standing("丁二", None, None, excluded=("",)),
    )
    assert [row[-1] for row in score_summary(listed, "zh").rows] == [
        "并列，抽签定先后",
        "止于“初赛”；并列，裁判长定先后",
        "不排名（违反安全规程、理论）",
        "无成绩",
    ]
    assert [row[-1] for row in score_summary(listed, "en").rows] == [
        "Tied, order by lot",
        "Out after “初赛”; Tied, order by the chief judge",
        "Not ranked (违反安全规程、理论)",
        "No result",
    ]


def test_dense_ranks_say_that_none_is_skipped():
    tied = (standing("安禾", 1, "90.00"), standing("柏青", 1, "90.00"), standing("程一", 2, "80.00"))
    assert "不空缺" in award_list(sheet(*tied, dense=True), "zh").note


def test_a_draft_says_so():
    assert "draft" in award_list(sheet(state="draft"), "en").subtitle


def test_shared_ranks_are_explained_and_only_then():
    tied = (standing("安禾", 1, "90.00"), standing("柏青", 1, "90.00"))
    assert award_list(sheet(*tied), "zh").note
    assert not award_list(sheet(tied[0]), "zh").note


def test_awards_across_events_are_counted_by_organisation():
    one = sheet(
        standing("安禾", 1, "90.00", "一等奖"), standing("柏青", 2, "85.00", "二等奖", organisation="二厂")
    )
    two = sheet(standing("程一", 1, "91.00", "一等奖"), event="电工", code="DG", state="provisional")
    book = contest_awards([one, two], "zh")
    everything, counted = book.tables
    assert [(row[0], row[1], row[4]) for row in everything.rows] == [
        ("焊工", "1", "安禾"),
        ("焊工", "2", "柏青"),
        ("电工", "1", "程一"),
    ]
    assert counted.rows == (("一厂", "2", "0", "2"), ("二厂", "0", "1", "1"))
    assert everything.subtitle.startswith("临时成绩")


def test_a_contest_without_awards_still_makes_a_workbook():
    assert contest_awards([], "zh").tables[0].rows == ()


def group(name: str, rank: int | None, points: str | None, *awards: str, unranked: str = "") -> GroupStanding:
    return GroupStanding(rank=rank, group=name, points=points, counted=2, awards=awards, unranked=unranked)


def test_tables_of_teams_stand_behind_the_award_list():
    units = GroupSheet(
        name="团体总分",
        places=1,
        dense=False,
        standings=(
            group("一厂", 1, "12.5", "优胜单位"),
            group("二厂", 1, "12.5"),
            group("", None, None, unranked="nothing"),
        ),
    )
    alone = msgspec.structs.replace(units, name="女子团体", standings=units.standings[:1])
    book = event_awards(sheet(standing("安禾", 1, "90.00"), groups=(units, alone)), "zh")
    assert [table.sheet for table in book.tables] == ["获奖名单", "成绩汇总表", "团体总分", "女子团体"]
    table = book.tables[2]
    assert table.rows == (
        ("1", "一厂", "12.5", "2", "优胜单位", ""),
        ("1", "二厂", "12.5", "2", "", ""),
        (None, "（无单位）", None, "2", "", "没有计入的成绩"),
    )
    assert (table.title, table.note) == ("青禾县大赛 · 焊工 团体总分", "并列名次相同，下一名次按人数顺延。")
    assert (book.tables[3].note, table.headings[2].places) == ("", 1)
    assert event_awards(sheet(groups=(units,)), "en").tables[2].rows[2][5] == "Nothing counts"
