"""Signing in and out, and what somebody may see and change of themselves."""

from __future__ import annotations

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.datastructures import Cookie
from litestar.datastructures.state import State

from contest.actions import signing_in
from contest.actions.accounts import Language, Login, Password, speak
from contest.actions.signing_in import Revocations
from contest.errors import SignInRefused
from contest.http.guards import address_of
from contest.http.limits import Limits
from contest.http.security import COOKIE, cookie_of, token_of
from contest.model.access import Grant, Person
from contest.model.ids import AccountId
from contest.model.text import folded
from contest.settings import Settings
from contest.store.open import Store

_KEPT_BY_BROWSER = 30 * 24 * 3600
"""Longer than a sign-in lasts unused: whether a token is still good is decided here, never by the browser."""

_Request = Request[None, None, State]


class SignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name and a password. `bearer` asks for the token in the answer instead of a cookie."""

    login: Login
    password: Password
    bearer: bool = False


class Me(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is signed in and what is granted to them."""

    account: AccountId
    name: str
    language: str
    grants: list[Grant]
    token: str | None = None


class MyChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody changes of their own account."""

    language: Language


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The old password, as a proof, and the new one."""

    old: Password
    new: Password


def _me(person: Person, token: str | None = None) -> Me:
    return Me(
        account=person.account,
        name=person.name,
        language=person.language,
        grants=list(person.grants),
        token=token,
    )


def _cookie(value: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE, value=value, path="/", secure=True, httponly=True, samesite="strict", max_age=seconds
    )


@post("/api/sign-in", opt={"public": True}, status_code=200)
async def sign_in(
    *, data: SignIn, request: _Request, store: Store, settings: Settings, limits: Limits, revocations: Revocations
) -> Response[Me]:
    """Begin a sign-in; one that the browser had before ends."""
    login, address = folded(data.login), address_of(request)
    limits.sign_ins_of_one.take(f"{login} {address}")
    with limits.sign_ins.missing(SignInRefused, address=address, secret=login):
        signed_in = await signing_in.sign_in(store, login, data.password, hours=settings.sign_in_hours)
    before = cookie_of(request.headers)
    if before:
        await signing_in.sign_out(store, before, revocations)
    if data.bearer:
        return Response(_me(signed_in.person, signed_in.token))
    cookie = _cookie(signed_in.token, _KEPT_BY_BROWSER)
    return Response(_me(signed_in.person), cookies=[cookie])


@post("/api/sign-out", opt={"act": None}, status_code=204)
async def sign_out(request: _Request, store: Store, revocations: Revocations) -> Response[None]:
    """End this sign-in, here and on every socket that hangs on it."""
    await signing_in.sign_out(store, token_of(request.headers), revocations)
    return Response(None, status_code=204, cookies=[_cookie("", 0)])


@get("/api/me", opt={"act": None})
async def me(person: Person) -> Me:
    """Say who is signed in."""
    return _me(person)


@patch("/api/me", opt={"act": None})
async def change_me(data: MyChanges, person: Person, store: Store) -> Me:
    """Choose the language in which the service speaks to me."""
    await speak(store, person, data.language)
    return _me(msgspec.structs.replace(person, language=data.language))


@post("/api/me/password", opt={"act": None}, status_code=204)
async def change_password(
    *, data: NewPassword, request: _Request, person: Person, store: Store, limits: Limits, revocations: Revocations
) -> None:
    """Replace my password; my other sign-ins end."""
    with limits.sign_ins.missing(SignInRefused, address=address_of(request), secret=person.account):
        await signing_in.change_password(
            store, person, data.old, data.new, revocations, token=token_of(request.headers)
        )


CONTROLLERS = (sign_in, sign_out, me, change_me, change_password)
