"""The form of what is entered: what no column could hold and no ledger should is refused before it gets there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter, le

from contest.errors import BadInput
from contest.model.mark import EnterMark, MarkKind, Receipt, refusal


def sound(text: str) -> str:
    """Free text without what no database keeps: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode(errors="ignore").decode()


_LONGEST = {
    "device": 64,
    "mark": 64,
    "session": 64,
    "entry": 64,
    "aspect": 64,
    "made_at": 40,
    "by": 64,
    "reason": 2000,
    "replaces": 64,
}


_KINDS = frozenset(MarkKind)
_LIMITS = tuple(_LONGEST.values())
_texts = attrgetter(*list(_LONGEST)[:-1])
_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}", re.ASCII)


def _sound_all(texts: Sequence[str]) -> bool:
    """Whether all of them can be kept, asked of all at once: nearly every mark is sound, and there are many."""
    text = "".join(texts)
    return all(map(le, map(len, texts), _LIMITS)) and (
        "\0" not in text if text.isascii() else all(sound(one) == one for one in texts)
    )


def malformed(mark: EnterMark) -> Receipt | None:
    """Refuse what no column could hold, before it reaches others' transaction; such a refusal is not kept."""
    texts = (*_texts(mark), mark.replaces or "")
    if not _sound_all(texts):
        for field, text, limit in zip(_LONGEST, texts, _LIMITS, strict=True):
            if len(text) > limit or sound(text) != text:
                return refusal(mark, BadInput(field=field, problem=f"1–{limit}"))
    # The ledger keeps these two as they come: an id says nothing of anybody, and cannot be made to.
    for field, text in (("mark", mark.mark), ("replaces", mark.replaces)):
        if text and not _ID.fullmatch(text):
            return refusal(mark, BadInput(field=field, problem="[0-9A-Za-z._:-]"))
    if mark.kind not in _KINDS:
        return refusal(mark, BadInput(field="kind", problem=str(mark.kind)))
    if not mark.mark or not mark.device or not 0 < mark.device_seq < 2**53 or abs(mark.value or 0) > 10**15:
        return refusal(mark, BadInput(field="mark", problem="…"))
    return None
