"""What a text from outside may be: how long, and free of characters that no name carries.

Control characters are refused: they print as nothing, and PostgreSQL cannot store the null character. So is what
turns the direction of the text around it, or breaks its line: a name on a list must not rearrange the list.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

import msgspec

_TURNS = r"\u2028-\u202e\u2066-\u2069"
_NEVER = rf"\x00-\x1f\x7f-\x9f{_TURNS}"
_EMPTY = rf"\s\u200b-\u200f\u2060\u3164\ufeff{_NEVER}"
"""What a text may hold and yet show nothing."""

_VISIBLE = rf"^[^{_NEVER}]*[^{_EMPTY}][^{_NEVER}]*$(?!\n)"
_PLAIN = rf"^[^{_NEVER}]*$(?!\n)"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_VISIBLE)]
Short = Annotated[str, msgspec.Meta(max_length=200, pattern=_PLAIN)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=_VISIBLE)]
Number = Annotated[str, msgspec.Meta(max_length=32, pattern=_PLAIN)]
Prefix = Annotated[str, msgspec.Meta(max_length=16, pattern=_PLAIN)]
"""What stands before a number."""
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_.:-]+$(?!\n)")]
Reason = Annotated[str, msgspec.Meta(max_length=500, pattern=rf"^[^\x00-\x09\x0b-\x1f\x7f{_TURNS}]*$")]
"""Free text of an official; may have lines."""
Day = Annotated[str, msgspec.Meta(max_length=10, pattern=rf"^({_DAY})?$(?!\n)")]
Moment = Annotated[
    str, msgspec.Meta(max_length=32, pattern=rf"^({_DAY}([T ]{_TIME}(Z|[+-][0-9]{{2}}:[0-9]{{2}})?)?)?$(?!\n)")
]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


def folded(text: str) -> str:
    """Return what people take for the same text: without spaces around, capitals or full-width letters."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
