"""Who may sign in, and what is granted to whom."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from piccolo.columns import Column
from piccolo.query.base import Query

from contest.actions.signing_in import Revocations, check_password, hashed, sign_out_everywhere
from contest.errors import BadInput, NotFound, StillInUse
from contest.model.access import Person, Role
from contest.model.ids import AccountId, ContestId, EventId
from contest.model.text import Key, Name, folded
from contest.store import clock
from contest.store.ids import new_id
from contest.store.open import Store
from contest.store.queries import accounts, plans
from contest.store.queries.accounts import Account, GrantLine
from contest.store.tables import AccountRow, GrantRow

LONGEST_LOGIN = 64
_LOOK_EMPTY = "\u115f\u1160\u2800"
"""Letters that print as nothing."""

Login = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_LOGIN, pattern=r"^[^\s\x00-\x1f]+$(?!\n)")]
Password = Annotated[str, msgspec.Meta(max_length=1024)]
Language = Literal["zh", "en"]


class NewAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who shall be able to sign in."""

    login: Login
    name: Name
    password: Password
    language: Language = "zh"


class AccountChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change of an account."""

    name: Name | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class NewGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be given in a contest, or in one event of it."""

    account: Key
    role: Role
    event: Key | None = None


async def make_administrator(store: Store, login: str, password: str) -> Account:
    """Make the account that may administer everything, or give an existing one this password and this role."""
    plain = _login(login)
    check_password(password, login=plain, administrator=True)
    known = await accounts.credentials_of_login(store, plain)
    if known is None:
        account = await _insert(store, plain, login.strip(), password, "zh")
    else:
        account = known.account
        await store.apply(
            AccountRow.update({AccountRow.password: await hashed(password), AccountRow.disabled_at: None}).where(
                AccountRow.id == account
            )
        )
        await sign_out_everywhere(store, account, Revocations())
    if account not in await accounts.administrators(store):
        await store.apply(_grant_row(account, Role.ADMINISTRATOR, by=account)[1])
    return await _account(store, account)


async def make_account(store: Store, new: NewAccount) -> Account:
    """Make an account; nothing is granted to it yet."""
    login = _login(new.login)
    check_password(new.password, login=login)
    account = await _insert(store, login, new.name, new.password, new.language)
    return await _account(store, account)


async def change_account(
    store: Store, account: AccountId, changes: AccountChanges, person: Person, revocations: Revocations
) -> Account:
    """Change an account's name, password or whether it may sign in; the latter two end its sign-ins."""
    before = await _account(store, account)
    row: dict[Column | str, Any] = {}
    if changes.name is not UNSET:
        row[AccountRow.name] = changes.name
    if changes.password is not UNSET:
        administrator = account in await accounts.administrators(store)
        check_password(changes.password, login=before.login, administrator=administrator)
        row[AccountRow.password] = await hashed(changes.password)
    if changes.disabled is not UNSET:
        if changes.disabled and account == person.account:
            raise StillInUse(what=before.login)
        row[AccountRow.disabled_at] = clock.now() if changes.disabled else None
    if row:
        await store.apply(AccountRow.update(row).where(AccountRow.id == account))
    if changes.password is not UNSET or changes.disabled is True:
        await sign_out_everywhere(store, account, revocations)
    return await _account(store, account)


async def speak(store: Store, person: Person, language: Language) -> None:
    """Choose the language in which the service speaks to somebody."""
    await store.apply(AccountRow.update({AccountRow.language: language}).where(AccountRow.id == person.account))


async def give_role(
    store: Store, contest: ContestId, new: NewGrant, person: Person, revocations: Revocations
) -> GrantLine:
    """Give an account a role in a contest, from its next request on. Administrators are made elsewhere."""
    await _account(store, AccountId(new.account))
    if new.role is Role.ADMINISTRATOR:
        raise BadInput(field="role", problem=new.role.value)
    if new.event is not None and (await plans.event(store, EventId(new.event))).contest != contest:
        raise NotFound(what="event")
    wanted = (new.account, new.role, new.event)
    for line in await accounts.grants_in_contest(store, contest):
        if (line.account, line.role, line.event) == wanted:
            return line
    grant, row = _grant_row(AccountId(new.account), new.role, contest=contest, event=new.event, by=person.account)
    await store.apply(row)
    revocations.ring("account", new.account)
    return next(line for line in await accounts.grants_in_contest(store, contest) if line.grant == grant)


async def take_role(store: Store, grant: str, revocations: Revocations) -> None:
    """Take a role back, from the next request on; the last administrator stays."""
    found = await accounts.grant(store, grant)
    if found is None:
        raise NotFound(what="grant")
    account, granted = found
    if granted.role is Role.ADMINISTRATOR and await accounts.administrators(store) == {account}:
        raise StillInUse(what="administrator")
    await store.apply(GrantRow.delete().where(GrantRow.id == grant))
    revocations.ring("account", account)


def _login(typed: str) -> str:
    """Return a login as it is kept; BadInput for one that looks like another or that nobody could type."""
    plain = folded(typed)
    strange = [letter for letter in plain if unicodedata.category(letter)[0] in "CZ" or letter in _LOOK_EMPTY]
    if strange or not 1 <= len(plain) <= LONGEST_LOGIN:
        raise BadInput(field="login", problem=f"1–{LONGEST_LOGIN}")
    return plain


async def _account(store: Store, account: AccountId) -> Account:
    found = await accounts.account(store, account)
    if found is None:
        raise NotFound(what="account")
    return found


async def _insert(store: Store, login: str, name: str, password: str, language: str) -> AccountId:
    account = AccountId(new_id())
    await store.apply(
        AccountRow.insert(
            AccountRow(
                id=account,
                login=login,
                name=name,
                password=await hashed(password),
                language=language,
                disabled_at=None,
                created_at=clock.now(),
            )
        )
    )
    return account


def _grant_row(
    account: AccountId, role: Role, *, contest: str | None = None, event: str | None = None, by: str
) -> tuple[str, Query[Any, Any]]:
    grant = new_id()
    row = GrantRow(
        id=grant,
        account=account,
        role=role.value,
        contest=contest,
        event=event,
        granted_by=by,
        granted_at=clock.now(),
    )
    return grant, GrantRow.insert(row)
