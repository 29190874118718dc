"""Piccolo tables: what is planned, who may do what, and what the ledger projects.

Ids are random text made by us, times are ISO 8601 text in UTC, numbers are integers: the three that mean the
same on SQLite and PostgreSQL. No table constraints (Piccolo cannot make them on SQLite); unique indexes stand
in the migrations. The rows of `ledger` are written by the book alone, and only from facts.
"""

from __future__ import annotations

from contest.store.tables.access import (
    AccountRow,
    ConsentRow,
    DeviceRow,
    GrantRow,
    PairingRow,
    TokenRow,
)
from contest.store.tables.copies import CheckpointRow
from contest.store.tables.ledger import (
    FactRow,
    GateRow,
    HeadRow,
    MarkRow,
    MigrationRow,
    ReceiptRow,
    ReusedKeyRow,
    RoundRow,
    SignedHeadRow,
    SigningKeyRow,
    TieRow,
    WordsRow,
)
from contest.store.tables.planned import (
    CompetitorRow,
    ContestRow,
    EntryRow,
    EventRow,
    OrganisationRow,
    PanelRow,
    PlanRow,
    SchemeRow,
    SeasonRow,
    SeatRow,
    SessionEntryRow,
    SessionRow,
    StageRow,
    TeamRow,
)
from contest.store.tables.seats import RemarkRow, SeatStateRow

TABLES = (
    MigrationRow,
    SeasonRow,
    OrganisationRow,
    ContestRow,
    EventRow,
    StageRow,
    SchemeRow,
    CompetitorRow,
    TeamRow,
    EntryRow,
    PanelRow,
    SeatRow,
    SessionRow,
    SessionEntryRow,
    PlanRow,
    AccountRow,
    GrantRow,
    TokenRow,
    PairingRow,
    DeviceRow,
    ConsentRow,
    SigningKeyRow,
    HeadRow,
    SignedHeadRow,
    FactRow,
    WordsRow,
    ReceiptRow,
    MarkRow,
    ReusedKeyRow,
    TieRow,
    GateRow,
    RoundRow,
    CheckpointRow,
    RemarkRow,
    SeatStateRow,
)

PLANNED = frozenset(
    {OrganisationRow, ContestRow, EventRow, EntryRow, PanelRow, SeatRow, SessionRow, SessionEntryRow, TeamRow}
)
"""Tables of which boards and tablets show something; a change of them leaves no fact."""

__all__ = [
    "PLANNED",
    "TABLES",
    "AccountRow",
    "CheckpointRow",
    "CompetitorRow",
    "ConsentRow",
    "ContestRow",
    "DeviceRow",
    "EntryRow",
    "EventRow",
    "FactRow",
    "GateRow",
    "GrantRow",
    "HeadRow",
    "MarkRow",
    "MigrationRow",
    "OrganisationRow",
    "PairingRow",
    "PanelRow",
    "PlanRow",
    "ReceiptRow",
    "RemarkRow",
    "ReusedKeyRow",
    "RoundRow",
    "SchemeRow",
    "SeasonRow",
    "SeatRow",
    "SeatStateRow",
    "SessionEntryRow",
    "SessionRow",
    "SignedHeadRow",
    "SigningKeyRow",
    "StageRow",
    "TeamRow",
    "TieRow",
    "TokenRow",
    "WordsRow",
]
