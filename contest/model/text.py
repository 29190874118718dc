"""What a text from outside may be: how long, and free of characters that no name carries.

Control characters are refused: they print as nothing, and PostgreSQL cannot store the null character.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

_VISIBLE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$(?!\n)"
_PLAIN = r"^[^\x00-\x1f\x7f]*$(?!\n)"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_VISIBLE)]
Short = Annotated[str, msgspec.Meta(max_length=200, pattern=_PLAIN)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=_VISIBLE)]
Number = Annotated[str, msgspec.Meta(max_length=32, pattern=_PLAIN)]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_.:-]+$(?!\n)")]
Reason = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")]
"""Free text of an official; may have lines."""
Day = Annotated[str, msgspec.Meta(max_length=10, pattern=r"^(\d{4}-\d\d-\d\d)?$(?!\n)")]
Moment = Annotated[
    str,
    msgspec.Meta(
        max_length=32,
        pattern=r"^(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?$(?!\n)",
    ),
]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
