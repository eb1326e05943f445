"""The table of keys as a JSON Schema and as the reference page."""

from collections.abc import Iterator

from vpok.config.keys import SYSTEM
from vpok.config.kinds import Json, Key, Kind, ListOf, OneOrMany, Record

DIALECT = "https://json-schema.org/draft/2020-12/schema"
HEAD = """\
# Configuration

POK's own `config.yaml`, and the keys that vpok adds to it, marked **+** below.
This page is made of the table in `vpok.config.keys`; `vpok schema` prints the
same for editors, `vpok new` writes a file to start from.

All problems of a file are reported at once, with file and line. Unknown keys
are problems. Images are looked for where POK puts them: `NAME/NAME.elf` beside
the file.

| | as users write them | without unit | not taken, because ambiguous |
|---|---|---|---|
| times | `400ms`, `0.4s`, `5 us`; ns, us, µs, ms, s, min, h | ns | `5m` |
| sizes | `130kB` (130 * 1024); k, M, G, kB, MB, GB, KiB, MiB, GiB | bytes | \
`130KB`, `130kb` |
| frequencies | `100MHz`, `2.5GHz`; Hz, kHz, MHz, GHz | Hz | `100M`, `100mhz` |

What is no whole number of ns, bytes or Hz is refused, never rounded.
"""


def schema() -> Json:
    """Return the JSON Schema of a configuration file."""
    return {
        "$schema": DIALECT,
        "title": "vpok system",
        **SYSTEM.schema(),
    }


def page() -> str:
    """Return the reference page, in Markdown."""
    return "\n".join(
        [HEAD, *(_section(record) for record in _records(SYSTEM))]
    )


def _records(kind: Kind) -> Iterator[Record]:
    """Yield all records, each before those in it."""
    if isinstance(kind, ListOf):
        yield from _records(kind.item)
    if isinstance(kind, OneOrMany):
        yield from _records(kind.items)
    if isinstance(kind, Record):
        yield kind
        for key in kind.keys:
            yield from _records(key.kind)


def _section(record: Record) -> str:
    title = f"`{record.title}`" if record.title else "Top level"
    lines = [f"## {title}", ""]
    if record.intro:
        lines += [record.intro, ""]
    lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    return "\n".join([*lines, *(_row(key) for key in record.keys), ""])


def _row(key: Key) -> str:
    name = f"`{key.name}`" + (" **+**" if key.ours else "")
    default = "required" if key.required else ""
    if key.unless:
        others = " or ".join(f"`{name}`" for name in key.unless)
        default = f"required, without {others}"
    if key.default is not None:
        default = f"`{key.default}`"
    return f"| {name} | {key.kind.describe()} | {default} | {key.meaning} |"
