"""Stages: who goes on from each to the next, once everything that decides it is known."""

from fractions import Fraction
from typing import NamedTuple

from tests.scoring.oracle.keys import answers, asked
from tests.scoring.oracle.shares import share


class Question(NamedTuple):
    """What entries are ordered by: a node, high or low first, then keys."""

    node: str
    order: str
    keys: list


def questions(tree):
    """Stage after stage; without stages the total."""
    ranking, stages = tree.document.get("ranking", {}), tree.document.get("stages", ())
    if not stages:
        return [Question(tree.root["id"], ranking.get("order", "high"), asked(ranking))]
    made = []
    for stage in stages:
        keys = list(stage.get("keys", ()))
        if stage is stages[-1]:
            keys += ranking.get("keys", ())
        words = {"ties": ranking.get("ties"), "keys": keys}
        made.append(Question(stage["node"], stage.get("order", "high"), asked(words)))
    return made


def answered(values, question):
    """What each entry answers: smaller is better."""
    sign = -1 if question.order == "high" else 1
    tables = [answers(values, key) for key in question.keys]
    return {
        entry: (sign * one.value, *(table[entry] for table in tables))
        for entry, one in values.of(question.node).items()
    }


def needed_nodes(tree, level):
    """The nodes that a rank asks for, of who reached this stage and no more."""
    every = questions(tree)
    found = [node for one in every[: level + 1] for node in (one.node, *_named(one.keys))]
    return [tree.root["id"], *found] if level == len(every) - 1 else found


def _named(keys):
    return [key["node"] for key in keys if key.get("node")]


class Stages:
    """How far everybody came."""

    def __init__(self, values, why):
        """`why`: for each entry the nodes that take it out of the ranking."""
        self.values, self.tree, self.why = values, values.tree, why
        self.documents = self.tree.document.get("stages", ())
        self.levels = dict.fromkeys(values.facts.entries, 0)
        self.states = []
        self.decided = True
        self.questions = questions(self.tree)
        members = values.competing()
        for at, stage in enumerate(self.documents):
            members = self._of(at, stage, members)

    def _of(self, at, stage, members):
        question = self.questions[at]
        inside = [entry for entry in members if not self._gone(at, entry)]
        asked_of = self._asked_of(at, stage, question)
        if not all(self.values.of(node)[entry].known for node in asked_of for entry in inside):
            self.decided = False
        if stage.get("advance") is not None and not self._places_are_known(question, members):
            self.decided = False
        last = at == len(self.documents) - 1
        if stage.get("advance") is None:
            through = [] if last else inside
            states = dict.fromkeys(inside, "" if last else "through")
        else:
            through = self._through(stage, question, inside, len(members), at)
            states = {entry: "through" if entry in through else "out" for entry in inside}
        self.states.append({entry: states.get(entry, "out") for entry in members})
        if not last and self.decided:
            for entry in through:
                self.levels[entry] = at + 1
        return through

    def _places_are_known(self, question, members):
        """A place in a part depends on the marks of all who reached the stage, also of those who go out in it."""
        counted = [
            part["id"]
            for key in question.keys
            if key.get("of") == "places"
            for part in self.tree.nodes[key["node"]].get("parts", ())
            if part.get("counts", True)
        ]
        return all(self.values.of(part)[entry].known for part in counted for entry in members)

    def _asked_of(self, at, stage, question):
        """The nodes that must be known before it is decided who goes on."""
        rule = stage.get("advance")
        # Who has no result where low is best goes no further, so that must be known everywhere.
        nodes = self._barriers(at) + [question.node] * (question.order == "low")
        if rule is None:
            return nodes
        if rule["by"] == "score":
            return [*nodes, rule.get("node") or question.node]
        return [*nodes, question.node, *_named(question.keys)]

    def _barriers(self, at):
        """The pass marks and vetoes that can take an entry out in a stage."""
        return [
            node["id"]
            for node in self.tree.nodes.values()
            if (node.get("failing") == "unranked" or node.get("effect") == "unranked")
            and self.stage_of(node["id"]) == at
        ]

    def _gone(self, at, entry):
        """Whether something takes the entry out in this stage: below its node, or anywhere else in the first."""
        here = [node for node in self.why[entry] if self.stage_of(node) == at]
        void = self.questions[at].order == "low" and self.values.of(self.questions[at].node)[entry].no_result
        return bool(here) or void

    def stage_of(self, node):
        """The stage in which a node can take an entry out: of which it is a part, else the first."""
        above = [node]
        while node in self.tree.above:
            node = self.tree.above[node]
            above.append(node)
        return next((at for at, stage in enumerate(self.documents) if stage["node"] in above), 0)

    def _through(self, stage, question, inside, members, at):
        rule = stage["advance"]
        own = answered(self.values, question)
        if rule["by"] == "heats":
            return self._by_heats(rule, own, inside)
        if rule["by"] == "score":
            return [entry for entry in inside if self._reaches(rule, question.node, entry)]
        if rule["by"] == "rank":
            places = rule["to"]
        else:
            places = share(rule, len(inside), self.values.entered() if at == 0 else members)
        return within(rule, own, inside, places)

    def _by_heats(self, rule, own, inside):
        named = self.values.facts.attributes.get(rule.get("attribute", "heat"), {})
        through = []
        for heat in sorted({named.get(entry, "") for entry in inside} - {""}):
            through += within(rule, own, [entry for entry in inside if named.get(entry) == heat], rule["to"])
        rest = [entry for entry in inside if entry not in through]
        return through + within(rule, own, rest, rule.get("also", 0))

    def _reaches(self, rule, node, entry):
        one = self.values.of(rule.get("node") or node)[entry]
        least, most = rule.get("at_least"), rule.get("at_most")
        return (
            one.known
            and not one.void
            and (least is None or one.value >= Fraction(least))
            and (most is None or one.value <= Fraction(most))
        )


def within(rule, own, members, places):
    """Who stands within so many places; a tie over the cut is taken or left in whole."""
    found = []
    for entry in members:
        first = 1 + sum(own[other] < own[entry] for other in members)
        last = sum(own[other] <= own[entry] for other in members)
        if (first if rule.get("ties", "extend") == "extend" else last) <= places:
            found.append(entry)
    return found
