"""Importing: competitors come in from a spreadsheet, all of them or none, after a look at what would change."""

from __future__ import annotations

import msgspec

from contest import errors
from contest.actions.changing import repeated
from contest.actions.taking_in import Registered, TakingIn
from contest.imports.competitors import Plan, plan
from contest.imports.reader import Grid
from contest.model.ids import CompetitorId, ContestId
from contest.offload import offload
from contest.store.open import Store


class ImportLine(msgspec.Struct, frozen=True, kw_only=True):
    """A competitor as the sheet has it."""

    row: int
    name: str
    organisation: str
    number: str
    events: list[str]
    bib: str


class ImportChange(msgspec.Struct, frozen=True, kw_only=True):
    """A known competitor before and after."""

    row: int
    competitor: str
    before: dict[str, str]
    after: dict[str, str]


class ImportFault(msgspec.Struct, frozen=True, kw_only=True):
    """A wrong cell with the sentence for a person."""

    sheet: str
    row: int
    column: str
    code: str
    message: str
    value: str
    heading: str = ""
    """What stands above the column in the sheet, beside its letter."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do or did. `applied` is true only when every row was written."""

    dry_run: bool
    applied: bool
    rows: int
    added: list[ImportLine]
    changed: list[ImportChange]
    unchanged: int
    entered: int
    """Entries that come to the events named in the rows."""
    organisations_added: list[str]
    errors: list[ImportFault]


async def import_competitors(
    store: Store, contest: ContestId, content: bytes, *, dry_run: bool, language: str
) -> Imported:
    """Compare a spreadsheet with the contest's competitors, and write it if it has no fault and is no dry run."""
    grid = msgspec.json.decode(await offload("contest.imports.reader", content, seconds=30), type=Grid)
    if grid.refused:
        raise _named(grid.refused)
    return await repeated(lambda: _take_in(store, contest, grid, dry_run=dry_run, language=language))


async def _take_in(store: Store, contest: ContestId, grid: Grid, *, dry_run: bool, language: str) -> Imported:
    there = await Registered.gather(store, contest)
    found = plan(grid, there.known(), there.bibs(), language=language)
    coming = TakingIn(there)
    for line in found.added:
        coming.add(line)
    for change in found.changed:
        coming.alter(CompetitorId(change.known.id), change.line)
    for same in found.unchanged:
        coming.enter(CompetitorId(same.known.id), same.line)
    apply = not dry_run and not found.faults
    if apply:
        await coming.write(store)
    return _told(found, coming, language, dry_run=dry_run, applied=apply)


def _named(code: str) -> errors.ContestError:
    from contest.imports.reader import COLUMNS, ROWS

    if code == errors.FileTooLong.code:
        return errors.FileTooLong(rows=ROWS, columns=COLUMNS)
    return errors.FileUnreadable()


def _told(found: Plan, coming: TakingIn, language: str, *, dry_run: bool, applied: bool) -> Imported:
    return Imported(
        dry_run=dry_run,
        applied=applied,
        rows=found.rows,
        added=[
            ImportLine(
                row=line.row,
                name=line.name,
                organisation=line.organisation,
                number=line.number,
                events=list(line.events),
                bib=line.bib,
            )
            for line in found.added
        ],
        changed=[
            ImportChange(
                row=change.line.row,
                competitor=change.known.id,
                before={
                    "name": change.known.name,
                    "organisation": change.known.organisation,
                    "number": change.known.number,
                },
                after={
                    "name": change.line.name,
                    "organisation": change.line.organisation,
                    "number": change.line.number or change.known.number,
                },
            )
            for change in found.changed
        ],
        unchanged=len(found.unchanged),
        entered=coming.entries,
        organisations_added=coming.new_organisations,
        errors=[
            ImportFault(
                sheet=fault.sheet,
                row=fault.row,
                column=fault.column,
                code=fault.broken.code,
                message=fault.broken.sentence(language),
                value=fault.value,
                heading=found.headings.get(fault.column, ""),
            )
            for fault in found.faults
        ],
    )
