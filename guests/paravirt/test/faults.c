/*
 * What user code may not do: each attempt is a fault, of the right cause, at
 * the right place, and its handler may go on elsewhere.
 *
 * Instructions that would tell of the host (time, counters, random numbers,
 * identity), that are privileged, or that reach beyond the partition.
 */
#include "vpok_sdk.h"

#define NONE (-1)

typedef void code(void);

/* What attempt() runs: `name` does `text`, and returns if it can. */
#define CODE(name, text) \
  code name;             \
  __asm__(".section .text." #name ",\"ax\"\n" #name ":\n\t" text "\n\tret\n\t.text")

/* Run code, `arg` in the second argument's register; return NONE or its fault's cause. */
int64_t attempt(code *run, uint64_t arg);
void attempt_failed(void); /* where the handler goes on */

static vpok_shared_page *shared;
static uint64_t address, place; /* of the last fault */
static uint32_t checks, failures;

static void on_fault(long number, struct vpok_frame *frame)
{
  address = frame->address;
  if (frame->kind != VPOK_FRAME_FAULT || frame->number != (uint64_t)number || shared->serving != -1)
    failures++;
#if defined(__x86_64__)
  place = frame->rip;
  frame->rip = (uintptr_t)attempt_failed;
  frame->rax = (uint64_t)number;
#else
  place = frame->pc;
  frame->pc = (uintptr_t)attempt_failed;
  frame->x[9] = (uint64_t)number;
#endif
}

static void check(const char *what, int64_t got, int64_t wanted)
{
  checks++;
  if (got == wanted)
    return;
  failures++;
  vpok_printf("FAILED %s: %ld, not %ld\n", what, got, wanted);
}

/* The fault is the code's first instruction. */
static void refused(const char *what, code *run, uint64_t arg, int64_t cause)
{
  place = 0;
  check(what, attempt(run, arg), cause);
  check(what, (int64_t)(place - (uintptr_t)run), 0);
}

#define REFUSED(name, cause) refused(#name, name, 0, cause)

#if defined(__x86_64__)

__asm__(".text\n"
        "attempt:\n"
        ".irp reg, rbx, rbp, r12, r13, r14, r15\n"
        "  pushq %\\reg\n"
        ".endr\n"
        "  movq %rsp, attempt_stack(%rip)\n"
        "  call *%rdi\n"
        "  movq $-1, %rax\n"
        "attempt_failed:\n"
        "  movq attempt_stack(%rip), %rsp\n"
        ".irp reg, r15, r14, r13, r12, rbp, rbx\n"
        "  popq %\\reg\n"
        ".endr\n"
        "  ret\n"
        ".local attempt_stack\n"
        ".comm attempt_stack, 8, 8\n");

enum { DIVIDE = 0, BREAKPOINT = 3, ILLEGAL = 6, PROTECTION = 13, PAGE = 14 };

CODE(divide, "xorl %ecx, %ecx\n\tdivl %ecx");
CODE(int3, "int3");
CODE(ud2, "ud2");
CODE(rdtsc, "rdtsc");
CODE(rdtscp, "rdtscp");
CODE(rdpmc, "rdpmc");
CODE(rdrand, "rdrand %rax");
CODE(rdseed, "rdseed %rax");
CODE(in, "inb $0x71, %al");
CODE(out, "outb %al, $0x80");
CODE(cli, "cli");
CODE(sti, "sti");
CODE(hlt, "hlt");
CODE(rdmsr, "rdmsr");
CODE(wrmsr, "wrmsr");
CODE(read_cr0, "movq %cr0, %rax");
CODE(write_cr3, "movq %rax, %cr3");
CODE(write_dr7, "movq %rax, %dr7");
CODE(lgdt, "lgdt (%rsp)");
CODE(lidt, "lidt (%rsp)");
CODE(ltr, "ltr %ax");
CODE(sgdt, "sgdt -64(%rsp)");
CODE(sidt, "sidt -64(%rsp)");
CODE(sldt, "sldt %eax");
CODE(str, "str %eax");
CODE(smsw, "smsw %eax");
CODE(clts, "clts");
CODE(invd, "invd");
CODE(wbinvd, "wbinvd");
CODE(invlpg, "invlpg (%rsp)");
CODE(swapgs, "swapgs");
CODE(system_call, "syscall");
CODE(sysenter, "sysenter");
CODE(sysret, "sysretq");
CODE(int_0x80, "int $0x80");
CODE(int_0x2a, "int $0x2a");
CODE(vmcall, "vmcall");
CODE(load, "movq (%rsi), %rax");
CODE(store, "movq %rax, (%rsi)");

/* 13 or 6, as the processor's model has it. */
static void forbidden(const char *what, code *run)
{
  int64_t cause = attempt(run, 0);

  check(what, cause == ILLEGAL ? PROTECTION : cause, PROTECTION);
  check(what, (int64_t)(place - (uintptr_t)run), 0);
}

#define FORBIDDEN(name) forbidden(#name, name)

static void instructions(void)
{
  check("divide", attempt(divide, 0), DIVIDE);
  check("int3", attempt(int3, 0), BREAKPOINT);
  REFUSED(ud2, ILLEGAL);
  FORBIDDEN(rdtsc);
  FORBIDDEN(rdtscp);
  FORBIDDEN(rdpmc);
  FORBIDDEN(rdrand);
  FORBIDDEN(rdseed);
  FORBIDDEN(in);
  FORBIDDEN(out);
  FORBIDDEN(cli);
  FORBIDDEN(sti);
  FORBIDDEN(hlt);
  FORBIDDEN(rdmsr);
  FORBIDDEN(wrmsr);
  FORBIDDEN(read_cr0);
  FORBIDDEN(write_cr3);
  FORBIDDEN(write_dr7);
  FORBIDDEN(lgdt);
  FORBIDDEN(lidt);
  FORBIDDEN(ltr);
  FORBIDDEN(sgdt);
  FORBIDDEN(sidt);
  FORBIDDEN(sldt);
  FORBIDDEN(str);
  FORBIDDEN(smsw);
  FORBIDDEN(clts);
  FORBIDDEN(invd);
  FORBIDDEN(wbinvd);
  FORBIDDEN(invlpg);
  FORBIDDEN(swapgs);
  FORBIDDEN(system_call);
  FORBIDDEN(sysenter);
  FORBIDDEN(sysret);
  FORBIDDEN(int_0x80);
  FORBIDDEN(int_0x2a);
  FORBIDDEN(vmcall);
}

enum { LOAD = PAGE, STORE = PAGE, FETCH = PAGE };

#else

__asm__(".text\n"
        "attempt:\n"
        "  addi sp, sp, -112\n"
        "  .set at, 0\n"
        ".irp reg, ra, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11\n"
        "  sd \\reg, at(sp)\n"
        "  .set at, at + 8\n"
        ".endr\n"
        "  lla t0, attempt_stack\n"
        "  sd sp, 0(t0)\n"
        "  jalr a0\n"
        "  li a0, -1\n"
        "attempt_failed:\n"
        "  lla t0, attempt_stack\n"
        "  ld sp, 0(t0)\n"
        "  .set at, 0\n"
        ".irp reg, ra, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11\n"
        "  ld \\reg, at(sp)\n"
        "  .set at, at + 8\n"
        ".endr\n"
        "  addi sp, sp, 112\n"
        "  ret\n"
        ".local attempt_stack\n"
        ".comm attempt_stack, 8, 8\n");

enum { FETCH = 1, ILLEGAL = 2, BREAKPOINT = 3, LOAD = 5, STORE = 7 };

CODE(unimplemented, "unimp");
CODE(break_point, "ebreak");
CODE(rdcycle, "csrr a0, cycle");
CODE(rdtime, "csrr a0, time");
CODE(rdinstret, "csrr a0, instret");
CODE(hpmcounter3, "csrr a0, 0xc03");
CODE(hpmcounter31, "csrr a0, 0xc1f");
CODE(seed, "csrrw a0, 0x015, zero");
CODE(vlenb, "csrr a0, 0xc22");
CODE(sstatus, "csrr a0, sstatus");
CODE(sie, "csrw sie, zero");
CODE(stvec, "csrw stvec, zero");
CODE(satp, "csrr a0, satp");
CODE(write_satp, "csrw satp, zero");
CODE(mstatus, "csrr a0, mstatus");
CODE(misa, "csrr a0, misa");
CODE(mhartid, "csrr a0, mhartid");
CODE(mvendorid, "csrr a0, mvendorid");
CODE(mcycle, "csrr a0, mcycle");
CODE(mtvec, "csrw mtvec, zero");
CODE(medeleg, "csrw medeleg, zero");
CODE(pmpcfg0, "csrw pmpcfg0, zero");
CODE(dcsr, "csrr a0, 0x7b0");
CODE(unknown_csr, "csrr a0, 0x8ff");
CODE(wfi, "wfi");
CODE(sret, "sret");
CODE(mret, "mret");
CODE(sfence, "sfence.vma");
CODE(load, "ld a0, 0(a1)");
CODE(store, "sd a0, 0(a1)");

static void instructions(void)
{
  REFUSED(unimplemented, ILLEGAL);
  REFUSED(break_point, BREAKPOINT);
  REFUSED(rdcycle, ILLEGAL);
  REFUSED(rdtime, ILLEGAL);
  REFUSED(rdinstret, ILLEGAL);
  REFUSED(hpmcounter3, ILLEGAL);
  REFUSED(hpmcounter31, ILLEGAL);
  REFUSED(seed, ILLEGAL);
  REFUSED(vlenb, ILLEGAL);
  REFUSED(sstatus, ILLEGAL);
  REFUSED(sie, ILLEGAL);
  REFUSED(stvec, ILLEGAL);
  REFUSED(satp, ILLEGAL);
  REFUSED(write_satp, ILLEGAL);
  REFUSED(mstatus, ILLEGAL);
  REFUSED(misa, ILLEGAL);
  REFUSED(mhartid, ILLEGAL);
  REFUSED(mvendorid, ILLEGAL);
  REFUSED(mcycle, ILLEGAL);
  REFUSED(mtvec, ILLEGAL);
  REFUSED(medeleg, ILLEGAL);
  REFUSED(pmpcfg0, ILLEGAL);
  REFUSED(dcsr, ILLEGAL);
  REFUSED(unknown_csr, ILLEGAL);
  REFUSED(wfi, ILLEGAL);
  REFUSED(sret, ILLEGAL);
  REFUSED(mret, ILLEGAL);
  REFUSED(sfence, ILLEGAL);
}

#endif

static void access(const char *what, code *run, uint64_t where, int64_t cause)
{
  refused(what, run, where, cause);
  check(what, (int64_t)address, (int64_t)where);
}

static void jump(const char *what, uint64_t where)
{
  check(what, attempt((code *)where, 0), FETCH);
  check(what, (int64_t)place, (int64_t)where);
  check(what, (int64_t)address, (int64_t)where);
}

static void accesses(void)
{
  uint64_t size = shared->memory;

  access("load at the end", load, size, LOAD);
  access("store at the end", store, size, STORE);
  access("load far off", load, 1ul << 40, LOAD);
  access("store far off", store, 1ul << 40, STORE);
  jump("jump to the end", size);
  jump("jump far off", 1ul << 40);
}

int main(vpok_shared_page *page)
{
  shared = page;
  vpok_must("register", vpok_fault_register(on_fault));
  instructions();
  accesses();
  check("depth", shared->depth, 0);
  vpok_printf("faults: %u checks, %u failed\n", checks, failures);
  return 0;
}
