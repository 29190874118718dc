"""Marking schemes: checked, adopted version by version, and the presets to begin with."""

from __future__ import annotations

from litestar import Controller, get, post, put

from contest.actions import scheming
from contest.actions.scheming import AdoptedScheme, BroughtScheme, Preset, SchemeChecked, SchemeDocument
from contest.http.guards import ANYWHERE
from contest.http.imports import Upload
from contest.model.access import Act, Person
from contest.model.ids import EventId
from contest.store.open import Store

DOCUMENT_LIMIT = 1_100_000
"""A scheme may be 1 MB; the rest is what stands around it."""


class EventScheme(Controller):
    """The scheme of an event."""

    path = "/api/events/{event:str}/scheme"
    tags = ("schemes",)

    @get(opt={"act": Act.SEE_PLAN}, summary="The scheme in force")
    async def scheme(self, event: str, store: Store) -> AdoptedScheme:
        """Show the scheme in force with its outline; once marking has started it is locked."""
        return await scheming.scheme_of(store, EventId(event))

    @put(opt={"act": Act.PLAN}, summary="Adopt a scheme", request_max_body_size=DOCUMENT_LIMIT)
    async def adopt(
        self, event: str, data: SchemeDocument, store: Store, person: Person, language: str
    ) -> AdoptedScheme:
        """Put a new version of the scheme in force; refused with the node that is wrong."""
        return await scheming.adopt_scheme(store, EventId(event), data.document, person, language)


class Schemes(Controller):
    """Schemes that belong to no event yet."""

    path = "/api"
    tags = ("schemes",)

    @post(
        "/schemes/check",
        opt={"act": Act.SEE_PLAN, "scope": ANYWHERE},
        summary="Check a scheme",
        status_code=200,
        request_max_body_size=DOCUMENT_LIMIT,
    )
    async def check(self, data: SchemeDocument) -> SchemeChecked:
        """Say whether a document is a scheme: its outline, or everything that is wrong, node by node."""
        return scheming.check_scheme(data.document)

    @post(
        "/schemes/cis",
        opt={"act": Act.PLAN, "scope": ANYWHERE},
        summary="Read a WorldSkills CIS workbook",
        status_code=200,
    )
    async def cis(self, data: Upload) -> BroughtScheme:
        """Make a scheme of a CIS workbook, and say by row what its validator finds; nothing is adopted."""
        return await scheming.bring_cis(await data.file.read())

    @get("/presets", opt={"act": Act.SEE_PLAN, "scope": ANYWHERE}, summary="Schemes to begin with")
    async def presets(self) -> list[Preset]:
        """List the schemes that come with the product."""
        return scheming.presets()


CONTROLLERS = (EventScheme, Schemes)
