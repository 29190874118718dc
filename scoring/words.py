"""The small words all parts of a scheme document are written with: decimals, ids, names, counts."""

from __future__ import annotations

from typing import Annotated

import msgspec

Number = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$",
        description="十进制数，写成字符串 / a decimal as a string",
    ),
]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.\-]{0,31}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=2000)]
Places = Annotated[int, msgspec.Meta(ge=0, le=4)]
Judges = Annotated[int, msgspec.Meta(ge=1, le=30)]
Dropped = Annotated[int, msgspec.Meta(ge=0, le=10)]
