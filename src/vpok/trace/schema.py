"""The JSON Schema of a line of a trace; made of the types that are written."""

from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Final, get_args, get_origin, get_type_hints

from vpok.events import MEANINGS
from vpok.trace.head import FORMAT, Head
from vpok.trace.jsonl import MARK, NAMES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: Final = {int: "integer", str: "string", bool: "boolean"}
_TIME: Final = {"type": "integer", "minimum": 0, "description": "ns"}
_INDEX: Final = {"type": "integer", "minimum": -1, "description": "-1: none"}


def schema() -> dict[str, Any]:
    """Return it: a line is a head, an event, or an end."""
    head = _of(Head)
    head["properties"] = {MARK: {"const": FORMAT}, **head["properties"]}
    head["required"] = [MARK, *head["required"]]
    return {
        "$schema": DIALECT,
        "title": "A line of a trace of vpok",
        "oneOf": [head, _event(), _end()],
    }


def _of(kind: Any) -> dict[str, Any]:
    """Describe what JSON has of a type of the head."""
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _of(get_args(kind)[0])}
    if not is_dataclass(kind):
        return {"type": _PLAIN[kind]}
    hints = get_type_hints(kind)
    return {
        "type": "object",
        "properties": {name: _of(hint) for name, hint in hints.items()},
        "required": [
            each.name for each in fields(kind) if each.default is MISSING
        ],
        "additionalProperties": False,
    }


def _event() -> dict[str, Any]:
    found = _object(
        {
            "time": _TIME,
            "kind": {
                "oneOf": [
                    {
                        "const": NAMES[kind],
                        "description": f"{what}; a: {a}, b: {b}",
                    }
                    for kind, (what, a, b) in MEANINGS.items()
                ]
            },
            "processor": {"type": "integer", "minimum": 0},
            "partition": _INDEX,
            "vcpu": _INDEX,
            "thread": _INDEX,
            "a": {"type": "integer"},
            "b": {"type": "integer"},
        }
    )
    found["properties"]["text"] = {"type": "string"}
    return found


def _end() -> dict[str, Any]:
    return _object(
        {
            "end": _TIME,
            "reason": {"type": "string"},
            "digest": {"type": "string"},
            "events": {"type": "integer", "minimum": 0},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Describe an object that has all of these."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
