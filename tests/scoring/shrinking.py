"""The smallest contest that breaks a rule: whatever is not needed for that is left out."""

import copy
import json
import time
from collections.abc import Callable, Iterator

from scoring import SchemeProblem
from tests.scoring.comparing import differences
from tests.scoring.contests import Contest

Broken = Callable[[Contest], list[str]]
"""What is wrong about a contest, in words; always the same for the same contest."""


def agrees(contest: Contest, told: str) -> None:
    """Fail with the smallest contest found in which engine and oracle differ."""
    holds(contest, differences, told)


def holds(contest: Contest, broken: Broken, told: str, seconds: float = 20) -> None:
    """Fail with the smallest contest found about which something is wrong."""
    if broken(contest):
        raise AssertionError(f"{told}\n{written(smallest(contest, broken, seconds), broken)}")


def written(contest: Contest, broken: Broken) -> str:
    """A contest as text to try again, with what is wrong about it."""
    about = {
        "document": contest.document,
        "seats": contest.seats,
        "panels": {f"{entry} {aspect}": judges for (entry, aspect), judges in contest.panels.items()},
        "statuses": contest.statuses,
        "lots": contest.lots,
        "attributes": contest.attributes,
        "labels": contest.labels,
    }
    lines = [f"{word}: {json.dumps(one, ensure_ascii=False)}" for word, one in about.items() if one]
    for entry, own in contest.marks.items():
        marks = ", ".join(
            f"{aspect}{f'/{seat}' if seat else ''} {kind if value is None else value}"
            for (aspect, seat), (kind, value) in own.items()
        )
        lines.append(f"{entry}: {marks}")
    return "\n".join([*lines, "--", *broken(contest)[:12]])


def smallest(contest: Contest, broken: Broken, seconds: float) -> Contest:
    """Leave out whatever is not needed, as long as there is time."""
    until = time.monotonic() + seconds
    smaller: Contest | None = contest
    while smaller is not None:
        contest, smaller = smaller, None
        for candidate in _smaller(contest):
            if time.monotonic() > until:
                return contest
            if candidate is not None and _still(candidate, broken):
                smaller = candidate
                break
    return contest


def _still(contest: Contest, broken: Broken) -> bool:
    try:
        return bool(broken(contest))
    except Exception:
        return False


def _smaller(contest: Contest) -> Iterator[Contest | None]:
    for entry in contest.entries:
        if len(contest.entries) > 1:
            yield _without(contest, entry)
    for document in _documents(contest.document):
        yield _with(contest, document)
    for word in ("statuses", "panels", "lots", "attributes", "labels"):
        if getattr(contest, word):
            one = copy.copy(contest)
            setattr(one, word, {})
            yield _trimmed(one)


def _without(contest: Contest, entry: str) -> Contest:
    one = copy.copy(contest)
    one.entries = tuple(other for other in contest.entries if other != entry)
    one.marks = {other: contest.marks[other] for other in one.entries}
    one.seats = {other: contest.seats[other] for other in one.entries}
    for word in ("statuses", "lots", "labels"):
        setattr(one, word, {key: said for key, said in getattr(contest, word).items() if key != entry})
    one.panels = {key: judges for key, judges in contest.panels.items() if key[0] != entry}
    one.attributes = {
        word: {key: said for key, said in own.items() if key != entry} for word, own in contest.attributes.items()
    }
    return one


def _with(contest: Contest, document: dict) -> Contest | None:
    one = copy.copy(contest)
    try:
        one.read(document)
    except SchemeProblem:
        return None
    return _trimmed(one)


def _trimmed(contest: Contest) -> Contest:
    """Only the marks that still have a place."""
    contest.marks = {
        entry: {slot: own[slot] for slot in contest.slots(entry) if slot in own}
        for entry, own in contest.marks.items()
    }
    return contest


def _documents(node, path=()) -> Iterator[dict]:
    """The document without one of its lists' members, without one of its words, or with a part for its whole."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        inner = node[key]
        if isinstance(node, list) or key not in ("id", "name", "kind", "by", "take", "root"):
            yield _removed(node, key)
        if isinstance(inner, dict | list):
            for smaller in _documents(inner):
                changed = copy.copy(node)
                changed[key] = smaller
                yield changed
        if isinstance(inner, dict):
            for part in [*inner.get("parts", ()), *([inner["of"]] if isinstance(inner.get("of"), dict) else ())]:
                if key != "root" or part["kind"] == "sum":
                    changed = copy.copy(node)
                    changed[key] = part
                    yield changed


def _removed(node, key):
    changed = copy.copy(node)
    del changed[key]
    return changed
