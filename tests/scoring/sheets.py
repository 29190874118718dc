"""Small schemes and sheets: only what a test cares about."""

import json

from scoring import Scheme, Sheet, SheetMark, parse


def scheme(*parts: dict, ranking: dict | None = None, awards: list | None = None, **root) -> Scheme:
    total = {"kind": "sum", "id": "total", "name": "总分", "name_en": "Total", "parts": list(parts), **root}
    return parse(json.dumps({"root": total, "ranking": ranking or {}, "awards": awards or []}))


def points(id_: str = "points", **more) -> dict:
    return {"kind": "imported", "id": id_, "name": id_, "high": "100", "step": "0.01", **more}


def panel(id_: str = "work", **more) -> dict:
    return {"kind": "panel", "id": id_, "name": "作品", "name_en": "Work", "high": "10", "step": "0.25", **more}


def marks(entry: str, **given) -> list[SheetMark]:
    """Marks of one entry: a number for what is marked once, a list for a panel; None is blank, a word a kind."""
    listed = []
    for aspect, value in given.items():
        if isinstance(value, list):
            listed += [mark(entry, aspect, seat, one) for seat, one in enumerate(value, 1) if one is not None]
        elif value is not None:
            listed.append(mark(entry, aspect, 0, value))
    return listed


def mark(entry: str, aspect: str, seat: int, value) -> SheetMark:
    if isinstance(value, str):
        return SheetMark(entry, aspect, seat, value, None)
    return SheetMark(entry, aspect, seat, "entered", round(value * 1000))


def sheet(given: dict[str, dict], seats: int = 0, **more) -> Sheet:
    listed = [one for entry, own in given.items() for one in marks(entry, **own)]
    return Sheet(entries=tuple(given), marks=listed, seats=dict.fromkeys(given, seats), **more)
