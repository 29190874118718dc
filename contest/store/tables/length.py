"""How long an id may be."""

ID = 64
