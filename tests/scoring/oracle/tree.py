"""The document as a tree: running rounds and attempts written out, nodes found by their ids."""


def written_out(document):
    """The document with every `running` as a sum of amounts and every `attempts` as the best of its parts."""
    return {**document, "root": _written_out(document["root"])}


def _written_out(node):
    kind = node["kind"]
    if kind == "running":
        return _rounds(node)
    if kind == "attempts":
        # From outside in: the second attempt's aspect x is x.2, and a third round within it x.2.3.
        parts = [_written_out(_renamed(node["of"], n)) for n in range(1, node["times"] + 1)]
        return {**{k: v for k, v in node.items() if k not in ("of", "times")}, "kind": "best", "parts": parts}
    if kind == "standardised":
        return {**node, "of": _written_out(node["of"])}
    if "parts" in node:
        return {**node, "parts": [_written_out(part) for part in node["parts"]]}
    return node


def _rounds(node):
    of_a_round = ("low", "high", "step", "unit", "unit_en", "hint", "hint_en")
    parts = [
        {
            "kind": "amount",
            "id": f"{node['id']}.{n}",
            "name": f"{node['name']} 第 {n} 轮",
            "optional": True,
            **{word: node[word] for word in of_a_round if word in node},
        }
        for n in range(1, node["times"] + 1)
    ]
    of_the_sum = {k: v for k, v in node.items() if k not in (*of_a_round, "times", "optional", "dual")}
    return {**of_the_sum, "kind": "sum", "parts": parts}


def below(node):
    """A node and all below it, in the order of the document."""
    yield node
    for part in parts_of(node):
        yield from below(part)


def parts_of(node):
    """The nodes directly below."""
    return [node["of"]] if isinstance(node.get("of"), dict) else node.get("parts", [])


def _renamed(node, n):
    inside = {one["id"] for one in below(node)}

    def rename(one):
        new = {**one, "id": f"{one['id']}.{n}"}
        if one.get("node") in inside:
            new["node"] = f"{one['node']}.{n}"
        if isinstance(one.get("of"), dict):
            new["of"] = rename(one["of"])
        if "parts" in one:
            new["parts"] = [rename(part) for part in one["parts"]]
        return new

    return rename(node)


def taken_away(node):
    """Whether the node above subtracts this one; what is only recorded takes nothing away."""
    sign = node.get("sign", "minus" if node["kind"] == "penalty" else "plus")
    return sign == "minus" and node.get("counts", True)


def is_aspect(node):
    """Whether judges mark it."""
    return node["kind"] not in ("sum", "product", "best", "carried", "standardised")


def by_panel(node):
    """Whether every judge of the panel marks it."""
    return node["kind"] in ("panel", "judgement") or bool(node.get("dual"))


def is_optional(node):
    """Whether blank means that there is none."""
    return node.get("optional", node["kind"] in ("veto", "adjustment"))


class Tree:
    """A written-out document: nodes by id, what stands above each, which vetoes strike which node."""

    def __init__(self, document):
        self.document = written_out(document)
        self.root = self.document["root"]
        self.nodes = {node["id"]: node for node in below(self.root)}
        self.above = {part["id"]: node["id"] for node in self.nodes.values() for part in parts_of(node)}
        self.aspects = [node for node in self.nodes.values() if is_aspect(node)]
        self.vetoes = {}
        for node in self.aspects:
            if node["kind"] == "veto" and node.get("effect", "zero") == "zero":
                self.vetoes.setdefault(node.get("node") or self.above[node["id"]], []).append(node)
