"""The paravirtual ABI's numbers as the source of `paravirt_calls`."""

from collections.abc import Iterable
from typing import Final

from vpok.abi import paravirt as abi
from vpok.abi.paravirt_table import CALLS

HEAD: Final = '''\
"""
Numbers of the paravirtual ABI, by name.

Made by `vpok abi --enum`; the tables are in `paravirt` and `paravirt_table`.
"""

from enum import IntEnum
'''


def enums() -> str:
    """Return the text of `paravirt_calls.py`."""
    parts = [
        HEAD,
        _enum("Number", "Numbers of the calls.", _numbers()),
        _enum("Error", "What a call returns, negated.", _errors()),
        _enum("HealthKind", "What the health monitor hears of.", _kinds()),
    ]
    parts += [
        _enum(
            group.name.capitalize(),
            f"{group.meaning[0].upper()}{group.meaning[1:]}.",
            ((word, number) for number, word in enumerate(group.words)),
        )
        for group in abi.WORDS
    ]
    return "\n\n".join(parts)


def _numbers() -> Iterable[tuple[str, int]]:
    return ((call.name, call.number) for call in CALLS)


def _errors() -> Iterable[tuple[str, int]]:
    return ((name, number) for name, (number, _) in abi.ERRORS.items())


def _kinds() -> Iterable[tuple[str, int]]:
    return ((name, kind[0]) for name, kind in abi.HEALTH_KINDS.items())


def _enum(name: str, meaning: str, words: Iterable[tuple[str, int]]) -> str:
    lines = [f"class {name}(IntEnum):", f'    """{meaning}"""', ""]
    lines += [
        f"    {word.upper().replace(' ', '_')} = {number}"
        for word, number in words
    ]
    return "\n".join(lines) + "\n"
