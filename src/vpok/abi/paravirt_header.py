"""The paravirtual ABI as a C header, for the guests' SDK."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Final

from vpok.abi import paravirt as abi
from vpok.abi.paravirt_table import CALLS, Call

HEAD: Final = """\
/*
 * The paravirtual ABI of vpok, version {major}.{minor}, as a guest sees it.
 *
 * Made by `vpok abi --header`; docs/reference/abi.md says what it all means.
 */
#ifndef VPOK_H
#define VPOK_H

#include <stddef.h>
#include <stdint.h>
"""

WIDTH: Final = 80

CONSTANTS: Final = (
    ("VERSION", hex(abi.VERSION), "major << 16 | minor"),
    ("PAGE", abi.PAGE, "bytes"),
    ("INTERRUPTS", abi.INTERRUPTS, "of a vCPU; 0 is served first"),
    ("MAX_DEPTH", abi.MAX_DEPTH, "of nested frames"),
    ("MAX_PENDING", abi.MAX_PENDING, "occurrences, unless configured"),
    ("MAX_TEXT", abi.MAX_TEXT, "bytes of a console call"),
    ("MAX_NAME", abi.MAX_NAME, "bytes of a name"),
    ("FRAME_ALIGNMENT", abi.FRAME_ALIGNMENT, "bytes"),
    ("CALL_OFFSET", abi.CALL_OFFSET, "in the hypercall page: do a call"),
    ("RETURN_OFFSET", abi.RETURN_OFFSET, "there: the end of a handler"),
    ("FOREVER", f"({abi.FOREVER})", "no limit"),
)

CONVENTION: Final = """\
struct vpok_frame;

/* What vpok calls. It may end as a C function does, or with IRQ_RETURN. */
typedef void vpok_handler(long number, struct vpok_frame *frame);
"""

# The hypercall page's address comes at the start, in the third argument.
CALL_HEAD: Final = """\
/* The hypercall page; the start-up code keeps its address here. */
extern char *vpok_page;

/* Do a call; a negative result is an error. */
static inline int64_t vpok_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                                uint64_t e, uint64_t f)
{
"""

CALL_X86_64: Final = """\
  register uint64_t r10 __asm__("r10") = d;
  register uint64_t r8 __asm__("r8") = e;
  register uint64_t r9 __asm__("r9") = f;
  int64_t result;

  /* The return address must not fall into the red zone. */
  __asm__ volatile("leaq -128(%%rsp), %%rsp\\n\\t"
                   "call *%[page]\\n\\t"
                   "leaq 128(%%rsp), %%rsp"
                   : "=a"(result)
                   : [page] "r"(vpok_page), "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
                     "r"(r8), "r"(r9)
                   : "memory");
  return result;
"""

CALL_RISCV64: Final = """\
  register uint64_t a7 __asm__("a7") = number;
  register uint64_t a0 __asm__("a0") = a;
  register uint64_t a1 __asm__("a1") = b;
  register uint64_t a2 __asm__("a2") = c;
  register uint64_t a3 __asm__("a3") = d;
  register uint64_t a4 __asm__("a4") = e;
  register uint64_t a5 __asm__("a5") = f;

  __asm__ volatile("jalr ra, 0(%[page])"
                   : "+r"(a0)
                   : [page] "r"(vpok_page), "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                   : "ra", "memory");
  return (int64_t)a0;
"""

PREDEFINED: Final = {
    "x86-64": ("__x86_64__", CALL_X86_64),
    "riscv64": ("__riscv", CALL_RISCV64),
}


def header() -> str:
    """Return the text of `vpok.h`."""
    parts = [
        HEAD.format(major=abi.MAJOR, minor=abi.MINOR),
        "\n".join(_constants()),
        "\n".join(_enums()),
        *map(_struct, (abi.SHARED, abi.RUNSTATE, abi.PORT, abi.PLAN)),
        _per_isa(_struct(frame) for frame in abi.FRAMES.values()),
        CONVENTION,
        CALL_HEAD + _per_isa(text for _, text in PREDEFINED.values()) + "}\n",
        *map(_wrapper, CALLS),
        "#endif\n",
    ]
    return "\n".join(parts)


def _constants() -> Iterator[str]:
    for name, value, meaning in CONSTANTS:
        yield f"#define VPOK_{name} {value} /* {meaning} */"
    yield ""


def _enums() -> Iterator[str]:
    yield from _enum(
        "a result is 0 or more, or one of these negated",
        ((name, number, what) for name, (number, what) in abi.ERRORS.items()),
    )
    yield from _enum(
        "numbers of the calls", ((c.name, c.number, "") for c in CALLS)
    )
    for group in abi.WORDS:
        words = enumerate(group.words)
        prefix = group.name
        yield from _enum(
            group.meaning,
            ((f"{prefix} {word}", n, "") for n, word in words),
        )


def _enum(
    meaning: str, words: Iterable[tuple[str, int, str]]
) -> Iterator[str]:
    """Yield an enumeration; words are (name, number, what it is)."""
    yield f"/* {meaning[0].upper()}{meaning[1:]}. */"
    yield "enum {"
    for name, number, what in words:
        note = f" /* {what} */" if what else ""
        yield f"  VPOK_{name.upper().replace(' ', '_')} = {number},{note}"
    yield "};\n"


def _struct(struct: abi.Struct) -> str:
    """Return a structure, its gaps filled, and assertions of every place."""
    lines, asserts, end = [f"struct {struct.name} {{"], [], 0
    for field in struct.fields:
        lines += _gap(end, field.offset)
        many = f"[{field.count}]" if field.count > 1 else ""
        lines.append(
            f"  {field.type} {field.name}{many}; /* {field.meaning} */"
        )
        asserts.append(
            f"_Static_assert(offsetof(struct {struct.name}, {field.name})"
            f' == {field.offset}, "vpok");'
        )
        end = field.offset + field.size
    lines += [*_gap(end, struct.size), "};", *asserts]
    lines.append(
        f"_Static_assert(sizeof(struct {struct.name}) == {struct.size},"
        ' "vpok");\n'
    )
    comment = [f" * {line}" for line in wrap(struct.meaning, WIDTH - 3)]
    return "\n".join(["/*", *comment, " */", *lines])


def _gap(start: int, end: int) -> list[str]:
    if start == end:
        return []
    return [f"  uint8_t reserved_{start}[{end - start}];"]


def _per_isa(texts: Iterable[str]) -> str:
    """Return *texts*, one per ISA, each where its compiler sees it."""
    macros = (macro for macro, _ in PREDEFINED.values())
    words = ("#if", "#elif")
    parts = [
        f"{word} defined({macro})\n{text}"
        for word, macro, text in zip(words, macros, texts, strict=True)
    ]
    return "".join([*parts, '#else\n#error "vpok: no such ISA"\n#endif\n'])


def _wrapper(call: Call) -> str:
    """Return an inline function that does one call."""
    declared = ", ".join(
        f"{arg.type}{'' if arg.type.endswith('*') else ' '}{arg.name}"
        for arg in call.args
    )
    given = [f"(uint64_t){arg.name}" for arg in call.args]
    given += ["0"] * (6 - len(given))
    return (
        f"static inline int64_t vpok_{call.name.lower()}({declared or 'void'})\n"
        f"{{\n  return vpok_call(VPOK_{call.name}, {', '.join(given)});\n}}\n"
    )
