"""Where the engine and the second scorer differ about a contest, and the smallest contest that shows it."""

import copy
import json
import time
from collections.abc import Iterator

from scoring import SchemeProblem, results
from tests.scoring import oracle
from tests.scoring.contests import Contest


def differences(contest: Contest) -> list[str]:
    """Everything in which the two differ."""
    found = results(contest.scheme, contest.sheet())
    wanted = oracle.judge(contest.document, contest.facts())
    said = [difference for row in found.rows for difference in _of_nodes(contest, row, wanted)]
    said += _remarks(found, wanted)
    if wanted.order.stages.decided or not contest.document.get("stages"):
        said += [*_of_rows(found, wanted), *_of_the_whole(found, wanted)]
    return said


def _of_rows(found, wanted: oracle.Outcome) -> Iterator[str]:
    order = wanted.order
    listed = [row.entry for row in found.rows]
    if listed != order.listed:
        yield f"order: {listed}, not {order.listed}"
    for row in found.rows:
        entry = row.entry
        if row.rank != order.ranks[entry]:
            yield f"{entry}: rank {row.rank}, not {order.ranks[entry]}"
        if list(row.awards) != wanted.awards[entry]:
            yield f"{entry}: awards {row.awards}, not {wanted.awards[entry]}"
        if entry in order.competing and set(row.excluded) != set(order.excluded[entry]):
            yield f"{entry}: excluded {row.excluded}, not {order.excluded[entry]}"


def _of_nodes(contest: Contest, row, wanted: oracle.Outcome) -> Iterator[str]:
    for id_, node in wanted.tree.nodes.items():
        worth = wanted.values.of(id_)[row.entry]
        value = worth.value if worth.known else None
        if not oracle.shown(value, row.scores[id_], taken_away=oracle.taken_away(node)):
            yield f"{row.entry}: {id_} is {row.scores[id_]}, not {value}"
    root = wanted.tree.root["id"]
    if not oracle.shown(wanted.values.of(root)[row.entry].value, row.points):
        yield f"{row.entry}: {row.points} points, not {wanted.values.of(root)[row.entry].value}"
    shown = (
        hasattr(row, "excluded")
        and row.status in ("entered", "out_of_competition")
        and "no_result" not in wanted.order.excluded[row.entry]
    )
    if row.total != (row.scores[root] if shown else None):
        yield f"{row.entry}: total {row.total}, not {row.scores[root]}"


def _of_the_whole(found, wanted: oracle.Outcome) -> Iterator[str]:
    if found.missing != wanted.missing:
        yield f"missing: {found.missing}, not {wanted.missing}"
    if found.open_ties != len(wanted.order.ties):
        yield f"open ties: {found.open_ties}, not {wanted.order.ties}"
    ties = [(tie.rank, tuple(tie.entries)) for tie in getattr(found, "ties", ())]
    if hasattr(found, "ties") and ties != wanted.order.ties:
        yield f"ties: {ties}, not {wanted.order.ties}"


def _remarks(found, wanted: oracle.Outcome) -> Iterator[str]:
    remarks = [(one.entry, one.aspect, one.reason) for one in getattr(found, "remarks", ())]
    if hasattr(found, "remarks") and sorted(remarks) != sorted(wanted.remarks):
        yield f"remarks: {sorted(remarks)}, not {sorted(wanted.remarks)}"


# ---- the smallest contest that shows it ------------------------------------------------------------------------


def agrees(contest: Contest, seconds: float = 20, told: str = "") -> None:
    """Fail with the smallest contest found in which the two differ."""
    if differences(contest):
        small = smallest(contest, seconds)
        raise AssertionError(f"{told}\n{written(small)}")


def written(contest: Contest) -> str:
    """A contest as text to try again, with what differs in it."""
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
    return "\n".join([*lines, "--", *differences(contest)[:12]])


def smallest(contest: Contest, seconds: float) -> Contest:
    """Leave out whatever is not needed for a difference, as long as there is time."""
    until = time.monotonic() + seconds
    smaller: Contest | None = contest
    while smaller is not None:
        contest, smaller = smaller, None
        for candidate in _smaller(contest):
            if time.monotonic() > until:
                return contest
            if candidate is not None and _still(candidate):
                smaller = candidate
                break
    return contest


def _still(contest: Contest) -> bool:
    try:
        return bool(differences(contest))
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
