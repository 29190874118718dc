"""New ids: random, so that they say nothing and never collide."""

from uuid import uuid4


def new_id() -> str:
    """A fresh random id of 32 hexadecimal digits."""
    return uuid4().hex
