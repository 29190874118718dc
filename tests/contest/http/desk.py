"""The people of a contest at their desks: one client for each, and what they do all day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx

from contest.actions.signing_in import digest
from contest.model.access import Role
from contest.model.ids import AccountId, ContestId, DeviceId, EventId, SeatId, SessionId
from contest.model.mark import EnterMark, MarkKind
from contest.store import clock
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.tables import AccountRow, GrantRow, TokenRow
from tests.contest.http import world

Json = Any

SCHEME: Json = {
    "scheme": 1,
    "root": {
        "kind": "sum",
        "id": "total",
        "name": "总分",
        "parts": [
            {"kind": "imported", "id": "theory", "name": "理论", "high": "100", "weight": "0.3"},
            {
                "kind": "sum",
                "id": "practice",
                "name": "实操",
                "name_en": "Practice",
                "weight": "0.7",
                "parts": [
                    {"kind": "panel", "id": "craft", "name": "工艺", "high": "60", "step": "0.5"},
                    {"kind": "completed", "id": "pieces", "name": "完成件数", "max": "40", "possible": 4},
                ],
            },
        ],
    },
    "ranking": {"ties": "must_break"},
    "awards": [{"id": "first", "name": "一等奖", "rule": {"by": "rank", "to": 1}}],
}


class Refused(AssertionError):
    """A request was refused."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}")


class Official:
    """One signed-in person; `ask` returns the body and fails on a refusal, `refusal` returns status and code."""

    def __init__(self, client: httpx.AsyncClient, account: str) -> None:
        self.client = client
        self.account = account

    async def ask(self, method: str, path: str, body: Json = None, **query: Json) -> Json:
        answer = await self._send(method, path, body, query)
        if answer.status_code >= 400:
            raise Refused(answer)
        return answer.json() if answer.content else None

    async def refusal(self, method: str, path: str, body: Json = None, **query: Json) -> tuple[int, str]:
        answer = await self._send(method, path, body, query)
        assert answer.status_code >= 400, f"{method} {path} was allowed: {answer.text}"
        return answer.status_code, answer.json()["code"]

    async def get(self, path: str, **query: Json) -> Json:
        return await self.ask("GET", path, **query)

    async def post(self, path: str, body: Json = None) -> Json:
        return await self.ask("POST", path, body)

    async def _send(self, method: str, path: str, body: Json, query: Mapping[str, Json]) -> httpx.Response:
        return await self.client.request(method, f"/api{path}", json=body, params=dict(query) or None)


class Desks:
    """Everybody who works on a contest."""

    def __init__(self, store: Store, asking: world.Asking) -> None:
        self.store = store
        self._asking = asking

    async def person(
        self, name: str, role: Role, contest: str | None = None, event: str | None = None
    ) -> Official:
        account, token = new_id(), f"token-{new_id()}"
        at = clock.now()
        await self.store.apply(
            AccountRow.insert(
                AccountRow(
                    id=account, login=f"{name}{account}", name=name, password="!", language="zh", created_at=at
                )
            ),
            TokenRow.insert(
                TokenRow(
                    id=digest(token), account=account, created_at=at, expires_at=clock.later(3600), seen_at=at
                )
            ),
            GrantRow.insert(
                GrantRow(
                    id=new_id(),
                    account=account,
                    role=role.value,
                    contest=contest,
                    event=event,
                    granted_by="root",
                    granted_at=at,
                )
            ),
        )
        return Official(self._asking(token), account)

    def nobody(self) -> httpx.AsyncClient:
        """Somebody who is not signed in."""
        return self._asking()

    async def pair(self, contest: str, seat: str, by: Official) -> DeviceId:
        """Let a tablet take a seat, as pairing does."""
        device = DeviceId(new_id())
        await self.store.book.take_seat(
            ContestId(contest),
            seat=SeatId(seat),
            device=device,
            name="平板",
            token=new_id(),
            by=AccountId(by.account),
        )
        return device


class Tablet:
    """A judge's tablet: numbers its marks as they are made."""

    def __init__(self, desks: Desks, contest: str, device: DeviceId) -> None:
        self._book, self._contest, self._device, self._seq = desks.store.book, ContestId(contest), device, 0

    async def mark(
        self,
        session: str,
        entry: str,
        aspect: str,
        value: int | None,
        kind: MarkKind = MarkKind.ENTERED,
        *,
        replaces: str | None = None,
    ) -> Json:
        self._seq += 1
        command = EnterMark(
            device=self._device,
            device_seq=self._seq,
            mark=new_id(),  # type: ignore[arg-type]
            session=SessionId(session),
            entry=entry,  # type: ignore[arg-type]
            aspect=aspect,  # type: ignore[arg-type]
            kind=kind,
            value=value,
            replaces=replaces,  # type: ignore[arg-type]
        )
        (receipt,) = await self._book.enter(self._contest, [command])
        return receipt


@asynccontextmanager
async def open_desks(store: Store) -> AsyncIterator[Desks]:
    """The application on that store. It lives in a task of its own: fixtures begin and end in different ones."""
    opened: asyncio.Future[world.Asking] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def live() -> None:
        async with world.asking(world.make_app(store)) as asking:
            opened.set_result(asking)
            await done.wait()

    living = asyncio.create_task(live())
    try:
        yield Desks(store, await opened)
    finally:
        done.set()
        await living


class Ground:
    """A contest with its people, and one event ready to be marked."""

    desks: Desks
    admin: Official
    organiser: Official
    chief: Official
    supervisor: Official
    contest: str
    _numbers: Iterator[int]

    @classmethod
    async def prepare(cls, desks: Desks, name: str = "县技能大赛") -> Ground:
        ground = cls()
        ground._numbers = count(1)
        ground.desks = desks
        ground.admin = await desks.person("管理员", Role.ADMINISTRATOR)
        ground.contest = (await ground.admin.post("/contests", {"name": name}))["id"]
        for role, who in (
            (Role.ORGANISER, "organiser"),
            (Role.CHIEF_JUDGE, "chief"),
            (Role.SUPERVISOR, "supervisor"),
        ):
            setattr(ground, who, await desks.person(who, role, ground.contest))
        return ground

    async def event(self, code: str, **extra: Json) -> str:
        """An event with the scheme of these tests."""
        event = await self.organiser.post(
            f"/contests/{self.contest}/events", {"code": code, "name": code, **extra}
        )
        await self.organiser.ask("PUT", f"/events/{event['id']}/scheme", {"document": SCHEME})
        return str(event["id"])

    async def entries(self, event: str, names: Iterable[str], **extra: Json) -> list[str]:
        """Competitors of these names, entered."""
        entered = []
        for name in names:
            competitor = await self.organiser.post(f"/contests/{self.contest}/competitors", {"name": name})
            body = {"kind": "competitor", "subject": competitor["id"], **extra}
            entered.append((await self.organiser.post(f"/events/{event}/entries", body))["id"])
        return entered

    async def panel(self, event: str, judges: int = 3) -> Json:
        seats = [{"judge_name": f"裁判{number}"} for number in range(1, judges + 1)]
        return await self.organiser.post(f"/events/{event}/panels", {"name": "第一组", "seats": seats})

    async def sessions(self, event: str, panel: str) -> tuple[str, str]:
        """A theory session without a panel, and a practice session with one."""
        path = f"/events/{event}/sessions"
        theory = await self.organiser.post(path, {"name": "理论", "aspects": ["theory"]})
        practice = await self.organiser.post(path, {"name": "实操", "panel": panel})
        return theory["id"], practice["id"]

    async def tablets(self, panel: Json) -> list[Tablet]:
        return [
            Tablet(self.desks, self.contest, await self.desks.pair(self.contest, seat["id"], self.organiser))
            for seat in panel["seats"]
        ]

    async def theory(self, session: str, marks: Mapping[str, int]) -> list[Json]:
        """Theory marks in whole points, over the desk."""
        body = [
            {
                "mark": new_id(),
                "device_seq": next(self._numbers),
                "entry": entry,
                "aspect": "theory",
                "value": value * 1000,
            }
            for entry, value in marks.items()
        ]
        return await self.organiser.post(f"/sessions/{session}/marks", {"marks": body})

    async def close(self, session: str) -> None:
        """Lock and confirm."""
        await self.organiser.post(f"/sessions/{session}/lock")
        await self.chief.post(f"/sessions/{session}/confirm")


def event_id(text: str) -> EventId:
    return EventId(text)
