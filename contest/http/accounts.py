"""Accounts and grants: kept by administrators."""

from __future__ import annotations

from litestar import delete, get, patch, post

from contest.actions import accounts as acts
from contest.actions.accounts import AccountChanges, NewAccount, NewGrant
from contest.actions.signing_in import Revocations
from contest.model.access import Act, Person
from contest.model.ids import AccountId, ContestId
from contest.store.open import Store
from contest.store.queries import accounts as questions
from contest.store.queries.accounts import Account, GrantLine

_ADMINISTER = {"act": Act.ADMINISTER}


@get("/api/accounts", opt=_ADMINISTER)
async def accounts(store: Store) -> list[Account]:
    """List everybody who can or could sign in."""
    return await questions.accounts(store)


@post("/api/accounts", opt=_ADMINISTER)
async def make_account(data: NewAccount, store: Store) -> Account:
    """Make an account."""
    return await acts.make_account(store, data)


@patch("/api/accounts/{account:str}", opt=_ADMINISTER)
async def change_account(
    account: str, data: AccountChanges, store: Store, person: Person, revocations: Revocations
) -> Account:
    """Change an account, or end its use."""
    return await acts.change_account(store, AccountId(account), data, person, revocations)


@get("/api/contests/{contest:str}/grants", opt=_ADMINISTER)
async def grants(contest: str, store: Store) -> list[GrantLine]:
    """List who may do what in a contest."""
    return await questions.grants_in_contest(store, ContestId(contest))


@post("/api/contests/{contest:str}/grants", opt=_ADMINISTER)
async def give_role(
    contest: str, data: NewGrant, store: Store, person: Person, revocations: Revocations
) -> GrantLine:
    """Give somebody a role in a contest or in one event of it."""
    return await acts.give_role(store, ContestId(contest), data, person, revocations)


@delete("/api/grants/{grant:str}", opt=_ADMINISTER)
async def take_role(grant: str, store: Store, revocations: Revocations) -> None:
    """Take a role back."""
    await acts.take_role(store, grant, revocations)


CONTROLLERS = (accounts, make_account, change_account, grants, give_role, take_role)
