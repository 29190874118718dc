"""A small world to ask questions of: two contests, every role in every place, and one of everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
from litestar import Litestar

from contest.actions.signing_in import digest
from contest.app import create_app
from contest.http.limits import Guesses, Limit
from contest.model.access import Act, Role
from contest.model.gate import Line
from contest.model.ruling import PassGate
from contest.settings import Settings
from contest.store import clock
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.tables import (
    TABLES,
    AccountRow,
    CompetitorRow,
    ConsentRow,
    ContestRow,
    DeviceRow,
    EntryRow,
    EventRow,
    GrantRow,
    HeadRow,
    MarkRow,
    MigrationRow,
    OrganisationRow,
    PairingRow,
    PanelRow,
    SeasonRow,
    SeatRow,
    SessionRow,
    StageRow,
    TeamRow,
    TokenRow,
)

ORIGIN = "https://localhost"

# One of everything in the contest that is asked about; `B` names what lies in another contest.
PLACES = {
    "season": "season",
    "organisation": "organisation",
    "contest": "contestA",
    "event": "eventA1",
    "stage": "stageA1",
    "session": "sessionA1",
    "panel": "panelA1",
    "seat": "seatA1",
    "entry": "entryA1",
    "competitor": "competitorA",
    "team": "teamA",
    "device": "deviceA1",
    "pairing": "pairingA1",
    "consent": "consentA1",
    "grant": "grantA",
    "mark": "markA1",
    "account": "somebody",
    "file": "icon.svg",
    "path": "openapi.json",
}

WHERE: dict[str, tuple[str | None, str | None]] = {
    "own contest": ("contestA", None),
    "own event": ("contestA", "eventA1"),
    "other event": ("contestA", "eventA2"),
    "other contest": ("contestB", None),
}


def token_for(role: Role | None, where: str = "") -> str:
    """The token of the person with that role there."""
    return f"token {role or 'nobody'} {where}".replace(" ", "-")


def account_for(role: Role | None, where: str = "") -> str:
    """The account of the person with that role there."""
    return f"account {role or 'nobody'} {where}".replace(" ", "-")


def _person(account: str, token: str, password: str = "!") -> list[object]:
    at = clock.now()
    return [
        AccountRow(
            id=account, login=account.lower(), name=account, password=password, language="zh", created_at=at
        ),
        TokenRow(id=digest(token), account=account, created_at=at, expires_at=clock.later(3600), seen_at=at),
    ]


def _grant(account: str, role: Role, contest: str | None, event: str | None, grant: str = "") -> GrantRow:
    return GrantRow(
        id=grant or new_id(),
        account=account,
        role=role.value,
        contest=contest,
        event=event,
        granted_by="root",
        granted_at=clock.now(),
    )


def _people() -> list[object]:
    rows: list[object] = [*_person("somebody", "token-somebody"), *_person(account_for(None), token_for(None))]
    rows.append(_grant("somebody", Role.ORGANISER, "contestA", None, "grantA"))
    for where, (contest, event) in WHERE.items():
        for role in Role:
            everywhere = role is Role.ADMINISTRATOR
            account = account_for(role, where)
            rows += _person(account, token_for(role, where))
            rows.append(_grant(account, role, None if everywhere else contest, None if everywhere else event))
    return rows


def _contest(name: str, event: str, at: str) -> list[object]:
    lies = {"contest": f"contest{name[0]}", "event": event}
    command = PassGate(
        event=event,
        line=Line.RESULTS,
        subject=event,
        gate="official",
        by="somebody",  # type: ignore[arg-type]
    )
    return [
        StageRow(id=f"stage{name}", name="决赛", position=0, **lies),
        PanelRow(id=f"panel{name}", name="第一组", **lies),
        SeatRow(id=f"seat{name}", panel=f"panel{name}", number=1, judge_name="甲", device=f"device{name}", **lies),
        SessionRow(
            id=f"session{name}", stage=f"stage{name}", name="上午", panel=f"panel{name}", room="一", starts_at="",
            aspects="[]", **lies,
        ),
        EntryRow(id=f"entry{name}", kind="unit", name="一队", bib="1", station="", status="entered", **lies),
        DeviceRow(
            id=f"device{name}", seat=f"seat{name}", name="平板", token=digest(f"tablet-{name}"), paired_at=at,
            confirmed_by="somebody", **lies,
        ),
        PairingRow(
            id=f"pairing{name}", seat=f"seat{name}", secret=digest(f"secret-{name}"), code=digest("BCDFGHJK"),
            number="", made_by="somebody", made_at=at, expires_at=clock.later(600), **lies,
        ),
        ConsentRow(
            id=f"consent{name}", act=Act.MAKE_OFFICIAL.value, subject=event, reason="",
            command=msgspec.json.encode(command).decode(), requested_by="somebody", requested_at=at,
            expires_at=clock.later(3600), **lies,
        ),
        MarkRow(
            id=f"mark{name}", session=f"session{name}", entry=f"entry{name}", aspect="A1", seat=f"seat{name}",
            kind="entered", value=1000, revision=1, standing="pending", because="late", device=f"device{name}",
            device_seq=1, made_by="甲", made_at=at, seq=1, at=at, **lies,
        ),
    ]  # fmt: skip


def rows() -> list[object]:
    """Everything that exists in the world."""
    at = clock.now()
    found: list[object] = [
        SeasonRow(id="season", name="2026", year=2026),
        OrganisationRow(id="organisation", name="总工会", kind="union", code="1"),
    ]
    for letter in "AB":
        contest = f"contest{letter}"
        found += [
            ContestRow(
                id=contest, name=f"竞赛{letter}", level="county", kind="skills", starts_on="", ends_on="",
                place="", created_at=at,
            ),
            HeadRow(id=contest, seq=0, link="0" * 64),
            CompetitorRow(id=f"competitor{letter}", contest=contest, name="乙", number="1"),
            TeamRow(id=f"team{letter}", contest=contest, name="丙队"),
        ]  # fmt: skip
        for number in "12":
            name = letter + number
            found.append(
                EventRow(
                    id=f"event{name}",
                    contest=contest,
                    code=name,
                    name=f"赛项{name}",
                    public_view="live",
                    position=0,
                )
            )
            if number == "1":
                found += _contest(name, f"event{name}", at)
    return found + _people()


async def plant(store: Store) -> None:
    """Make the store hold this world and nothing else."""
    planted = rows()
    kept = [table for table in TABLES if table is not MigrationRow]
    await store.apply(
        *(table.delete(force=True) for table in kept),
        *(type(row).insert(*[one for one in planted if type(one) is type(row)]) for row in _one_each(planted)),
    )


def _one_each(planted: list[object]) -> list[object]:
    return list({type(row): row for row in planted}.values())


@asynccontextmanager
async def _living(app: Litestar) -> AsyncIterator[None]:
    """Run the application's life in one task, as a server does; a fixture is set up and ended in two."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            begun.set()
            await over.wait()

    life = asyncio.create_task(live())
    waiting = asyncio.create_task(begun.wait())
    await asyncio.wait({life, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        if not life.done():
            yield
    finally:
        over.set()
        async with asyncio.timeout(120):
            await life


Asking = Callable[..., httpx.AsyncClient]


@asynccontextmanager
async def asking(app: Litestar) -> AsyncIterator[Asking]:
    """Clients of the running application: as a browser with a cookie, as a program with a token, or as nobody."""
    async with _living(app):
        clients: list[httpx.AsyncClient] = []

        def client(
            token: str = "", *, cookie: str = "", host: str = ORIGIN, address: str = "127.0.0.1", **headers
        ):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50000))
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if token:
                sent["authorization"] = f"Bearer {token}"
            if cookie:
                sent["cookie"] = f"__Host-jiangsai={cookie}"
                sent.setdefault("origin", host)
            clients.append(httpx.AsyncClient(transport=transport, base_url=host, headers=sent))
            return clients[-1]

        try:
            yield client
        finally:
            for one in clients:
                await one.aclose()


def make_app(store: Store, **changes: object) -> Litestar:
    """The application on that store, with limits that tests do not meet by chance."""
    generous = {
        "requests_per_minute": 10**6,
        "requests_per_minute_and_address": 10**6,
        "requests_per_minute_in_all": 10**6,
        "sign_ins_per_minute": 10**4,
        "pairings_per_minute": 10**4,
        "pairings_per_minute_in_all": 10**4,
        "log_level": "error",
    }
    app = create_app(Settings(**{**generous, **changes}), store=store)  # type: ignore[arg-type]
    hold_time(app.state.limits)
    return app


def hold_time(limits: object) -> None:
    """Let no bucket fill again while a test runs, however slow the machine is."""
    for part in vars(limits).values():
        if isinstance(part, Limit):
            part._clock = lambda: 0.0
        elif isinstance(part, Guesses):
            hold_time(part)
