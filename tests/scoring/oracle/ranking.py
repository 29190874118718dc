"""Who is better: ranks, the list from top to bottom, what is still open."""

import re

from tests.scoring.oracle.stages import Stages, answered, needed_nodes
from tests.scoring.oracle.tree import is_aspect, parts_of

OUTSIDE = ("out_of_competition", "not_finished", "not_started", "disqualified", "withdrawn")
RANKED, BEHIND, EXCLUDED, NO_RESULT = range(4)


def taken_out(values):
    """For each entry the pass marks and vetoes that take it out of the ranking, in the order of the document."""
    for node in values.tree.nodes:
        values.of(node)
    unranked, found = values.failed.get("unranked", {}), {}
    for entry in values.facts.entries:
        found[entry] = [
            node["id"]
            for node in values.tree.nodes.values()
            if node["id"] in unranked.get(entry, ()) or _vetoed(values, node, entry)
        ]
    return found


def _vetoed(values, node, entry):
    if node["kind"] != "veto" or node.get("effect", "zero") != "unranked":
        return False
    one = values.one(node)[entry]
    return one.kind == "entered" and one.value == 1


def needed_aspects(tree, level):
    """The aspects whose marks a rank needs, of who reached this stage and no more."""
    found, waiting, seen = set(), needed_nodes(tree, level), set()
    while waiting:
        node = tree.nodes[waiting.pop()]
        if node["id"] in seen:
            continue
        seen.add(node["id"])
        if is_aspect(node):
            found.add(node["id"])
        if node["kind"] == "carried":
            waiting.append(node["node"])
        waiting += [part["id"] for part in parts_of(node) if part.get("counts", True)]
        waiting += [veto["id"] for veto in tree.vetoes.get(node["id"], ())]
    return found


def natural(label):
    """What a printed number is sorted by: A2 before A10."""
    return tuple(
        (0, int(run), "") if run.isdigit() else (1, 0, run) for run in re.findall(r"[0-9]+|[^0-9]+", label)
    )


class Order:
    """The list of all entries, best first, with ranks."""

    def __init__(self, values):
        self.values, self.facts = values, values.facts
        ranking = values.tree.document.get("ranking", {})
        self.total = {entry: one.value for entry, one in values.of(values.tree.root["id"]).items()}
        self.competing = values.competing()
        why = taken_out(values)
        self.stages = Stages(values, why)
        self.levels = self.stages.levels
        self.excluded = {entry: (*self._out(entry, why), *self._no_result(entry)) for entry in self.facts.entries}
        self.complete = {entry: self._complete(entry) for entry in self.facts.entries}
        self.finished = self.stages.decided and all(self.complete[entry] for entry in self.competing)
        everybody = ranking.get("rank_incomplete", False)
        self.kinds = {entry: self._kind(entry, everybody) for entry in self.facts.entries}
        asks = [answered(values, question) for question in self.stages.questions]
        # Who went further is better, also while marks of it are missing; those out go by the last question.
        self.answers = {
            entry: (-self.levels[entry], self.kinds[entry], *asks[self.levels[entry]][entry])
            if self.kinds[entry] <= BEHIND
            else (1, self.kinds[entry], *asks[-1][entry])
            for entry in self.facts.entries
        }
        self.ranked = [entry for entry in self.facts.entries if self.kinds[entry] == RANKED]
        dense = ranking.get("ties") == "dense"
        self.ranks = dict.fromkeys(self.facts.entries) | {e: self._rank(e, dense) for e in self.ranked}
        self.listed = sorted(self.facts.entries, key=self._stands)
        self.ties = self._open() if ranking.get("ties") == "must_break" else []

    def _out(self, entry, why):
        """What takes an entry out in a stage that it reached."""
        return [node for node in why[entry] if self.stages.stage_of(node) <= self.levels[entry]]

    def _no_result(self, entry):
        if entry not in self.competing:
            return []
        question = self.stages.questions[self.levels[entry]]
        return ["no_result"] if question.order == "low" and self.values.of(question.node)[entry].no_result else []

    def _complete(self, entry):
        needed = needed_nodes(self.values.tree, self.levels[entry])
        return all(self.values.of(node)[entry].known for node in needed)

    def _kind(self, entry, everybody):
        status = self.facts.statuses.get(entry, "entered")
        if status != "entered":
            return NO_RESULT + 1 + (OUTSIDE.index(status) if status in OUTSIDE else len(OUTSIDE))
        if "no_result" in self.excluded[entry]:
            return NO_RESULT
        if self.excluded[entry]:
            return EXCLUDED
        return RANKED if everybody or self.complete[entry] else BEHIND

    def _rank(self, entry, dense):
        own = self.answers[entry]
        better = [self.answers[other] for other in self.facts.entries if self.answers[other] < own]
        return 1 + (len(set(better)) if dense else len(better))

    def without_total(self, entry):
        """Whether there is no result to rank by, or no total where low is best: no time is not the time 0."""
        low = self.values.tree.document.get("ranking", {}).get("order", "high") == "low"
        total = self.values.of(self.values.tree.root["id"])[entry]
        return "no_result" in self.excluded[entry] or (low and total.no_result)

    def shared(self, entry):
        """Whether somebody else has this rank too, being equal in everything."""
        return self.ranks[entry] is not None and any(
            self.answers[other] == self.answers[entry] for other in self.ranked if other != entry
        )

    def gap(self, entry):
        """How far a total is from that of the first; None for the first, without a rank, or out before the end."""
        if (self.ranks[entry] or 1) == 1 or self.levels[entry] < len(self.stages.questions) - 1:
            return None
        return abs(self.total[self.listed[0]] - self.total[entry])

    def _stands(self, entry):
        label = self.facts.labels.get(entry, "")
        return self.answers[entry], not label, natural(label), label, entry

    def _open(self):
        ties = {}
        for entry in self.listed:
            if self.ranks[entry] is not None:
                ties.setdefault(self.ranks[entry], []).append(entry)
        return [(rank, tuple(own)) for rank, own in sorted(ties.items()) if len(own) > 1]
