"""The small words all parts of a scheme document are written with: decimals, ids, names, counts."""

from __future__ import annotations

from typing import Annotated

import msgspec

Number = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$(?!\n)",
        description="十进制数，写成字符串 / a decimal as a string",
    ),
]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,31}$(?!\n)")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
Words = Annotated[str, msgspec.Meta(max_length=2000, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$")]
"""What is said to people; may have lines."""
Places = Annotated[int, msgspec.Meta(ge=0, le=4)]
Judges = Annotated[int, msgspec.Meta(ge=1, le=30)]
Dropped = Annotated[int, msgspec.Meta(ge=0, le=10)]
