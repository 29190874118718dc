"""Signing in and out, and the end of trust: own opaque tokens, of which only the digest is kept.

A token is 256 random bits. It is made at sign-in and at no other time, so nobody can choose it for another
person; it ends with its row, so nothing can bring it back. Who holds it may do what is granted at the moment of
each request.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from contest.errors import PasswordTooCommon, PasswordTooShort, SignInRefused, TooManyRequests
from contest.model.access import Person, Role
from contest.model.ids import AccountId
from contest.model.text import folded
from contest.store import clock
from contest.store.open import Store
from contest.store.queries import accounts
from contest.store.tables import AccountRow, TokenRow

_Answer = TypeVar("_Answer")

LEAST = 10
LEAST_FOR_ADMINISTRATORS = 15
MOST = 128

_SLIDES_EVERY = 60.0
"""A sign-in's end is moved at most once a minute: a request is not a write."""

_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_TURNS = ThreadPoolExecutor(2, thread_name_prefix="jiangsai-password")
"""Two passwords at a time, each in a thread: a flood of sign-ins starves nobody who marks."""
_MOST_WAITING = 100
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Verified for logins that do not exist, so that the answer takes as long."""

_TRIED_FIRST = """
    1234567890 12345678910 123456789a a123456789 0123456789 9876543210 0987654321 1122334455 1234512345
    1111111111 0000000000 8888888888 6666666666 1212121212 123123123123 111222333444 147258369 1472583690
    qwertyuiop qwerty12345 qwerty123456 asdfghjkl; asdfghjkl1 zxcvbnm123 1qaz2wsx3edc 1q2w3e4r5t 1q2w3e4r5t6y
    q1w2e3r4t5 qazwsxedc123 qazwsxedcrfv abcdefghij abcdefg123 abcd123456 abc1234567 abc123456789 aa123456789
    password12 password123 password1234 passw0rd123 p@ssw0rd123 p@ssword123 administrator administrator1
    admin12345 admin123456 admin1234567 letmein1234 welcome123 welcome1234 iloveyou123 iloveyou1314 changeme123
    woaini1314 woaini520 woaini5201314 5201314520 5201314woaini 1314520520 w123456789 zhang123456 wang123456
    jiangsai123 jiangsai2026 jiangsai123456 gonghui123 gonghui2026 gonghui123456 bisai123456 caipan123456
"""
_COMMON = frozenset(_TRIED_FIRST.split())


class Revoked(msgspec.Struct, frozen=True):
    """Trust that ended: of one token (by its digest), of an account, or of a device."""

    kind: str
    """`token`, `account` or `device`."""
    subject: str


class Revocations:
    """Tells the live part, within this process and at once, that trust in somebody has ended or changed."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Revoked], None]] = []

    def heard(self, listener: Callable[[Revoked], None]) -> None:
        """Call the listener for every later revocation."""
        self._listeners.append(listener)

    def ring(self, kind: str, subject: str) -> None:
        """Say that trust ended."""
        for listener in tuple(self._listeners):
            listener(Revoked(kind, subject))


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A fresh sign-in: the token is shown this once."""

    token: str
    person: Person


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def sign_in(store: Store, login: str, password: str, *, hours: int) -> SignedIn:
    """Check name and password and begin a sign-in; SignInRefused does not say which of the two was wrong."""
    known = await accounts.credentials_of_login(store, folded(login))
    right = await verified(known.password if known else _NOBODY, password)
    if known is None or not right:
        raise SignInRefused()
    person = await accounts.person(store, known.account)
    if person is None:  # disabled
        raise SignInRefused()
    token = secrets.token_urlsafe(32)
    at = clock.onward()
    await store.apply(
        TokenRow.delete().where(TokenRow.expires_at <= at),
        TokenRow.insert(
            TokenRow(
                id=digest(token),
                account=known.account,
                created_at=at,
                expires_at=clock.later(hours * 3600),
                seen_at=at,
            )
        ),
    )
    if _HASHER.check_needs_rehash(known.password):
        await store.apply(
            AccountRow.update({AccountRow.password: await hashed(password)}).where(AccountRow.id == known.account)
        )
    return SignedIn(token=token, person=person)


async def person_of_token(store: Store, token: str, *, hours: int, slide: bool = True) -> Person | None:
    """Say who holds the token, with what is granted now; the sign-in then lasts on. None: nobody."""
    at = clock.onward()
    found = await accounts.sign_in_of_token(store, digest(token), at)
    if found is None:
        return None
    person = await accounts.person(store, found.account)
    if person is not None and slide and found.seen_at < clock.later(-_SLIDES_EVERY):
        # An update never makes a row: a slow request cannot bring back a sign-in that ended meanwhile.
        await store.apply(
            TokenRow.update({TokenRow.seen_at: at, TokenRow.expires_at: clock.later(hours * 3600)}).where(
                TokenRow.id == found.token
            )
        )
    return person


async def sign_out(store: Store, token: str, revocations: Revocations) -> None:
    """End one sign-in and all that hangs on it."""
    await store.apply(TokenRow.delete().where(TokenRow.id == digest(token)))
    revocations.ring("token", digest(token))


async def sign_out_everywhere(
    store: Store, account: AccountId, revocations: Revocations, *, but: str = ""
) -> None:
    """End all sign-ins of an account, except the one of the token `but`."""
    mine = TokenRow.delete().where(TokenRow.account == account)
    await store.apply(mine.where(TokenRow.id != digest(but)) if but else mine)
    revocations.ring("account", account)


async def change_password(
    store: Store, person: Person, old: str, new: str, revocations: Revocations, *, token: str
) -> None:
    """Replace one's own password; every other sign-in of the account ends."""
    known = await accounts.credentials_of(store, person.account)
    if known is None or not await verified(known.password, old):
        raise SignInRefused()
    whose = await accounts.account(store, person.account)
    check_password(
        new,
        login=whose.login if whose else "",
        administrator=any(grant.role is Role.ADMINISTRATOR for grant in person.grants),
    )
    await store.apply(
        AccountRow.update({AccountRow.password: await hashed(new)}).where(AccountRow.id == person.account)
    )
    await sign_out_everywhere(store, person.account, revocations, but=token)


def check_password(password: str, *, login: str = "", administrator: bool = False) -> None:
    """Refuse what would be guessed: too short for what the account may do, or among the first that are tried."""
    least = LEAST_FOR_ADMINISTRATORS if administrator else LEAST
    if not least <= len(password) <= MOST:
        raise PasswordTooShort(least=least, most=MOST)
    plain = password.lower()
    rest = plain.replace(login.lower(), "") if login else plain
    if plain in _COMMON or len(set(plain)) < 4 or len(rest) < 5:
        raise PasswordTooCommon()


async def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return await _in_turn(_HASHER.hash, password)


async def verified(stored: str, password: str) -> bool:
    """Say whether the password is the stored one."""
    return await _in_turn(_matches, stored, password)


async def _in_turn(compute: Callable[..., _Answer], *about: str) -> _Answer:
    """Compute when it is its turn; TooManyRequests when too many wait already."""
    if _TURNS._work_queue.qsize() >= _MOST_WAITING:
        raise TooManyRequests(seconds=5)
    return await asyncio.get_running_loop().run_in_executor(_TURNS, compute, *about)


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
