"""Competitors from a spreadsheet: the template out, the filled sheet in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from contest.actions.exporting import competitor_template
from contest.actions.importing import Imported, import_competitors
from contest.http.files import download
from contest.model.access import Act
from contest.model.ids import ContestId
from contest.store.open import Store


class Spreadsheet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The form in which a spreadsheet is sent."""

    file: UploadFile


Upload = Annotated[Spreadsheet, Body(media_type=RequestEncodingType.MULTI_PART)]


class Imports(Controller):
    """Spreadsheets in."""

    path = "/api/contests/{contest:str}/competitors"
    tags = ("people",)

    @get(
        "/template",
        opt={"act": Act.PLAN},
        summary="The empty spreadsheet to fill",
        media_type="application/octet-stream",
    )
    async def template(self, contest: str, store: Store, language: str) -> Response[bytes]:
        """Give the template with the contest's event codes."""
        content = await competitor_template(store, ContestId(contest), language)
        return download(content, "competitors.xlsx")

    @post("/import", opt={"act": Act.PLAN}, summary="Compare or import a filled spreadsheet", status_code=200)
    async def fill(
        self, contest: str, data: Upload, store: Store, language: str, dry_run: bool = True
    ) -> Imported:
        """Show what a spreadsheet would change; with `dry_run=false` write it, all or nothing."""
        content = await data.file.read()
        return await import_competitors(store, ContestId(contest), content, dry_run=dry_run, language=language)


CONTROLLERS = (Imports,)
