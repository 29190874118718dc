"""Results on their way into a file: JSON as the engine gives them, or flat rows for CSV, .xlsx and Parquet.

Numbers are the decimals the scheme prints; nothing is computed here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from contest.exports.tables import Heading, PrintedTable, Workbook, csv_bytes
from contest.exports.words import words_in
from scoring import Result, Results, Scheme

_BETWEEN = ";"
"""Between several awards, or several reasons, of one entry."""


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """Results with what is known of the entries; `attributes` by attribute and entry."""

    scheme: Scheme
    results: Results
    labels: Mapping[str, str] = {}
    attributes: Mapping[str, Mapping[str, str]] = {}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the flat rows; `places` of its decimals, None for text."""

    id: str
    heading: str
    places: int | None = None


def written(scored: Scored, form: str, language: str) -> bytes:
    """The results as `json`, `csv`, `xlsx` or `parquet`; headings of a workbook are in `zh` or `en`."""
    match form:
        case "json":
            return _json(scored)
        case "csv":
            return csv_bytes(_table(scored, language, headings=False))
        case "xlsx":
            from contest.exports.workbook import workbook_bytes  # slow: the workbook library

            table = _table(scored, language, headings=True)
            return workbook_bytes(Workbook(name=table.sheet, tables=(table, *_teams(scored, language))))
        case _:
            return _parquet(scored, language)


def _json(scored: Scored) -> bytes:
    told = msgspec.to_builtins(scored.results, enc_hook=_opened)
    told["ties"] = [{"rank": tie.rank, "entries": tie.entries} for tie in scored.results.ties]
    for row in told["rows"]:
        row["label"] = scored.labels.get(row["entry"], "")
        row["attributes"] = _attributes(scored, row["entry"])
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _opened(value: object) -> Any:
    """Scores are looked up when they are asked for; here all of them are."""
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(type(value).__name__)


def _attributes(scored: Scored, entry: str) -> dict[str, str]:
    return {name: texts.get(entry, "") for name, texts in scored.attributes.items()}


def fields(scored: Scored, language: str) -> tuple[Field, ...]:
    """The columns of the flat rows, each under a name of its own."""
    words, scheme = words_in(language), scored.scheme
    first = (
        Field(id="rank", heading=words["rank"], places=0),
        Field(id="entry", heading=_said(language, "参赛者", "Entry")),
        Field(id="label", heading=words["bib"]),
        Field(id="status", heading=_said(language, "状态", "Status")),
    )
    total = Field(id="total", heading=words["total"], places=scheme.places)
    last = (
        Field(id="awards", heading=words["award"]),
        Field(id="excluded", heading=_said(language, "不排名的原因", "Excluded by")),
        Field(id="shared", heading=_said(language, "并列", "Tie")),
        Field(id="tie_broken_by", heading=_said(language, "破平依据", "Tie broken by")),
        *(
            [Field(id="stage", heading=_said(language, "所至阶段", "Stage reached"))]
            if scored.results.stages
            else []
        ),
    )
    taken = {field.id for field in (*first, total, *last)}
    known = []
    for name in scored.attributes:
        own = f"attribute.{name}" if name in taken else name
        known.append(Field(id=own, heading=words["organisation"] if name == "organisation" else name))
        taken.add(own)
    nodes = []
    for id_, placed in scheme.nodes.items():
        if id_ != scheme.root.id:
            own = f"score.{id_}" if id_ in taken else id_
            name = placed.node.name if language != "en" else placed.node.name_en or placed.node.name
            nodes.append(Field(id=own, heading=name, places=placed.places))
    return (*first, *known, total, *nodes, *last)


def _said(language: str, zh: str, en: str) -> str:
    return en if language == "en" else zh


def flat(scored: Scored) -> Iterator[tuple[str | None, ...]]:
    """The rows under `fields`, best first."""
    nodes = [id_ for id_ in scored.scheme.nodes if id_ != scored.scheme.root.id]
    for row in scored.results.rows:
        scores = row.scores
        yield (
            None if row.rank is None else str(row.rank),
            row.entry,
            scored.labels.get(row.entry, ""),
            row.status,
            *_attributes(scored, row.entry).values(),
            row.total,
            *[scores[node] for node in nodes],
            *_last(row),
            *([row.stage] if scored.results.stages else []),
        )


def _last(row: Result) -> Sequence[str]:
    return _BETWEEN.join(row.awards), _BETWEEN.join(row.excluded), "1" if row.shared else "", row.tie_broken_by


def _table(scored: Scored, language: str, *, headings: bool) -> PrintedTable:
    words, columns = words_in(language), fields(scored, language)
    return PrintedTable(
        sheet=words["detail"],
        title=words["detail"],
        headings=tuple(
            Heading(
                text=column.heading if headings else column.id,
                places=column.places,
                centred=column.id in ("rank", "shared"),
            )
            for column in columns
        ),
        rows=tuple(flat(scored)),
        page=words["page"],
        landscape=True,
    )


def _teams(scored: Scored, language: str) -> Iterator[PrintedTable]:
    """The tables of teams or organisations, a sheet each."""
    words = words_in(language)
    headings = (
        Heading(text=words["rank"], width=8, places=0, centred=True),
        Heading(text=_said(language, "单位", "Group"), width=30),
        Heading(text=_said(language, "积分", "Points"), places=2),
        Heading(text=_said(language, "参赛人次", "Entries"), places=0),
        Heading(text=_said(language, "计入", "Counted"), places=0),
        Heading(text=words["award"], width=16),
        Heading(text=_said(language, "不排名的原因", "Not ranked"), width=16),
    )
    for group, made in zip(scored.scheme.document.teams, scored.results.teams, strict=True):
        name = group.table.name if language != "en" else group.table.name_en or group.table.name
        awards = {award.id: award.name for award in group.table.awards}
        places = max((len((row.points or "").partition(".")[2]) for row in made.rows), default=0)
        rows = [
            (
                None if row.rank is None else str(row.rank),
                row.group,
                row.points,
                str(row.entries),
                str(row.counted),
                "、".join(awards[id_] for id_ in row.awards),
                row.unranked,
            )
            for row in made.rows
        ]
        columns = tuple(
            heading if heading.places != 2 else msgspec.structs.replace(heading, places=places)
            for heading in headings
        )
        yield PrintedTable(sheet=name, title=name, headings=columns, rows=tuple(rows), page=words["page"])


def _parquet(scored: Scored, language: str) -> bytes:
    import polars as pl  # slow: Parquet needs it

    columns = fields(scored, language)
    frame = pl.DataFrame(
        list(flat(scored)), schema={column.id: pl.String for column in columns}, orient="row"
    ).with_columns(
        pl.col("rank").cast(pl.Int64),
        pl.col("shared") == "1",
        # Decimals stay decimals; a binary number would not be what the scheme printed.
        *(
            pl.col(column.id).str.to_decimal(scale=column.places)
            for column in columns
            if column.places is not None and column.id != "rank"
        ),
    )
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()
