"""Who has an account, what was granted to them, and whose sign-in a token is."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from contest.model.access import Grant, Person, Role
from contest.model.ids import AccountId, ContestId, EventId
from contest.store.open import Store
from contest.store.tables import AccountRow, GrantRow, TokenRow


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who can sign in; never with the password."""

    account: AccountId
    login: str
    name: str
    language: str
    disabled: bool
    created_at: str


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What sign-in compares with: never leaves the actions."""

    account: AccountId
    password: str


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A token that is still good, and whose it is."""

    token: str
    """SHA-256 of the token."""
    account: AccountId
    expires_at: str
    seen_at: str


class GrantLine(msgspec.Struct, frozen=True, kw_only=True):
    """A role as the desk lists it."""

    grant: str
    account: AccountId
    login: str
    name: str
    role: Role
    contest: ContestId | None
    event: EventId | None
    granted_at: str


async def accounts(store: Store) -> list[Account]:
    """Everybody who can or could sign in, by login."""
    rows = await store.select(AccountRow.select().order_by(AccountRow.login))
    return [_account(row) for row in rows]


async def account(store: Store, wanted: AccountId) -> Account | None:
    """One account."""
    rows = await store.select(AccountRow.select().where(AccountRow.id == wanted))
    return _account(rows[0]) if rows else None


def _account(row: dict[str, object]) -> Account:
    return msgspec.convert({**row, "account": row["id"], "disabled": row["disabled_at"] is not None}, Account)


async def credentials_of_login(store: Store, login: str) -> Credentials | None:
    """What is kept to check the password of a login."""
    return _credentials(await store.select(AccountRow.select().where(AccountRow.login == login)))


async def credentials_of(store: Store, wanted: AccountId) -> Credentials | None:
    """What is kept to check the password of an account."""
    return _credentials(await store.select(AccountRow.select().where(AccountRow.id == wanted)))


def _credentials(rows: list[dict[str, object]]) -> Credentials | None:
    if not rows:
        return None
    row = rows[0]
    return Credentials(account=AccountId(str(row["id"])), password=str(row["password"]))


async def sign_in_of_token(store: Store, digest: str, at: str) -> SignIn | None:
    """The sign-in that a token's digest names, unless it is over."""
    rows = await store.select(TokenRow.select().where((TokenRow.id == digest) & (TokenRow.expires_at > at)))
    return msgspec.convert({**rows[0], "token": rows[0]["id"]}, SignIn) if rows else None


async def person(store: Store, wanted: AccountId) -> Person | None:
    """Somebody with all that is granted to them at this moment; None when the account is disabled or gone."""
    rows = await store.select(AccountRow.select().where(AccountRow.id == wanted))
    if not rows or rows[0]["disabled_at"] is not None:
        return None
    return Person(
        account=wanted,
        name=str(rows[0]["name"]),
        language=str(rows[0]["language"]),
        grants=await grants_of(store, wanted),
    )


async def grants_behind(
    store: Store, digests: Collection[str], at: str
) -> dict[str, tuple[AccountId, tuple[Grant, ...]]]:
    """Whose these tokens are and what is granted to them, in three questions however many they are.

    A sign-in that is over, and the sign-in of an account that is disabled, is left out.
    """
    if not digests:
        return {}
    tokens = await store.select(
        TokenRow.select(TokenRow.id, TokenRow.account).where(
            TokenRow.id.is_in(list(digests)) & (TokenRow.expires_at > at)
        )
    )
    wanted = sorted({str(row["account"]) for row in tokens})
    if not wanted:
        return {}
    enabled = await store.select(
        AccountRow.select(AccountRow.id).where(AccountRow.id.is_in(wanted) & AccountRow.disabled_at.is_null())
    )
    granted: dict[str, list[Grant]] = {str(row["id"]): [] for row in enabled}
    for row in await store.select(GrantRow.select().where(GrantRow.account.is_in(wanted))):
        if row["account"] in granted:
            granted[row["account"]].append(msgspec.convert(row, Grant))
    return {
        row["id"]: (AccountId(row["account"]), tuple(granted[row["account"]]))
        for row in tokens
        if row["account"] in granted
    }


async def grants_of(store: Store, wanted: AccountId) -> tuple[Grant, ...]:
    """What is granted to an account."""
    rows = await store.select(GrantRow.select().where(GrantRow.account == wanted).order_by(GrantRow.granted_at))
    return tuple(msgspec.convert(row, Grant) for row in rows)


async def grants_in_contest(store: Store, contest: ContestId) -> list[GrantLine]:
    """Who may do what in a contest, by login."""
    rows = await store.select(GrantRow.select().where(GrantRow.contest == contest))
    by_id = {entry.account: entry for entry in await accounts(store)}
    lines = [_line(row, by_id[AccountId(row["account"])]) for row in rows]
    return sorted(lines, key=lambda line: (line.login, line.role))


def _line(row: dict[str, object], whose: Account) -> GrantLine:
    return msgspec.convert({**row, "grant": row["id"], "login": whose.login, "name": whose.name}, GrantLine)


async def grant(store: Store, wanted: str) -> tuple[AccountId, Grant] | None:
    """One grant and whose it is."""
    rows = await store.select(GrantRow.select().where(GrantRow.id == wanted))
    return (AccountId(rows[0]["account"]), msgspec.convert(rows[0], Grant)) if rows else None


async def administrators(store: Store) -> set[AccountId]:
    """Who may administer this installation."""
    rows = await store.select(GrantRow.select().where(GrantRow.role == Role.ADMINISTRATOR.value))
    return {AccountId(row["account"]) for row in rows}
