"""Where the engine and the second scorer differ about a contest."""

from collections.abc import Iterator

from scoring import results
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
        said += _of_stages(found, wanted) if contest.document.get("stages") else ()
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
        total = row.scores[wanted.tree.root["id"]]
        shown = row.status in ("entered", "out_of_competition") and not order.without_total(entry)
        if row.total != (total if shown else None):
            yield f"{entry}: total {row.total}, not {total if shown else None}"
        if row.shared != order.shared(entry):
            yield f"{entry}: shared {row.shared}"
        if not oracle.shown(order.gap(entry), row.gap):
            yield f"{entry}: gap {row.gap}, not {order.gap(entry)}"
        marked = wanted.marked(entry)
        if entry in order.competing and (row.complete, row.aspects) != marked:
            yield f"{entry}: {row.complete} of {row.aspects} complete, not {marked}"
        if list(row.awards) != wanted.awards[entry]:
            yield f"{entry}: awards {row.awards}, not {wanted.awards[entry]}"
        if entry in order.competing and set(row.excluded) != set(order.excluded[entry]):
            yield f"{entry}: excluded {row.excluded}, not {order.excluded[entry]}"


def _of_stages(found, wanted: oracle.Outcome) -> Iterator[str]:
    stages = wanted.order.stages
    for row in found.rows:
        if row.entry in wanted.order.competing:
            reached = stages.documents[stages.levels[row.entry]]["id"]
            goes = tuple(states.get(row.entry, "") for states in stages.states)
            if (row.stage, row.advances) != (reached, goes):
                yield f"{row.entry}: {row.stage} {row.advances}, not {reached} {goes}"


def _of_nodes(contest: Contest, row, wanted: oracle.Outcome) -> Iterator[str]:
    for id_, node in wanted.tree.nodes.items():
        worth = wanted.values.of(id_)[row.entry]
        value = worth.value if worth.known and worth.given and node["kind"] != "veto" else None
        if not oracle.shown(value, row.scores[id_], taken_away=oracle.taken_away(node)):
            yield f"{row.entry}: {id_} is {row.scores[id_]}, not {value}"
    root = wanted.tree.root["id"]
    if not oracle.shown(wanted.values.of(root)[row.entry].value, row.points):
        yield f"{row.entry}: {row.points} points, not {wanted.values.of(root)[row.entry].value}"


def _of_the_whole(found, wanted: oracle.Outcome) -> Iterator[str]:
    if found.missing != wanted.missing:
        yield f"missing: {found.missing}, not {wanted.missing}"
    if found.open_ties != len(wanted.order.ties):
        yield f"open ties: {found.open_ties}, not {wanted.order.ties}"
    ties = [(tie.rank, tuple(tie.entries)) for tie in found.ties]
    if ties != wanted.order.ties:
        yield f"ties: {ties}, not {wanted.order.ties}"


def _remarks(found, wanted: oracle.Outcome) -> Iterator[str]:
    remarks = [(one.entry, one.aspect, one.reason) for one in found.remarks]
    if sorted(remarks) != sorted(wanted.remarks):
        yield f"remarks: {sorted(remarks)}, not {sorted(wanted.remarks)}"
