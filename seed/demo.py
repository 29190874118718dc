"""The demo: a county contest that is being judged while you look at it.

`plant` puts it into the store through the same actions an organiser's requests go through; `judges` lets a process
of simulated judges mark it over the real protocol; the sign-ins are made anew for each installation and stand
beside the database.
"""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from contest.actions import accounts
from contest.actions.signing_in import Revocations
from contest.model.access import Grant, Person, Role
from contest.model.ids import AccountId, ContestId
from contest.settings import Settings
from contest.store.open import Store
from contest.store.queries import plans
from seed import county, district

ROLES = (
    ("organiser", Role.ORGANISER, "组织方 演示"),
    ("chief", Role.CHIEF_JUDGE, "裁判长 演示"),
    ("supervisor", Role.SUPERVISOR, "监督 演示"),
    ("publisher", Role.PUBLISHER, "发布人 演示"),
    ("auditor", Role.AUDITOR, "审计 演示"),
)
_WORDS = (
    "管理员 administrator",
    "组织方 organiser",
    "裁判长 chief judge",
    "监督 supervisor",
    "发布 publisher",
    "审计 auditor",
)


class SignIns(msgspec.Struct, frozen=True, kw_only=True):
    """The demo's accounts: one password for all of them, made for this installation."""

    password: str
    accounts: dict[str, str]
    """Login to account id."""
    contest: str
    """The contest that is being judged."""


def sign_ins_file(settings: Settings) -> Path:
    """Where the demo's sign-ins stand: beside an SQLite database, otherwise under `var`."""
    url = settings.database_url
    folder = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:") else Path("var")
    return folder / "demo.json"


def sign_ins(settings: Settings) -> SignIns:
    """Read the demo's sign-ins."""
    return msgspec.json.decode(sign_ins_file(settings).read_bytes(), type=SignIns)


async def plant(store: Store, settings: Settings, *, season: bool) -> None:
    """See that there is a demo contest that still has something to mark; keep whatever is there already."""
    found = _known(sign_ins_file(settings))
    if found is None or found.contest not in {contest.id for contest in await plans.contests(store)}:
        found = await _people(store)
    people = {login: _person(login, AccountId(account)) for login, account in found.accounts.items()}
    if not found.contest or not await county.has_marks_to_make(store, ContestId(found.contest)):
        edition = 12 + sum(contest.name.startswith(county.PLACE) for contest in await plans.contests(store))
        contest = await county.plan(store, people["admin"], edition=edition)
        await _give_roles(store, contest, people)
        await county.run_theory(store, contest, organiser=people["organiser"], chief=people["chief"])
        found = msgspec.structs.replace(found, contest=contest)
    _keep(sign_ins_file(settings), found)
    if season and not await district.is_there(store):
        contest = await district.plan(store, people["admin"])
        await _give_roles(store, contest, people)
        await district.run(store, contest, organiser=people["organiser"], chief=people["chief"])


def _known(file: Path) -> SignIns | None:
    return msgspec.json.decode(file.read_bytes(), type=SignIns) if file.is_file() else None


async def _people(store: Store) -> SignIns:
    """Make the demo's accounts, all with one fresh password."""
    password = f"jiangsai-demo-{secrets.randbelow(900_000) + 100_000}"
    admin = await accounts.make_administrator(store, "admin", password)
    made = {"admin": str(admin.account)}
    for login, _, name in ROLES:
        account = await accounts.make_account(
            store, accounts.NewAccount(login=login, name=name, password=password)
        )
        made[login] = str(account.account)
    return SignIns(password=password, accounts=made, contest="")


async def _give_roles(store: Store, contest: ContestId, people: dict[str, Person]) -> None:
    for login, role, _ in ROLES:
        grant = accounts.NewGrant(account=people[login].account, role=role)
        await accounts.give_role(store, contest, grant, people["admin"], Revocations())


def _person(login: str, account: AccountId) -> Person:
    role = {name: role for name, role, _ in ROLES}.get(login, Role.ADMINISTRATOR)
    return Person(account=account, name=login, grants=(Grant(role=role),))


def _keep(file: Path, found: SignIns) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)  # before there is anything to read in it
    with contextlib.suppress(OSError):
        file.chmod(0o600)
    file.write_bytes(msgspec.json.encode(found))


@contextlib.contextmanager
def judges(settings: Settings, *, pace: float) -> Iterator[None]:
    """Let simulated judges mark while the service runs. They are a process of their own and end with this one."""
    command = [sys.executable, "-m", "seed.marking", _address(settings), str(sign_ins_file(settings)), str(pace)]
    # The child reads its standard input to the end: when this process ends in whatever way, so does the child.
    # Ctrl-C in the terminal is for the service; it ends the judges when it has ended itself.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, **apart)  # noqa: S603 -- our own program
    try:
        yield
    finally:
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _address(settings: Settings) -> str:
    everywhere = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not bound to
    host = "127.0.0.1" if settings.host in everywhere else settings.host
    return f"http://{host}:{settings.port}"


def welcome(settings: Settings, *, marking: bool = True) -> str:
    """What the terminal says once the service answers: where to look and how to sign in."""
    address, found = _address(settings), sign_ins(settings)
    lines = [
        "",
        "  匠赛 Jiangsai 已就绪 is ready",
        "",
        f"  排行榜 boards        {address}/",
        f"  工作台 desk          {address}/desk",
        f"  裁判平板 tablet      {address}/judge   (配对 pair: 工作台 › 赛项 › 裁判组)",
        "",
        f"  登录 sign-in  密码 password: {found.password}",
        *(f"    {login:<12}{words}" for login, words in zip(found.accounts, _WORDS, strict=True)),
        "",
        "  模拟裁判正在打分。" if marking else "  没有模拟裁判。",
        "  Simulated judges are marking." if marking else "  No simulated judges.",
        "  Ctrl-C 结束，数据保留。Ctrl-C ends, everything stays.",
        "",
        "",
    ]
    return "\n".join(lines)
