"""JSON Schema to TypeScript: the browser's wire types are made from ours, never typed by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
    "object": "Record<string, unknown>",
}


def declarations(components: Mapping[str, Schema]) -> str:
    """Declare one exported TypeScript type per schema, in the order of their names."""
    return "\n\n".join(_declaration(name, components[name]) for name in sorted(components)) + "\n"


def _declaration(name: str, schema: Schema) -> str:
    comment = _comment(schema.get("description", ""))
    if "properties" in schema or (schema.get("type") == "object" and "additionalProperties" not in schema):
        return f"{comment}export interface {identifier(name)} {{\n{_fields(schema)}}}"
    return f"{comment}export type {identifier(name)} = {type_of(schema)};"


def _fields(schema: Schema) -> str:
    required = set(schema.get("required", ()))
    lines = []
    for field, kind in schema.get("properties", {}).items():
        mark = "" if field in required else "?"
        lines.append(f"  {field}{mark}: {type_of(kind)};\n")
    return "".join(lines)


def type_of(schema: Schema) -> str:  # noqa: PLR0911 -- one kind of schema a line
    """The TypeScript type of one schema."""
    if "$ref" in schema:
        return identifier(schema["$ref"].rsplit("/", 1)[-1])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    if "enum" in schema:
        return " | ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(type_of(part) for part in schema[union]))
    kind = schema.get("type", "unknown")
    if isinstance(kind, list):
        return " | ".join(_PLAIN[part] for part in kind)
    if kind == "array":
        return _array(schema)
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"Record<string, {type_of(schema['additionalProperties'])}>"
    return _PLAIN.get(kind, "unknown")


def _array(schema: Schema) -> str:
    items = schema.get("items")
    inner = type_of(items) if isinstance(items, Mapping) else "unknown"
    return f"({inner})[]" if " | " in inner else f"{inner}[]"


def _comment(text: str) -> str:
    sentence = " ".join(text.split("\n\n", maxsplit=1)[0].split()).replace("*/", "* /")
    return f"/** {sentence} */\n" if sentence else ""


def identifier(name: str) -> str:
    """A schema's name as a TypeScript name."""
    return "".join(part[:1].upper() + part[1:] for part in name.replace("_", " ").replace(".", " ").split())
