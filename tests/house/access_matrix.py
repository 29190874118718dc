"""Who may do what, written down once more by hand: the tests ask the running application and compare.

Every route and method of the application and every message of the live protocol must stand here. A new one that
does not fails `test_access_matrix.py`; so does one that lets in somebody else than it says here.
"""

from __future__ import annotations

from dataclasses import dataclass

from contest.model.access import Act, Role

EVERYBODY = "everybody"
"""Signed in or not."""
SIGNED_IN = "whoever is signed in"

# Where a grant must hold so that the act is allowed.
EVERYWHERE = "everywhere"  # an administrator's grant
CONTEST = "contest"  # a grant of the whole contest
EVENT = "event"  # a grant of the contest or of this event
WITHIN = "within"  # a grant of the contest or of any event of it
ANYWHERE = "anywhere"  # a grant of any contest


@dataclass(frozen=True)
class Needs:
    """The act that a route asks for, and where."""

    act: Act
    where: str


Asks = str | Needs

# Which roles allow an act: administrator, organiser, chief judge, judge, supervisor, publisher, auditor.
ROLES = "AOCJSPX"
ROLE = dict(zip(ROLES, Role, strict=True))
ACTS: dict[Act, str] = {
    Act.ADMINISTER: "A......",
    Act.PLAN: "AO.....",
    Act.SEE_PLAN: "AOC.SPX",
    Act.SEE_MARKS: "AOC.S.X",
    Act.OPEN_SESSION: "AOC....",
    Act.LOCK_SESSION: "AOC....",
    Act.CONFIRM_SESSION: "..C....",
    Act.REOPEN_SESSION: "A.C.S..",
    Act.RULE_ON_MARKS: "..C....",
    Act.IMPORT_MARKS: "AO.....",
    Act.PUBLISH: "AO...P.",
    Act.MAKE_OFFICIAL: "AOC..P.",
    Act.EXPORT: "AOC..PX",
    Act.SEE_LEDGER: "A...S.X",
}

_ADMINISTER = Needs(Act.ADMINISTER, EVERYWHERE)
_PLAN_CONTEST = Needs(Act.PLAN, CONTEST)
_PLAN_EVENT = Needs(Act.PLAN, EVENT)
_SEE_CONTEST = Needs(Act.SEE_PLAN, CONTEST)
_SEE_EVENT = Needs(Act.SEE_PLAN, EVENT)
_SEE_WITHIN = Needs(Act.SEE_PLAN, WITHIN)
_SEE_ANYWHERE = Needs(Act.SEE_PLAN, ANYWHERE)
_MARKS = Needs(Act.SEE_MARKS, EVENT)
_PUBLISH = Needs(Act.PUBLISH, EVENT)

ROUTES: dict[str, Asks] = {
    # pages and the service itself
    "GET /": EVERYBODY,
    "GET /judge": EVERYBODY,
    "GET /board": EVERYBODY,
    "GET /screen": EVERYBODY,
    "GET /desk": EVERYBODY,
    "GET /app/{file}": EVERYBODY,
    "GET /sw.js": EVERYBODY,
    "GET /ca.cer": EVERYBODY,  # the hall's own authority, public by its nature
    "GET /health": EVERYBODY,
    "GET /metrics": EVERYBODY,  # of this machine, or with the metrics token
    "GET /schema": EVERYBODY,
    "GET /schema/openapi.json": EVERYBODY,
    "GET /schema/{path}": EVERYBODY,
    # signing in
    "POST /api/sign-in": EVERYBODY,
    "POST /api/sign-out": SIGNED_IN,
    "GET /api/me": SIGNED_IN,
    "PATCH /api/me": SIGNED_IN,
    "POST /api/me/password": SIGNED_IN,
    # accounts and grants
    "GET /api/accounts": _ADMINISTER,
    "POST /api/accounts": _ADMINISTER,
    "PATCH /api/accounts/{account}": _ADMINISTER,
    "GET /api/contests/{contest}/grants": _ADMINISTER,
    "POST /api/contests/{contest}/grants": _ADMINISTER,
    "DELETE /api/grants/{grant}": _ADMINISTER,
    # tablets
    "POST /api/seats/{seat}/pairing": _PLAN_EVENT,
    "GET /api/pairings/{pairing}": _PLAN_EVENT,
    "POST /api/pairings/{pairing}/agree": Needs(Act.RULE_ON_MARKS, EVENT),
    "POST /api/pairings/{pairing}/confirm": _PLAN_EVENT,
    "GET /api/events/{event}/seats": _SEE_EVENT,
    "POST /api/pairing/claim": EVERYBODY,
    "POST /api/pairing/collect": EVERYBODY,
    "GET /api/contests/{contest}/devices": _PLAN_CONTEST,
    "POST /api/devices/{device}/revoke": _PLAN_EVENT,
    # a second person
    "GET /api/contests/{contest}/consents": _SEE_WITHIN,
    "POST /api/consents/{consent}/give": Needs(Act.MAKE_OFFICIAL, EVENT),  # the act of the consent that is planted
    "POST /api/consents/{consent}/decline": Needs(Act.MAKE_OFFICIAL, EVENT),
    # what is planned
    "GET /api/seasons": _SEE_ANYWHERE,
    "POST /api/seasons": _ADMINISTER,
    "PATCH /api/seasons/{season}": _ADMINISTER,
    "DELETE /api/seasons/{season}": _ADMINISTER,
    "GET /api/organisations": _SEE_ANYWHERE,
    "POST /api/organisations": Needs(Act.PLAN, ANYWHERE),
    "PATCH /api/organisations/{organisation}": _ADMINISTER,
    "DELETE /api/organisations/{organisation}": _ADMINISTER,
    "GET /api/contests": _SEE_ANYWHERE,
    "POST /api/contests": _ADMINISTER,
    "GET /api/contests/{contest}": _SEE_WITHIN,
    "PATCH /api/contests/{contest}": _PLAN_CONTEST,
    "DELETE /api/contests/{contest}": _ADMINISTER,
    "GET /api/contests/{contest}/events": _SEE_WITHIN,
    "POST /api/contests/{contest}/events": _PLAN_CONTEST,
    "GET /api/events/{event}": _SEE_EVENT,
    "PATCH /api/events/{event}": _PLAN_EVENT,
    "DELETE /api/events/{event}": _PLAN_EVENT,
    "GET /api/events/{event}/stages": _SEE_EVENT,
    "POST /api/events/{event}/stages": _PLAN_EVENT,
    "PATCH /api/stages/{stage}": _PLAN_EVENT,
    "DELETE /api/stages/{stage}": _PLAN_EVENT,
    # people
    "GET /api/contests/{contest}/competitors": _SEE_CONTEST,
    "POST /api/contests/{contest}/competitors": _PLAN_CONTEST,
    "GET /api/contests/{contest}/competitors/template": _PLAN_CONTEST,
    "POST /api/contests/{contest}/competitors/import": _PLAN_CONTEST,
    "PATCH /api/competitors/{competitor}": _PLAN_CONTEST,
    "DELETE /api/competitors/{competitor}": _PLAN_CONTEST,
    "GET /api/contests/{contest}/teams": _SEE_CONTEST,
    "POST /api/contests/{contest}/teams": _PLAN_CONTEST,
    "PATCH /api/teams/{team}": _PLAN_CONTEST,
    "DELETE /api/teams/{team}": _PLAN_CONTEST,
    "GET /api/events/{event}/entries": _SEE_EVENT,
    "POST /api/events/{event}/entries": _PLAN_EVENT,
    "POST /api/events/{event}/entries/numbers": _PLAN_EVENT,
    "PATCH /api/entries/{entry}": _PLAN_EVENT,
    "DELETE /api/entries/{entry}": _PLAN_EVENT,
    "POST /api/entries/{entry}/ruling": Needs(Act.RULE_ON_MARKS, EVENT),
    # schemes, panels, sessions
    "GET /api/events/{event}/scheme": _SEE_EVENT,
    "PUT /api/events/{event}/scheme": _PLAN_EVENT,
    "POST /api/schemes/check": _SEE_ANYWHERE,
    "POST /api/schemes/cis": Needs(Act.PLAN, ANYWHERE),
    "GET /api/presets": _SEE_ANYWHERE,
    "GET /api/events/{event}/panels": _SEE_EVENT,
    "POST /api/events/{event}/panels": _PLAN_EVENT,
    "PATCH /api/panels/{panel}": _PLAN_EVENT,
    "DELETE /api/panels/{panel}": _PLAN_EVENT,
    "GET /api/events/{event}/sessions": _SEE_EVENT,
    "POST /api/events/{event}/sessions": _PLAN_EVENT,
    "GET /api/sessions/{session}": _SEE_EVENT,
    "PATCH /api/sessions/{session}": _PLAN_EVENT,
    "DELETE /api/sessions/{session}": _PLAN_EVENT,
    "POST /api/sessions/{session}/open": Needs(Act.OPEN_SESSION, EVENT),
    "POST /api/sessions/{session}/lock": Needs(Act.LOCK_SESSION, EVENT),
    "POST /api/sessions/{session}/confirm": Needs(Act.CONFIRM_SESSION, EVENT),
    "GET /api/sessions/{session}/remarks": _MARKS,
    "POST /api/sessions/{session}/reopen": Needs(Act.REOPEN_SESSION, EVENT),
    # results and their gates
    "GET /api/events/{event}/results": _MARKS,
    "GET /api/events/{event}/results/{entry}/why": _MARKS,
    "GET /api/events/{event}/agreement": _MARKS,
    "POST /api/events/{event}/ties": Needs(Act.RULE_ON_MARKS, EVENT),
    "GET /api/events/{event}/gates": _SEE_EVENT,
    "POST /api/events/{event}/publish": _PUBLISH,
    "POST /api/events/{event}/freeze": _PUBLISH,
    "POST /api/events/{event}/thaw": _PUBLISH,
    "POST /api/events/{event}/unblind": _PUBLISH,
    "POST /api/events/{event}/official": Needs(Act.MAKE_OFFICIAL, EVENT),
    "POST /api/events/{event}/supersede": Needs(Act.MAKE_OFFICIAL, EVENT),
    # out into files
    "GET /api/events/{event}/awards.xlsx": Needs(Act.EXPORT, EVENT),
    "GET /api/events/{event}/awards.csv": Needs(Act.EXPORT, EVENT),
    "GET /api/events/{event}/scores.xlsx": Needs(Act.EXPORT, EVENT),
    "GET /api/events/{event}/scores.csv": Needs(Act.EXPORT, EVENT),
    "GET /api/contests/{contest}/awards.xlsx": Needs(Act.EXPORT, CONTEST),
    # what spectators see
    "GET /api/public/contests": EVERYBODY,
    "GET /api/public/events/{event}/board": EVERYBODY,
    # marks and the ledger
    "GET /api/sessions/{session}/marks": _MARKS,
    "POST /api/sessions/{session}/marks": Needs(Act.IMPORT_MARKS, EVENT),
    "POST /api/marks/{mark}/settle": Needs(Act.RULE_ON_MARKS, EVENT),
    "GET /api/contests/{contest}/facts": Needs(Act.SEE_LEDGER, CONTEST),
    "GET /api/contests/{contest}/ledger/bundle": Needs(Act.SEE_LEDGER, CONTEST),
    "GET /api/contests/{contest}/ledger/check": Needs(Act.SEE_MARKS, WITHIN),
}

SOCKETS: dict[str, Asks] = {
    "/live/seat": EVERYBODY,  # a tablet says in its first message who it is
    "/live/board": EVERYBODY,  # sees the officials' board only with a grant for the event
}

MESSAGES: dict[str, str] = {
    # from a tablet, on /live/seat
    "Hello": "anybody; names the tablet by its token, everything else is refused before it",
    "OpenSheet": "a tablet that holds a seat, for sessions of its panel",
    "EnterMarks": "a tablet that holds a seat, for sessions of its panel, or once held it; decided by the book",
    "Beat": "anybody; says nothing of the contest",
    # from a board, on /live/board
    "Watch": "anybody; officials of the event see its officials' board, everybody else the public one",
}
"""Who may send a message of the live protocol."""
