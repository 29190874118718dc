"""Who may do what: roles, the acts they allow, and where.

A role is granted for one contest, or for one event of it; an administrator's grant names no contest and holds
everywhere. What a role allows is this table and nothing else; every route and every websocket message names
one act.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from contest.model.ids import AccountId, ContestId, EventId


class Role(StrEnum):
    """What somebody is in a contest."""

    ADMINISTRATOR = "administrator"
    ORGANISER = "organiser"
    CHIEF_JUDGE = "chief_judge"
    JUDGE = "judge"
    SUPERVISOR = "supervisor"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"


class Act(StrEnum):
    """Something a role may allow."""

    ADMINISTER = "administer"
    """Accounts, grants, seasons, organisations, new contests."""
    PLAN = "plan"
    """Events, stages, schemes, panels, sessions, competitors, teams, entries; pairing of tablets."""
    SEE_PLAN = "see_plan"
    """Read what is planned, names included."""
    SEE_MARKS = "see_marks"
    """Read marks, scores and explanations before they are public."""
    OPEN_SESSION = "open_session"
    LOCK_SESSION = "lock_session"
    CONFIRM_SESSION = "confirm_session"
    """The panel's signature, given by the chief judge."""
    REOPEN_SESSION = "reopen_session"
    """Needs a second person."""
    RULE_ON_MARKS = "rule_on_marks"
    """Settle pending marks, rule an entry disqualified or not started."""
    IMPORT_MARKS = "import_marks"
    """Theory and other marks that come from outside."""
    PUBLISH = "publish"
    """Provisional results, freeze and thaw, unblinding."""
    MAKE_OFFICIAL = "make_official"
    """Official results; needs a second person."""
    EXPORT = "export"
    SEE_LEDGER = "see_ledger"


_ALL = frozenset(Act)

ALLOWS: dict[Role, frozenset[Act]] = {
    Role.ADMINISTRATOR: _ALL - {Act.CONFIRM_SESSION, Act.RULE_ON_MARKS},
    Role.ORGANISER: frozenset(
        {
            Act.PLAN,
            Act.SEE_PLAN,
            Act.SEE_MARKS,
            Act.OPEN_SESSION,
            Act.LOCK_SESSION,
            Act.IMPORT_MARKS,
            Act.PUBLISH,
            Act.MAKE_OFFICIAL,
            Act.EXPORT,
        }
    ),
    Role.CHIEF_JUDGE: frozenset(
        {
            Act.SEE_PLAN,
            Act.SEE_MARKS,
            Act.OPEN_SESSION,
            Act.LOCK_SESSION,
            Act.CONFIRM_SESSION,
            Act.REOPEN_SESSION,
            Act.RULE_ON_MARKS,
            Act.MAKE_OFFICIAL,
            Act.EXPORT,
        }
    ),
    Role.JUDGE: frozenset(),  # a judge marks through a seat, never through an account
    Role.SUPERVISOR: frozenset({Act.SEE_PLAN, Act.SEE_MARKS, Act.REOPEN_SESSION, Act.SEE_LEDGER}),
    Role.PUBLISHER: frozenset({Act.SEE_PLAN, Act.PUBLISH, Act.MAKE_OFFICIAL, Act.EXPORT}),
    Role.AUDITOR: frozenset({Act.SEE_PLAN, Act.SEE_MARKS, Act.SEE_LEDGER, Act.EXPORT}),
}

NEEDS_SECOND_PERSON = frozenset({Act.REOPEN_SESSION, Act.MAKE_OFFICIAL})
"""Acts that take effect only when another person who may do them consents."""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A role given to an account. `contest` None means everywhere, `event` None means the whole contest."""

    role: Role
    contest: ContestId | None = None
    event: EventId | None = None


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is signed in, with what they were granted."""

    account: AccountId
    name: str
    language: str = "zh"
    grants: tuple[Grant, ...] = ()


def may(
    grants: Iterable[Grant], act: Act, *, contest: ContestId | None = None, event: EventId | None = None
) -> bool:
    """Say whether any grant allows the act there. What names no event asks for a grant of the whole contest."""
    return any(
        act in ALLOWS[grant.role]
        and (grant.contest is None or grant.contest == contest)
        and (grant.event is None or grant.event == event)
        for grant in grants
    )
