"""The schema and the page say what the loader does."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from vpok.config.reference import page, schema

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
REJECTS = ROOT / "tests" / "rejects"
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}


def fits(value: Any, rule: dict[str, Any]) -> bool:
    """Validate with as much of JSON Schema as ours uses."""
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    items, properties = rule.get("items"), rule.get("properties", {})
    others = rule.get("additionalProperties") or NEVER
    return all(
        [
            not kinds or isinstance(value, tuple(TYPES[k] for k in kinds)),
            "enum" not in rule or value in rule["enum"],
            "anyOf" not in rule or any(fits(value, r) for r in rule["anyOf"]),
            not (
                isinstance(value, int) and value < rule.get("minimum", value)
            ),
            not (isinstance(value, str) and "pattern" in rule)
            or bool(re.search(rule["pattern"], value)),
            not (isinstance(value, list) and items)
            or all(fits(item, items) for item in value),
            not (isinstance(value, dict) and rule.get("required"))
            or set(rule["required"]) <= set(value),
            not (isinstance(value, dict) and "additionalProperties" in rule)
            or all(
                fits(v, properties.get(k, others)) for k, v in value.items()
            ),
        ]
    )


NEVER: dict[str, Any] = {"enum": []}
KNOWN = {
    *("$schema", "title", "description", "default", "type", "enum", "anyOf"),
    *("minimum", "pattern", "items", "required", "properties"),
    "additionalProperties",
}


def rules(rule: dict[str, Any]) -> list[dict[str, Any]]:
    below = [
        *rule.get("properties", {}).values(),
        *rule.get("anyOf", []),
        *([rule["items"]] if "items" in rule else []),
        *([others] if (others := rule.get("additionalProperties")) else []),
    ]
    return [rule, *(each for part in below for each in rules(part))]


def data(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file)


def test_the_schema_uses_only_words_that_this_test_understands() -> None:
    for rule in rules(schema()):
        assert set(rule) <= KNOWN


@pytest.mark.parametrize(
    "file",
    [
        HERE / "full.yaml",
        HERE / "paravirt.yaml",
        HERE / "tasks.yaml",
        HERE / "python.yaml",
        ROOT / "src/vpok/config/template.yaml",
        ROOT / "src/vpok/demo/config.yaml",
    ],
    ids=lambda file: file.name,
)
def test_the_schema_takes_what_the_loader_takes(file: Path) -> None:
    assert fits(data(file), schema())


@pytest.mark.parametrize(
    "name",
    [
        *("key-unknown", "key-unknown-in-partition", "missing-kernel"),
        *("missing-name", "missing-size", "missing-duration", "number-word"),
        *("time-ambiguous-minutes", "time-unknown-unit", "duration-negative"),
        *("size-ambiguous-kilobytes", "clock-ambiguous", "scheduler-unknown"),
        *("health-error-unknown", "health-action-unknown", "yaml-a-list"),
        *("value-list-for-a-word", "value-word-for-a-list", "compat-unknown"),
        *("value-list-for-a-mapping", "port-kind-unknown"),
        *("vcpus-policy-unknown", "interrupt-without-name"),
        *("interrupt-without-number", "interrupt-number-negative"),
        *("interrupt-ticks-unknown", "interrupt-trigger-unknown"),
        *("interrupt-period-negative", "interrupt-key-unknown"),
        *("interrupt-clock-unknown", "interrupt-arrivals-word"),
        *("task-execution-missing", "task-kind-unknown", "task-key-unknown"),
        *("task-execution-list", "plan-windows-missing", "tasks-global-word"),
        *("plan-action-unknown", "policy-parameter-unknown", "flat-null"),
        *("server-kind-unknown", "architecture-unknown"),
    ],
)
def test_the_schema_refuses_what_an_editor_can_see(name: str) -> None:
    assert not fits(data(REJECTS / f"{name}.yaml"), schema())


def test_every_property_is_described() -> None:
    for rule in rules(schema()):
        for name, described in rule.get("properties", {}).items():
            if rule.get("required") or "description" in described:
                assert described["description"].endswith("."), name


def test_the_reference_page_is_up_to_date() -> None:
    """Write it with `vpok.config.reference.page()` after a change of keys."""
    written = ROOT / "docs" / "reference" / "configuration.md"

    assert written.read_text("utf-8") == page()


def test_the_page_has_every_key() -> None:
    text = page()

    for rule in rules(schema()):
        for name in rule.get("properties", {}):
            assert f"`{name.replace('-', ' ')}`" in text
