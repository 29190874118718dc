"""What all messages have in common, and how long their texts and numbers may be."""

from __future__ import annotations

from typing import Annotated

import msgspec

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Thousandths = Annotated[int, msgspec.Meta(ge=-(10**12), le=10**12)]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    """Base of everything on the wire."""
