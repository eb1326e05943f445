"""
Defects to put back: each is a change of the source that a named test notices.

`tests/defects/test_mutants.py` applies them, one at a time, to a copy of the
source.  The lines are those of the prototype of 2014 (`LINES`), or what its
successors could break as well (`SEMANTICS`).
"""

from dataclasses import dataclass

LINES = (
    "the three switch operations are empty; one vCPU per partition",
    "ids are partition indices; nothing is ever freed",
    "the upcall hands the guest a descriptor's index minus 32",
    "registration scans 16 descriptors, delivery 15",
    "the return with nothing pending does not restore the frame",
    "occurrence counters wrap to zero while the partition is out",
    "the 17th nested frame is dropped, its handler runs; cs is not saved",
    "unregister does not apply the offset that register applies",
    "one handler address per vCPU, overwritten by each registration",
    "an interrupt fans out to every partition that asked",
    "no mask, no enable flag, no priority",
    "an unknown hypercall panics the kernel",
    "a guest pointer is adjusted, not checked",
)
SWITCH, IDS, NUMBER, EVERY, RETURN, COUNTERS, NESTING = LINES[:7]
INVERSE, HANDLER, ROUTING, MASK, UNKNOWN, POINTERS = LINES[7:]
SEMANTICS = "what semantics.md says of interrupts and sources"

VCPUS = "tests/defects/test_vcpus.py::"
DELIVERY = "tests/defects/test_delivery.py::"
REGISTRATION = "tests/defects/test_registration.py::"
REFUSALS = "tests/defects/test_refusals.py::"
GUESTS = "tests/defects/test_guests.py::"
SOURCES = "tests/unit/kernel/test_sources.py::"
LEVELS = "tests/unit/kernel/test_levels.py::"
NOTIFICATIONS = "tests/unit/kernel/test_notifications.py::"

MODULE = "kernel/module.py"
INJECTION = "kernel/injection.py"
AGENDA = "kernel/agenda.py"
CONTROLLER = "machine/interrupts.py"
OPS = "arch/paravirt.py"
CALLS = "personalities/paravirt/"


@dataclass(frozen=True, slots=True)
class Mutant:
    """*old* of *file* (below src/vpok) becomes *new*; *test* must fail."""

    line: str
    name: str
    file: str
    old: str
    new: str
    test: str


MUTANTS = (
    Mutant(
        SWITCH,
        "nobody's registers are loaded",
        "engines/unicorn/machine.py",
        "        self.load(arch.context)\n",
        "",
        VCPUS + "test_registers_of_four_vcpus_survive_their_switches[x86-64]",
    ),
    Mutant(
        SWITCH,
        "the next one is not loaded",
        MODULE,
        "        if not vcpu.partition.free:\n"
        "            vcpu.arch.ops.ctxt_switch_to(vcpu.arch)\n",
        "",
        VCPUS + "test_a_switch_saves_loads_and_enters_each_of_many_vcpus",
    ),
    Mutant(
        SWITCH,
        "the previous one is not switched from",
        MODULE,
        "        if not prev.partition.free:\n"
        "            prev.arch.ops.ctxt_switch_from(prev.arch)\n",
        "",
        VCPUS + "test_a_switch_saves_loads_and_enters_each_of_many_vcpus",
    ),
    Mutant(
        SWITCH,
        "nobody is entered",
        INJECTION,
        "        number = vcpu.arch.ops.schedule_tail(vcpu.arch)\n",
        "        number: i64 = NONE\n",
        VCPUS + "test_a_switch_saves_loads_and_enters_each_of_many_vcpus",
    ),
    Mutant(
        SWITCH,
        "the links are unused",
        "kernel/partition.py",
        "            last.next = vcpu\n",
        "",
        VCPUS + "test_a_switch_saves_loads_and_enters_each_of_many_vcpus",
    ),
    Mutant(
        IDS,
        "an id that is given back is lost",
        "kernel/ids.py",
        "        heappush(self.free, number)\n",
        "",
        VCPUS + "test_ids_are_recycled_and_destroying_works[x86-64]",
    ),
    Mutant(
        IDS,
        "destroying gives no id back",
        "kernel/alloc.py",
        "    ids.release(vcpu.id)\n",
        "",
        VCPUS + "test_a_partition_restarts_with_the_ids_that_it_had[riscv64]",
    ),
    Mutant(
        IDS,
        "a vCPU that is half made stays",
        "kernel/alloc.py",
        "        destroy_vcpu(vcpu, ids, now)\n",
        "",
        VCPUS + "test_a_vcpu_that_cannot_be_made_costs_no_id",
    ),
    Mutant(
        NUMBER,
        "a number less 32",
        OPS,
        "int(number) & WORD)",
        "int(number) - 32 & WORD)",
        DELIVERY
        + "test_the_guest_sees_the_number_that_it_registered[riscv64]",
    ),
    Mutant(
        EVERY,
        "15 are delivered",
        CONTROLLER,
        "        wanted = self.pending & ~self.masked\n",
        "        wanted = self.pending & ~self.masked & 0x7FFF\n",
        DELIVERY + "test_every_registered_interrupt_is_delivered[x86-64]",
    ),
    Mutant(
        EVERY,
        "the last one is forgotten",
        CONTROLLER,
        "        wanted = self.pending & ~self.masked\n",
        "        wanted = self.pending & ~self.masked & (1 << 63) - 1\n",
        DELIVERY + "test_every_registered_interrupt_is_delivered[riscv64]",
    ),
    Mutant(
        RETURN,
        "with nothing pending, no frame is restored",
        OPS,
        "        machine.set_all(words)\n",
        "        if _interrupts(arch).pending:\n"
        "            machine.set_all(words)\n",
        DELIVERY
        + "test_returning_resumes_exactly_what_was_interrupted[x86-64]",
    ),
    Mutant(
        RETURN,
        "what is pending has to wait",
        CALLS + "personality.py",
        "        if vcpu.state == RUNNING and call.verdict == CONTINUE:\n",
        "        if vcpu.state == RUNNING and call.verdict == CONTINUE and "
        "result is not None:\n",
        DELIVERY + "test_returning_enters_the_next_pending_handler[riscv64]",
    ),
    Mutant(
        RETURN,
        "floating point is not restored",
        OPS,
        "        machine.set_extended(extended[: machine.extended_size])\n",
        "        assert extended\n",
        DELIVERY + "test_a_handler_may_change_every_register[riscv64]",
    ),
    Mutant(
        RETURN,
        "the top of a stack is returned to, not a frame",
        CALLS + "irqs.py",
        "    interrupts.nest(enable, depth, serving)\n",
        "    interrupts.nest(enable, max(interrupts.depth() - 1, 0), serving)\n",
        DELIVERY
        + "test_a_return_goes_on_with_the_frame_that_it_is_given[x86-64]",
    ),
    Mutant(
        COUNTERS,
        "counters wrap",
        CONTROLLER,
        "            self.overrun_count[number] += 1\n"
        "            return OVERRUN\n",
        "            self.cancel(number)\n            return PENDING\n",
        DELIVERY + "test_occurrences_are_never_lost_silently[257-x86-64]",
    ),
    Mutant(
        COUNTERS,
        "254 are counted",
        CONTROLLER,
        "self.limits = [MAX_PENDING] * NUMBERS",
        "self.limits = [MAX_PENDING - 1] * NUMBERS",
        DELIVERY + "test_occurrences_are_never_lost_silently[255-riscv64]",
    ),
    Mutant(
        COUNTERS,
        "nobody is told of an overrun",
        INJECTION,
        "            vcpu.partition.personality.interrupt_error(\n"
        "                vcpu, OVERRUN, number, now\n            )\n",
        "",
        DELIVERY + "test_occurrences_are_never_lost_silently[256-x86-64]",
    ),
    Mutant(
        COUNTERS,
        "a delivery takes them all",
        CONTROLLER,
        "        raised = self.raised[number].pop(0)\n",
        "        raised = self.raised[number].pop(0)\n"
        "        self.raised[number].clear()\n",
        DELIVERY + "test_occurrences_are_never_lost_silently[255-x86-64]",
    ),
    Mutant(
        NESTING,
        "nesting has no bound",
        CONTROLLER,
        "        if self.depth() >= MAX_DEPTH:\n",
        "        if self.depth() < 0:\n",
        DELIVERY
        + "test_nesting_has_a_bound_and_exceeding_it_is_an_error[x86-64]",
    ),
    Mutant(
        NESTING,
        "nobody is told of the bound",
        INJECTION,
        "            vcpu.partition.personality.interrupt_error("
        "vcpu, NESTED, NONE, now)\n",
        "",
        DELIVERY
        + "test_nesting_has_a_bound_and_exceeding_it_is_an_error[riscv64]",
    ),
    Mutant(
        NESTING,
        "they are told again and again",
        INJECTION,
        "            interrupts.told_nesting = True\n",
        "",
        DELIVERY
        + "test_nesting_has_a_bound_and_exceeding_it_is_an_error[x86-64]",
    ),
    Mutant(
        NESTING,
        "one register is not saved",
        OPS,
        "            *self.order(words),\n",
        "            *self.order((*words[:11], 0, *words[12:])),\n",
        DELIVERY
        + "test_the_registers_in_a_frame_are_those_of_the_guest[x86-64]",
    ),
    Mutant(
        NESTING,
        "floating point is not saved",
        OPS,
        "            machine.extended(),\n",
        '            b"",\n',
        DELIVERY
        + "test_the_registers_in_a_frame_are_those_of_the_guest[riscv64]",
    ),
    Mutant(
        INVERSE,
        "unregister has another offset",
        CONTROLLER,
        "        dropped = len(self.raised[number])\n"
        "        self.handlers[number] = NOWHERE\n",
        "        dropped = len(self.raised[number])\n"
        "        self.handlers[number ^ 32] = NOWHERE\n",
        REGISTRATION + "test_register_and_unregister_are_inverses[x86-64]",
    ),
    Mutant(
        INVERSE,
        "what is pending stays",
        CONTROLLER,
        "        self.served &= ~(1 << int(number))\n"
        "        self.cancel(number)\n",
        "        self.served &= ~(1 << int(number))\n",
        REGISTRATION
        + "test_unregistering_drops_what_is_pending_and_nothing_else[riscv64]",
    ),
    Mutant(
        HANDLER,
        "one handler for all",
        CONTROLLER,
        "        self.handlers[number] = handler\n",
        "        self.handlers[number] = handler\n"
        "        self.handlers = [\n"
        "            handler if h != NOWHERE else h for h in self.handlers\n"
        "        ]\n",
        REGISTRATION + "test_each_interrupt_has_a_handler_of_its_own[x86-64]",
    ),
    Mutant(
        ROUTING,
        "everybody who asked gets it",
        INJECTION,
        "        self.raise_interrupt(vcpu, source.number, now)\n",
        "        for other in self.partitions:\n"
        "            for one in other.vcpus:\n"
        "                self.raise_interrupt(one, source.number, now)\n",
        REGISTRATION
        + "test_an_interrupt_goes_to_the_vcpu_that_it_is_bound_to[riscv64]",
    ),
    Mutant(
        ROUTING,
        "the first vCPU gets it",
        INJECTION,
        "        target = self.partitions[partition].vcpus[vcpu]\n",
        "        target = self.partitions[partition].vcpus[vcpu * 0]\n",
        NOTIFICATIONS
        + "test_a_notification_goes_to_the_vcpu_of_the_configuration",
    ),
    Mutant(
        MASK,
        "no mask",
        CONTROLLER,
        "        wanted = self.pending & ~self.masked\n",
        "        wanted = self.pending\n",
        REGISTRATION + "test_a_masked_interrupt_waits_and_others_pass[x86-64]",
    ),
    Mutant(
        MASK,
        "no enable flag",
        CONTROLLER,
        "        if wanted == 0 or not self.enabled():\n",
        "        if wanted == 0:\n",
        REGISTRATION + "test_a_disabled_vcpu_is_not_interrupted[riscv64]",
    ),
    Mutant(
        MASK,
        "the highest number comes first",
        CONTROLLER,
        "        return (wanted & -wanted).bit_length() - 1\n",
        "        return wanted.bit_length() - 1\n",
        REGISTRATION + "test_the_lowest_number_comes_first[x86-64]",
    ),
    Mutant(
        UNKNOWN,
        "the module panics",
        CALLS + "personality.py",
        "            self.report(vcpu, HealthKind.ILLEGAL_CALL, now)\n",
        "            self.kernel.shutdown(ERROR, now)\n",
        REFUSALS + "test_an_unknown_call_is_refused_and_told[1000-x86-64]",
    ),
    Mutant(
        UNKNOWN,
        "it is served in silence",
        CALLS + "personality.py",
        "-int(Error.ENOSYS)\n",
        "0\n",
        REFUSALS + "test_an_unknown_call_is_refused_and_told[10-riscv64]",
    ),
    Mutant(
        POINTERS,
        "the handler is adjusted",
        CALLS + "call.py",
        "        address = self.address(place, 1)\n",
        "        address = self.argument(place) % self.memory.size\n",
        REFUSALS
        + "test_every_address_is_checked_against_the_callers_partition"
        "[IRQ_REGISTER-x86-64]",
    ),
    Mutant(
        POINTERS,
        "a buffer may end elsewhere",
        CALLS + "call.py",
        "        if not self.memory.contains(address, length):\n",
        "        if not self.memory.contains(address, 1):\n",
        REFUSALS
        + "test_every_address_is_checked_against_the_callers_partition"
        "[CONSOLE_WRITE-riscv64]",
    ),
    Mutant(
        POINTERS,
        "a frame may end elsewhere",
        OPS,
        "        if not memory.contains(frame, self.frame_size):\n",
        "        if not memory.contains(frame, 1):\n",
        REFUSALS
        + "test_every_address_is_checked_against_the_callers_partition"
        "[IRQ_RETURN-x86-64]",
    ),
    Mutant(
        POINTERS,
        "a frame may go on anywhere",
        OPS,
        "        if not memory.contains(pc, 1) or ",
        "        if ",
        REFUSALS
        + "test_a_frame_is_checked_before_anything_changes[pc-riscv64]",
    ),
    Mutant(
        POINTERS,
        "a frame may have any stack",
        OPS,
        " or words[isa.sp] > memory.size:\n",
        ":\n",
        REFUSALS
        + "test_a_frame_is_checked_before_anything_changes[sp-x86-64]",
    ),
    Mutant(
        POINTERS,
        "a vCPU may start on any stack",
        CALLS + "vcpus.py",
        "    if stack > call.memory.size:\n",
        "    if stack < 0:\n",
        REFUSALS + "test_a_start_with_a_foreign_stack_is_refused[x86-64]",
    ),
    Mutant(
        POINTERS,
        "an interrupt is pushed onto any stack",
        OPS,
        "        if not memory.contains(frame - 8, self.frame_size + 8):\n",
        "        frame %= memory.size // 2\n        if frame < 64:\n",
        REFUSALS + "test_an_interrupt_on_a_foreign_stack_writes_nothing"
        "[1052672-riscv64]",
    ),
    # --- semantics ---------------------------------------------------------
    Mutant(
        SEMANTICS,
        "a completion clears what is pending",
        CONTROLLER,
        "        self.completed_count[number] += 1\n",
        "        self.completed_count[number] += 1\n"
        "        self.cancel(number)\n",
        DELIVERY
        + "test_what_is_raised_in_its_own_handler_is_not_lost[x86-64]",
    ),
    Mutant(
        SEMANTICS,
        "the newest occurrence is taken",
        CONTROLLER,
        "        raised = self.raised[number].pop(0)\n",
        "        raised = self.raised[number].pop()\n",
        SOURCES + "test_occurrences_are_delivered_oldest_first",
    ),
    Mutant(
        SEMANTICS,
        "a level is edge",
        CONTROLLER,
        "            if self.asserted & bit and not self.raised[number]:\n",
        "            if not self.asserted & bit and not self.raised[number]:\n",
        LEVELS + "test_an_asserted_level_comes_again_at_every_completion",
    ),
    Mutant(
        SEMANTICS,
        "a level is pending while it is served",
        CONTROLLER,
        "        if asserted and not self.served & bit:\n",
        "        if asserted:\n",
        LEVELS
        + "test_deasserting_in_the_handler_and_asserting_again_is_not_lost",
    ),
    Mutant(
        SEMANTICS,
        "a level that is deasserted still comes",
        CONTROLLER,
        "        elif not asserted and self.raised[number]:\n",
        "        elif not asserted and self.raised[number] and number < 0:\n",
        LEVELS + "test_deasserting_before_delivery_cancels",
    ),
    Mutant(
        SEMANTICS,
        "a level is held for ever",
        INJECTION,
        "        if source.hold > 0:\n",
        "        if source.hold < 0:\n",
        LEVELS + "test_an_asserted_level_comes_again_at_every_completion",
    ),
    Mutant(
        SEMANTICS,
        "what is asserted when it is registered is missed",
        CONTROLLER,
        "        if self.asserted >> int(number) & 1:\n",
        "        if number < 0:\n",
        LEVELS
        + "test_a_level_that_is_asserted_is_pending_at_its_registration",
    ),
    Mutant(
        SEMANTICS,
        "nobody is woken",
        INJECTION,
        "            self.wake(vcpu, now)\n",
        "            assert now >= 0\n",
        NOTIFICATIONS + "test_a_notification_wakes_who_waits_for_it",
    ),
    Mutant(
        SEMANTICS,
        "a masked interrupt wakes",
        INJECTION,
        "        if number == NONE:\n"
        "            return  # nor is it an entry that its guest could see\n",
        "        if number == NONE:\n            self.wake(vcpu, now)\n",
        NOTIFICATIONS + "test_a_masked_interrupt_wakes_nobody",
    ),
    Mutant(
        SEMANTICS,
        "a running vCPU is interrupted at the next occasion",
        INJECTION,
        "        vcpu.attention = True\n        if vcpu.state != BLOCKED:\n",
        "        if vcpu.state != BLOCKED:\n",
        SOURCES + "test_a_running_vcpu_takes_a_tick_at_its_instant",
    ),
    Mutant(
        SEMANTICS,
        "depth and serving are the kernel's",
        CALLS + "irqs.py",
        "    interrupts.nest(enable, depth, serving)\n",
        "    interrupts.nest(1, depth, NONE)\n",
        DELIVERY
        + "test_enable_depth_and_serving_come_from_the_frame[nesting1-riscv64]",
    ),
    Mutant(
        SEMANTICS,
        "the configured limit is ignored",
        CALLS + "personality.py",
        "                interrupts.limits[line.number] = line.limit\n",
        "",
        REGISTRATION + "test_a_configured_limit_is_the_limit[x86-64]",
    ),
    Mutant(
        SEMANTICS,
        "an arrival at a window's end is in it",
        INJECTION,
        "        missed = periodic and not self._open(vcpu, now)\n",
        "        missed = periodic and not self._open(vcpu, max(now - 1, 0))\n",
        SOURCES
        + "test_a_tick_at_a_windows_end_is_missed_and_at_its_start_is_not",
    ),
    Mutant(
        SEMANTICS,
        "timers come before the ends of windows",
        "kernel/loop.py",
        "timers.first < when or timers.rank < rank",
        "timers.first < when or rank >= 0",
        SOURCES
        + "test_a_clock_of_execution_stands_still_outside_of_windows[merge]",
    ),
    Mutant(
        SEMANTICS,
        "missed ticks are not merged",
        INJECTION,
        "            if source.ticks == DISCARD or source.merged:\n",
        "            if source.ticks == DISCARD:\n",
        SOURCES + "test_ticks_that_are_merged_come_as_one",
    ),
    Mutant(
        SEMANTICS,
        "ticks are merged once and for all",
        INJECTION,
        "            source.merged = False\n",
        "",
        SOURCES + "test_ticks_that_are_merged_come_as_one",
    ),
    Mutant(
        SEMANTICS,
        "missed ticks are never discarded",
        INJECTION,
        "            if source.ticks == DISCARD or source.merged:\n",
        "            if source.merged:\n",
        SOURCES + "test_ticks_that_are_discarded_never_come",
    ),
    Mutant(
        SEMANTICS,
        "delayed ticks come all at once",
        INJECTION,
        "            free = source.latest + source.period\n",
        "            free = now\n",
        SOURCES + "test_ticks_that_are_delayed_keep_their_distance",
    ),
    Mutant(
        SEMANTICS,
        "a clock of execution never stops",
        AGENDA,
        "        if (was == RUNNING) != (state == RUNNING):\n",
        "        if was < 0:\n",
        SOURCES + "test_a_clock_of_execution_stands_still_while_others_run",
    ),
    Mutant(
        SEMANTICS,
        "effects on other processors are at once",
        INJECTION,
        "outside, now + self.latency)\n",
        "outside, now)\n",
        NOTIFICATIONS
        + "test_a_notification_reaches_another_processor_after_the_latency"
        "[500]",
    ),
    Mutant(
        SEMANTICS,
        "all processors are here",
        AGENDA,
        "        return home == self.trapping.number\n",
        "        return home >= 0\n",
        NOTIFICATIONS + "test_an_ipi_on_another_processor_takes_the_latency",
    ),
    Mutant(
        SEMANTICS,
        "a restart stops the world",
        AGENDA,
        "            if not partition.arrivals[tag].outside:\n",
        "            if tag < 0:\n",
        SOURCES + "test_an_interrupt_injected_for_later_outlives_a_restart",
    ),
    Mutant(
        SEMANTICS,
        "a dead guest's interprocessor interrupt arrives",
        AGENDA,
        "            if not partition.arrivals[tag].outside:\n",
        "            if tag > 0:\n",
        NOTIFICATIONS + "test_an_ipi_on_its_way_does_not_outlive_its_sender",
    ),
    Mutant(
        SEMANTICS,
        "a timer outlives its interrupt",
        INJECTION,
        "        self.cancel_source(vcpu, number)\n",
        "",
        SOURCES + "test_unregistering_cancels_the_guests_timer_alone",
    ),
    Mutant(
        SEMANTICS,
        "a level is not held again",
        INJECTION,
        "            if source is None or source.latest + source.hold <= now:\n",
        "            if now >= 0:\n",
        LEVELS + "test_a_level_that_comes_again_is_held_again",
    ),
    Mutant(
        SEMANTICS,
        "a restart forgets no merged tick",
        AGENDA,
        "            source.merged = False  # what was pending is not any more\n",
        "            assert source\n",
        SOURCES + "test_a_restart_outside_of_a_window_merges_with_nothing",
    ),
    Mutant(
        SEMANTICS,
        "any processor's window is one",
        INJECTION,
        "                domain.policy.serves(vcpu, pcpu)\n",
        "                pcpu >= 0\n",
        SOURCES + "test_a_window_of_another_processor_is_none",
    ),
    Mutant(
        SEMANTICS,
        "what nobody registered is kept",
        CONTROLLER,
        "        if not self.registered(number):\n"
        "            self.dropped_count[number] += 1\n",
        "        if number < 0:\n"
        "            self.dropped_count[number] += 1\n",
        REGISTRATION + "test_register_and_unregister_are_inverses[riscv64]",
    ),
    Mutant(
        SEMANTICS,
        "a delivery costs nothing",
        INJECTION,
        "            charge(vcpu, self.interrupt_cost)\n",
        "",
        SOURCES + "test_a_delivery_is_paid_before_its_handler_runs",
    ),
    Mutant(
        SEMANTICS,
        "a level stays in service for ever",
        CONTROLLER,
        "        waiting = self.served & self.asserted & ~self.pending\n"
        "        self.served = 0\n",
        "        waiting = 0\n",
        GUESTS
        + "test_a_level_whose_handler_never_ended_comes_again_after_a_start"
        "[x86-64]",
    ),
    Mutant(
        SEMANTICS,
        "a wait does not enable",
        CALLS + "vcpus.py",
        "    call.interrupts.enable(1)\n",
        "",
        REGISTRATION
        + "test_a_masked_interrupt_wakes_nobody_and_others_do[x86-64]",
    ),
    Mutant(
        SEMANTICS,
        "interrupts come before timeouts",
        "kernel/timers.py",
        "ARRIVAL: Final = 5\n",
        "ARRIVAL: Final = 3\n",
        GUESTS
        + "test_an_instant_comes_before_an_interrupt_of_the_same_instant"
        "[riscv64]",
    ),
    Mutant(
        SEMANTICS,
        "nesting is told once and for all",
        INJECTION,
        "            interrupts.told_nesting = False\n",
        "",
        DELIVERY
        + "test_who_waits_at_the_bound_is_not_woken_but_it_is_told[x86-64]",
    ),
    Mutant(
        SEMANTICS,
        "an overrun is a drop too",
        INJECTION,
        "                vcpu, OVERRUN, number, now\n            )\n"
        "            return\n",
        "                vcpu, OVERRUN, number, now\n            )\n",
        SOURCES + "test_occurrences_are_counted_up_to_the_limit[1]",
    ),
    Mutant(
        SEMANTICS,
        "whatever is raised is an entry",
        INJECTION,
        "            return  # nor is it an entry that its guest could see\n",
        "            assert now >= 0\n",
        REGISTRATION + "test_what_cannot_be_delivered_is_no_entry[x86-64]",
    ),
)
