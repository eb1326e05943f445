"""What `docs/reference/abi.md` says between its tables."""

from typing import Final

HEAD: Final = """\
# The paravirtual ABI

What a partition of the `paravirt` personality and vpok know of each other:
version {version}. Its vCPUs are bare processors in user mode, x86-64 or
riscv64; an operating system on them takes interrupts, switches its tasks and
calls vpok. This page, the C header and the Python enumerations are made of the
same tables (`vpok abi`); the SDK is in `guests/paravirt`.

## A call

| | x86-64 | riscv64 |
|---|---|---|
| number | rax | a7 |
| arguments | rdi rsi rdx r10 r8 r9 | a0 a1 a2 a3 a4 a5 |
| result | rax | a0 |
| to do it | `call` page + 0 | `jalr ra,` page + 0 |

As Linux has them. No other register changes (on riscv64 the `jalr` itself sets
`ra`); flags and floating point neither. A negative result is an error:
minus its number. An unknown number is refused with ENOSYS, and the health
monitor hears of it. Arguments are whole registers: of a vCPU or an
interrupt, the upper bits count too. An address of code is refused (EFAULT)
unless it lies in the partition, and on riscv64 is even; what stands there is
the guest's affair. A refused call has changed nothing.

*page* is the **hypercall page**, the last one of the partition's memory. vpok
writes into it the code that does a call, which depends on ISA and engine; that
code is not part of this ABI, its two entries are: page + 0 calls and returns,
page + 64 returns from a handler. On x86-64, `call` writes its return address
below the stack pointer: in C, mind the red zone.

## Memory

A partition's memory begins at address 0 and is flat; an access beyond it is a
fault. Its size is a multiple of 4096.

| address | what |
|---|---|
| 0 | the image, where its ELF file wants it; customarily from 0x10000 on |
| size - 4096 * (2 + i) | the shared page of vCPU i |
| size - 4096 | the hypercall page |

The image must end below the lowest shared page. A cold start clears the memory
and puts the image there; a warm start puts the image there again, its zeros
too, and leaves the rest as it was. Either begins with vCPU 0 alone, with nothing
registered, pending or queued in a port, and with `input` from its first byte.

## Start of a vCPU

vCPU 0 starts at the image's entry, the others by `VCPU_UP`.

| register | x86-64 | riscv64 | vCPU 0 | `VCPU_UP` |
|---|---|---|---|---|
| program counter | rip | pc | ELF entry | `entry` |
| stack pointer | rsp | sp | the lowest shared page's address | `stack` |
| argument 0 | rdi | a0 | 0 | `arg` |
| argument 1 | rsi | a1 | its shared page | its shared page |
| argument 2 | rdx | a2 | the hypercall page | the hypercall page |

Everything else is 0, floating point is as after a reset (x86-64: MXCSR 0x1f80,
x87 control word 0x37f; riscv64: fcsr 0), interrupts are disabled (`enable` 0), `depth` is 0,
`serving` -1. There is no return address: the first function must not return.

## The shared page

The guest may read all of it at any time. It writes `enable`, and `depth` and
`serving` if it knows what it does; whatever else it writes is lost sooner or
later.

- `pending` is always as of now. It has the interrupts that are pending and not
  masked, whether enabled or not.
- `time`, `exec` and `steal` are as of the last **entry**: a switch to the
  vCPU, the return of a call, a delivery. Between them they stand still; `TIME`
  refreshes all three. `steal` is the time since the vCPU came up in which it
  was runnable or offline (paused): time that it wanted and did not get.
- The rest is written at the start.

**What a guest does to its page, it does to itself.** vpok reads three words of
it, at each delivery and each return from a handler, and trusts none:

| word | how vpok reads it |
|---|---|
| `enable` | 0: disabled; anything else: enabled |
| `depth` | unsigned; 16 or more: nothing can be delivered |
| `serving` | 0 to 63: the interrupt that a return completes; anything else: none |

So a page of random bytes may keep this vCPU from its interrupts, or complete
the wrong ones of its own; it reaches no other vCPU's interrupts, no other
partition, and not vpok. The pages of a partition's other vCPUs, and the
hypercall page, are the partition's memory like all of it: the same holds.

## Interrupts

A vCPU has 64 interrupts. Raising one counts an **occurrence**, up to 255 or
the configured limit; one more is an overrun, told to the health monitor.
Occurrences of an interrupt that is not registered are dropped. Delivery takes
one occurrence; nothing else does, so that what is raised in a handler
is delivered after it. The lowest number is served first.

An interrupt is **deliverable** while it is pending, registered, not masked,
`enable` is not 0, `depth` is below 16 and the vCPU is up. It is delivered as
soon as it is deliverable and the vCPU runs:

- where the code stands at the instant of the raise: 0 instructions late;
- at a switch to the vCPU, if it came while the vCPU did not run;
- at the return of any call (the call's result is in the frame already);
- at the return from a handler.

Writing `enable` is a store that vpok does not see. So after setting it, test
`pending`, and if that is not 0, call `IRQ_DELIVER`. (`vpok_enable` of the SDK
does.) `VCPU_BLOCK` enables and waits in one step: nothing is lost in between.
It leaves `enable` set.

A **level** interrupt is pending while its source asserts it: deasserting it
before delivery cancels it, and if it is still asserted when its handler
completes, it is pending again. `IRQ_ACK` deasserts it.

## A handler

The stack pointer is moved below the interrupted code's stack (on x86-64 below
its red zone of 128 bytes too), to a multiple of 64, and the **frame** is
written there: the whole context, with what `enable`, `depth` and `serving`
were. If it does not fit into the partition's memory, the health monitor hears
`stack`. Then

| | x86-64 | riscv64 |
|---|---|---|
| program counter | rip = handler | pc = handler |
| argument 0: the interrupt, or the ISA's cause of a fault | rdi | a0 |
| argument 1: the frame's address | rsi | a1 |
| argument 2: 0 | rdx | a2 |
| returns to page + 64 | on the stack, below the frame: rsp = frame - 8 | ra; sp = frame |

and `enable` is 0, `depth` one more, `serving` the interrupt (-1 in a fault's
handler). Every other register is as it was; floating point and vector registers too.
A plain C function will do: it ends by `IRQ_RETURN` of its frame. A handler
may set `enable` and be interrupted in turn; at depth 16 everything stays
pending and the health monitor hears `nesting`, once until the vCPU is deeper
no more.

**Faults** of a vCPU that called `FAULT_REGISTER` enter its handler in the same
way, whatever `enable` is; `number` is the vector (x86-64) or the exception
code (riscv64), `address` what the access was to, and the program counter of
the frame stands at the instruction that faulted. Without handler, or at depth
16, the health monitor decides (`fault`).

## IRQ_RETURN

It is given any frame: the one that the handler got, one of another task, one
built by hand, the same one twice. That is how a guest switches tasks in
its tick handler. Of the frame are used: all registers, `enable`, `depth`,
`serving`; not `number`, `kind`, `address`. It is refused, and the caller goes
on as after any call, unless

- the frame lies in the partition's memory, and so does the program counter in
  it; the stack pointer in it is at most the memory's size (else EFAULT);
- `depth` is 0 to 16, `serving` -1 to 63, and the program counter of riscv64
  even (else EINVAL).

Flags and control words are masked to what user code may set: rflags, MXCSR and
fcsr never fault. Nothing else is checked: a frame has no owner but the
partition.

It first completes the interrupt in `serving` of the shared page (a level that
is still asserted is pending again), then restores the registers and the
three words, then delivers what is deliverable.

A first frame for a new task needs its program counter, stack pointer and
arguments, `enable` 1, `depth` 0, `serving` -1, a sane MXCSR (0x1f80) and x87
control word (0x37f) on x86-64, and zeros. Its function must not return.

## Structures

All numbers are little-endian.
"""

CALLS_HEAD: Final = """\
## Calls
"""

HEALTH_HEAD: Final = """\
## Health monitoring

What goes wrong in a partition is told to the health monitor as one of these
kinds; the partition's `health:` in the configuration says what happens then.
After a `fault` that is ignored, the instruction is executed again; after
`stack`, the vCPU goes on with interrupts disabled; an illegal call is refused
in any case. `plan NAME` asks for a plan and is otherwise as `ignore`.
"""

TAIL: Final = """\
## Versions

`version` in the shared page and `ABI_VERSION` tell major << 16 | minor. A guest
compares the major number with the one it was built for; it differs when such a
guest would not run any more. The minor number grows when calls, words or
kinds are added: numbers are never given to anything else, what is reserved
reads 0.
"""
