"""Marking schemes, parsed once: a version never changes, so its digest names it for ever."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from scoring.scheme import Scheme, parse

_KEPT = 256
_parsed: OrderedDict[str, Scheme] = OrderedDict()


def digest_of(document: str) -> str:
    """The SHA-256 of a scheme's document, as it stands in the ledger."""
    return hashlib.sha256(document.encode()).hexdigest()


def known(digest: str) -> Scheme | None:
    """The scheme of this digest, when it was read before."""
    return _parsed.get(digest)


def scheme_of(digest: str, document: str) -> Scheme:
    """Read a scheme, or take it from those read before. Raises SchemeProblem."""
    found = _parsed.get(digest)
    if found is None:
        found = _parsed[digest] = parse(document)
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)
    return found
