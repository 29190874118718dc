"""Award list and score summary: what is printed, signed and hung on the wall.

Pure: it takes the results as they stand and lays them out. It computes no score and no rank.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import polars as pl

from contest.exports.grouped import GroupSheet, group_headings, group_rows
from contest.exports.tables import Heading, PrintedTable, Workbook
from contest.exports.words import words_in


class ScoreColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of scores: a criterion or aspect, and how many places it is printed with."""

    node: str
    name: str
    places: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One entry as it stands; numbers as the scheme prints them."""

    rank: int | None
    awards: tuple[str, ...]
    bib: str
    name: str
    organisation: str
    total: str | None
    status: str
    complete: int
    aspects: int
    scores: dict[str, str | None]
    excluded: tuple[str, ...] = ()
    """By name: what keeps it out of the ranking although it competes; empty names mean that it has no result."""
    settled: str = ""
    """How its place among equals was decided: drawn, lot or decided."""
    stopped: str = ""
    """The stage from which it did not go on."""


class EventSheet(msgspec.Struct, frozen=True, kw_only=True):
    """An event's results on their way to paper. `state` is draft, provisional or official, `as_of` local time."""

    contest: str
    event: str
    code: str
    state: str
    as_of: str
    seq: int
    places: int
    columns: tuple[ScoreColumn, ...]
    details: tuple[ScoreColumn, ...]
    standings: tuple[Standing, ...]
    dense: bool = False
    """After a shared rank the next one follows without a gap."""
    groups: tuple[GroupSheet, ...] = ()
    """Tables of teams and organisations."""


def event_awards(sheet: EventSheet, language: str) -> Workbook:
    """Award list and score summary of one event, and its tables of teams."""
    words = words_in(language)
    return Workbook(
        name=f"{sheet.code} {sheet.event} {words['awards']}",
        tables=(award_list(sheet, language), score_summary(sheet, language), *team_lists(sheet, language)),
    )


def event_scores(sheet: EventSheet, language: str) -> Workbook:
    """Score summary of one event, and every criterion and aspect in detail."""
    words = words_in(language)
    return Workbook(
        name=f"{sheet.code} {sheet.event} {words['summary']}",
        tables=(score_summary(sheet, language), score_detail(sheet, language)),
    )


def award_list(sheet: EventSheet, language: str) -> PrintedTable:
    """Everybody with an award, in order of rank, ready to sign."""
    words = words_in(language)
    headings = (
        Heading(text=words["rank"], width=8, places=0, centred=True),
        Heading(text=words["award"], width=16, centred=True),
        Heading(text=words["bib"], width=10, centred=True),
        Heading(text=words["name"], width=18),
        Heading(text=words["organisation"], width=34),
        Heading(text=words["total"], width=12, places=sheet.places),
    )
    rows = tuple(
        (_rank(one), "、".join(one.awards), one.bib, one.name, one.organisation, one.total)
        for one in sheet.standings
        if one.awards
    )
    return _table(sheet, words, "awards", headings, rows)


def score_summary(sheet: EventSheet, language: str) -> PrintedTable:
    """Everybody, with the scores directly below the total."""
    return _scores(sheet, language, "summary", sheet.columns)


def score_detail(sheet: EventSheet, language: str) -> PrintedTable:
    """Everybody, with every criterion and aspect."""
    return _scores(sheet, language, "detail", sheet.details)


def _scores(sheet: EventSheet, language: str, part: str, columns: Sequence[ScoreColumn]) -> PrintedTable:
    words = words_in(language)
    headings = (
        Heading(text=words["rank"], width=8, places=0, centred=True),
        Heading(text=words["bib"], width=10, centred=True),
        Heading(text=words["name"], width=16),
        Heading(text=words["organisation"], width=30),
        *(Heading(text=column.name, width=12, places=column.places) for column in columns),
        Heading(text=words["total"], width=12, places=sheet.places),
        Heading(text=words["award"], width=14, centred=True),
        Heading(text=words["status"], width=14),
    )
    rows = tuple(
        (
            _rank(one),
            one.bib,
            one.name,
            one.organisation,
            *(one.scores.get(column.node) for column in columns),
            one.total,
            "、".join(one.awards),
            _remark(one, words),
        )
        for one in sheet.standings
    )
    return _table(sheet, words, part, headings, rows)


def team_lists(sheet: EventSheet, language: str) -> tuple[PrintedTable, ...]:
    """The tables of teams and organisations, in the order of the scheme."""
    words = words_in(language)
    lists = []
    for group in sheet.groups:
        rows = group_rows(group, words)
        table = _table(sheet, words | {"teams": group.name}, "teams", group_headings(group, words), rows)
        note = words["tie_dense" if group.dense else "tie"] if group.tied else ""
        lists.append(msgspec.structs.replace(table, note=note))
    return tuple(lists)


def contest_awards(sheets: Sequence[EventSheet], language: str) -> Workbook:
    """All awards of a contest across its events, and how many of each an organisation won."""
    words = words_in(language)
    contest = sheets[0].contest if sheets else ""
    won = pl.DataFrame(
        [
            (sheet.event, one.rank, award, one.bib, one.name, one.organisation, one.total)
            for sheet in sheets
            for one in sheet.standings
            for award in one.awards
        ],
        schema={
            "event": pl.String,
            "rank": pl.Int64,
            "award": pl.String,
            "bib": pl.String,
            "name": pl.String,
            "organisation": pl.String,
            "total": pl.String,
        },
        orient="row",
    )
    everything = PrintedTable(
        sheet=words["all"],
        title=f"{contest} {words['all']}",
        subtitle=_weakest(sheets, words),
        headings=(
            Heading(text=words["event"], width=20),
            Heading(text=words["rank"], width=8, places=0, centred=True),
            Heading(text=words["award"], width=16, centred=True),
            Heading(text=words["bib"], width=10, centred=True),
            Heading(text=words["name"], width=18),
            Heading(text=words["organisation"], width=32),
            Heading(text=words["total"], width=12, places=max((sheet.places for sheet in sheets), default=2)),
        ),
        rows=tuple((row[0], None if row[1] is None else str(row[1]), *row[2:]) for row in won.iter_rows()),
        signatures=_signatures(words),
        page=words["page"],
    )
    return Workbook(name=f"{contest} {words['all']}", tables=(everything, _by_organisation(won, contest, words)))


def _by_organisation(won: pl.DataFrame, contest: str, words: dict[str, str]) -> PrintedTable:
    """How many of each award every organisation won; the most awards first, then by name."""
    awards = won["award"].unique(maintain_order=True).to_list()
    counted = (
        won.group_by("organisation", maintain_order=True)
        .agg(
            *(pl.col("award").eq(award).sum().cast(pl.Int64).alias(f"award {award}") for award in awards),
            pl.len().cast(pl.Int64).alias("count"),
        )
        .sort(["count", "organisation"], descending=[True, False], maintain_order=True)
    )
    return PrintedTable(
        sheet=words["by_organisation"],
        title=f"{contest} {words['by_organisation']}",
        headings=(
            Heading(text=words["organisation"], width=36),
            *(Heading(text=award, width=12, places=0, centred=True) for award in awards),
            Heading(text=words["count"], width=10, places=0, centred=True),
        ),
        rows=tuple((row[0], *(str(number) for number in row[1:])) for row in counted.iter_rows()),
        page=words["page"],
    )


def _table(
    sheet: EventSheet,
    words: dict[str, str],
    part: str,
    headings: tuple[Heading, ...],
    rows: tuple[tuple[str | None, ...], ...],
) -> PrintedTable:
    parts = (words[sheet.state], words["as_of"].format(at=sheet.as_of), words["fact"].format(seq=sheet.seq))
    return PrintedTable(
        sheet=words[part],
        title=f"{sheet.contest} · {sheet.event} {words[part]}",
        subtitle="　".join(parts),
        headings=headings,
        rows=rows,
        signatures=_signatures(words),
        note=words["tie_dense" if sheet.dense else "tie"] if _has_tie(sheet) else "",
        page=words["page"],
        landscape=sum(heading.width for heading in headings) > 110,
    )


def _weakest(sheets: Sequence[EventSheet], words: dict[str, str]) -> str:
    """The state that can be claimed for all events together."""
    states = [sheet.state for sheet in sheets]
    return next((words[state] for state in ("draft", "provisional", "official") if state in states), "")


def _signatures(words: dict[str, str]) -> tuple[str, ...]:
    return (words["chief"], words["supervisor"], words["recorder"], words["date"])


def _rank(one: Standing) -> str | None:
    return None if one.rank is None else str(one.rank)


def _remark(one: Standing, words: dict[str, str]) -> str:
    if one.status != "entered":
        return words.get(one.status, one.status)
    if one.excluded:
        names = "、".join(name for name in one.excluded if name)
        return words["excluded"].format(names=names) if names else words["no_result"]
    if one.total is None:
        return words["incomplete"].format(complete=one.complete, aspects=one.aspects)
    told = [words["stopped"].format(stage=one.stopped)] if one.stopped else []
    told += [words[f"settled_{one.settled}"]] if one.settled else []
    return words["and"].join(told)


def _has_tie(sheet: EventSheet) -> bool:
    ranks = [one.rank for one in sheet.standings if one.rank is not None]
    return len(set(ranks)) < len(ranks)
