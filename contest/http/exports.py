"""Award lists and score summaries to save and print."""

from __future__ import annotations

from litestar import Response, get

from contest.actions import exporting
from contest.http.files import download
from contest.model.access import Act, Person
from contest.model.ids import ContestId, EventId
from contest.store.open import Store

_TAGS = ("exports",)
_FILE = "application/octet-stream"
_EXPORT = {"act": Act.EXPORT}


@get("/api/events/{event:str}/awards.xlsx", opt=_EXPORT, tags=_TAGS, media_type=_FILE, summary="Award list")
async def awards_workbook(event: str, store: Store, person: Person, language: str) -> Response[bytes]:
    """Award list and score summary of an event as a workbook that prints on A4."""
    return _answer(await exporting.awards_workbook(store, EventId(event), person, language))


@get("/api/events/{event:str}/awards.csv", opt=_EXPORT, tags=_TAGS, media_type=_FILE, summary="Award list, CSV")
async def awards_text(event: str, store: Store, person: Person, language: str) -> Response[bytes]:
    """Award list of an event as CSV."""
    return _answer(await exporting.awards_text(store, EventId(event), person, language))


@get("/api/events/{event:str}/scores.xlsx", opt=_EXPORT, tags=_TAGS, media_type=_FILE, summary="Score summary")
async def scores_workbook(event: str, store: Store, person: Person, language: str) -> Response[bytes]:
    """Score summary of an event, and every criterion and aspect, as a workbook."""
    return _answer(await exporting.scores_workbook(store, EventId(event), person, language))


@get("/api/events/{event:str}/scores.csv", opt=_EXPORT, tags=_TAGS, media_type=_FILE, summary="Scores, CSV")
async def scores_text(event: str, store: Store, person: Person, language: str) -> Response[bytes]:
    """Score summary of an event as CSV."""
    return _answer(await exporting.scores_text(store, EventId(event), person, language))


@get("/api/contests/{contest:str}/awards.xlsx", opt=_EXPORT, tags=_TAGS, media_type=_FILE, summary="All awards")
async def contest_workbook(contest: str, store: Store, person: Person, language: str) -> Response[bytes]:
    """All awards of a contest, and how many each organisation won."""
    return _answer(await exporting.contest_workbook(store, ContestId(contest), person, language))


def _answer(file: tuple[str, bytes]) -> Response[bytes]:
    name, content = file
    return download(content, name)


CONTROLLERS = (awards_workbook, awards_text, scores_workbook, scores_text, contest_workbook)
