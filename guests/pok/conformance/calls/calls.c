/*
 * The call mechanism: entry state, argument blocks, pointers, unknown calls.
 *
 * The kernel has no `debug`, so that an unknown call is answered, not fatal.
 */
#include "vpok_show.h"

#define SIZE 0x10000u /* the partition's, as in config.yaml */

/* Machine state at the partition's entry, before any C code: */
struct entry_state {
  u32 flags, edi, esi, ebp, esp, ebx, edx, ecx, eax;
};
static struct entry_state entry_state;
void entered(void *frame);

__asm__(".text\n"
        ".globl _start\n"
        "_start: pushal\n"
        "        pushfl\n"
        "        movl %esp, %eax\n"
        "        pushl %eax\n"
        "        call entered\n"
        "1:      jmp 1b\n");

static char bytes[3] = {'a', 'b', '\n'};
static char unset[4096]; /* never written: zero as loaded */

static void entry(void)
{
  const struct entry_state *s = &entry_state;

  vp_printf("eax %x ebx %x ecx %x edx %x\n", s->eax, s->ebx, s->ecx, s->edx);
  vp_printf("esi %x edi %x ebp %x esp %x\n", s->esi, s->edi, s->ebp, s->esp);
  vp_printf("flags %x\n", s->flags & 0x3600); /* IOPL, direction, interrupts */
}

static void memory_is_zero(void)
{
  const u32 *at = (const u32 *)((u32)unset & ~3u);
  u32 low = SIZE - 4 - 2 * 8192, words = 0;

  for (; (u32)at < low - 4096; at++)
    words += *at != 0;
  vp_printf("words that are not zero up to the stacks: %u\n", words);
}

static void argument_blocks(void)
{
  u32 *last = (u32 *)(SIZE - 24);

  last[0] = 0;
  last[1] = (u32)bytes;
  last[2] = 3;
  SHOW(raw_call(VP_CONSOLE_WRITE, SIZE - 24));
  SHOW(raw_call(VP_CONSOLE_WRITE, SIZE - 23));
  SHOW(raw_call(VP_CONSOLE_WRITE, SIZE - 4));
  SHOW(raw_call(VP_CONSOLE_WRITE, SIZE));
  SHOW(raw_call(VP_CONSOLE_WRITE, 0xfffffff0));
  SHOW(raw_call(VP_CONSOLE_WRITE, 0x80000000));
  SHOW(raw_call(999, SIZE - 23));
}

static void pointers(void)
{
  *(volatile char *)(SIZE - 1) = '\n';
  SHOW(vp_write((char *)SIZE - 1, 1));
  SHOW(vp_write((char *)SIZE - 1, 2));
  SHOW(vp_write((char *)SIZE, 1));
  SHOW(vp_write((char *)SIZE, 0));
  SHOW(vp_write((char *)SIZE + 1, 0));
  SHOW(vp_write((char *)0xffffffff, 2));
  SHOW(vp_write(bytes, 0xffffffff));
  SHOW(vp_write(bytes, 0));
  SHOW(vp_write(bytes, 3));
  SHOW(vp_call(VP_CONSOLE_WRITE, 77, VP_ARG(bytes), 3, 0, 0, 0));
  SHOW(vp_call1(VP_PARTITION_LOCK_LEVEL, SIZE - 4));
  SHOW(vp_call1(VP_PARTITION_LOCK_LEVEL, SIZE - 3));
  SHOW(vp_call1(VP_PARTITION_PERIOD, SIZE - 8));
  SHOW(vp_call1(VP_PARTITION_PERIOD, SIZE - 7));
  SHOW(vp_call1(VP_PARTITION_DURATION, SIZE - 7));
  SHOW(vp_call1(VP_PARTITION_MODE, SIZE - 3));
  SHOW(vp_call1(VP_PARTITION_START_CONDITION, SIZE - 3));
  SHOW(vp_call1(VP_PARTITION_ID, SIZE - 1));
  SHOW(vp_call1(VP_PARTITION_ID, SIZE));
  SHOW(vp_call1(VP_ERROR_GET, SIZE - 267));
  SHOW(vp_call2(VP_THREAD_CREATE, SIZE - 3, bytes));
  SHOW(vp_call2(VP_THREAD_CREATE, bytes, SIZE - 39));
  SHOW(vp_call2(VP_THREAD_STATUS, 0, SIZE - 39));
}

static void console(void)
{
  char byte = '?';

  SHOW(vp_write("\xff\x01", 2));
  SHOW(vp_write("\xff\x02\x07\xff\x03\x05\xff\x04\x05", 9));
  SHOW(vp_write("\xff\x02\x07-\xff-\n", 7));
  SHOW(vp_call1(VP_CONSOLE_READ, &byte));
  vp_printf("read: %c\n", byte);
  SHOW(vp_call1(VP_CONSOLE_READ, SIZE + 1));
}

static void partition(void)
{
  u8 id = 99;
  u32 level = 99, mode = 99, condition = 99;
  u64 period = 99, duration = 99;

  SHOW(vp_call1(VP_PARTITION_ID, &id));
  SHOW(vp_call1(VP_PARTITION_PERIOD, &period));
  SHOW(vp_call1(VP_PARTITION_DURATION, &duration));
  SHOW(vp_call1(VP_PARTITION_LOCK_LEVEL, &level));
  SHOW(vp_call1(VP_PARTITION_MODE, &mode));
  SHOW(vp_call1(VP_PARTITION_START_CONDITION, &condition));
  vp_printf("id %u period %llu duration %llu level %u mode %u condition %u\n", id, period, duration,
            level, mode, condition);
}

static void unknown(void)
{
  static const u16 calls[] = {0,   1,   9,   12,  19,  20,  21,  42,  49,  51,  52,  58,  63,  64,  66,
                              100, 101, 102, 103, 104, 105, 106, 109, 110, 111, 112, 113, 114, 115, 120,
                              149, 150, 151, 152, 153, 154, 200, 201, 202, 203, 300, 302, 305, 403, 411,
                              500, 501, 502, 503, 600, 601, 700, 708, 999};
  u32 i, others = 0;

  for (i = 0; i < sizeof calls / sizeof calls[0]; i++)
    if (vp_call0(calls[i]) != VP_EINVAL)
      vp_printf("call %u is not refused\n", calls[i]), others++;
  vp_printf("%u unknown calls, %u not refused with 1\n", i, others);
  SHOW(raw_call(0x80000000, (u32)bytes));
  SHOW(raw_call(0xffffffff, (u32)bytes));
}

/* A call changes EAX alone, flags included. */
static void registers(void)
{
  static u32 block[6], before[8], after[8];
  u32 i, changed = 0;

  block[1] = (u32)block;
  __asm__ volatile("pushl %%ebp\n movl %%esp, %%ebp\n"
                   "pushl $0x8d7\n popfl\n" /* overflow, sign, zero, parity, carry... */
                   "movl %2, %%ebx\n movl $0x11, %%ecx\n movl $0x22, %%edx\n"
                   "movl $0x33, %%esi\n movl $0x44, %%edi\n movl $408, %%eax\n"
                   "pushfl\n popl %0+28\n movl %%ecx, %0\n movl %%edx, %0+4\n movl %%ebx, %0+8\n"
                   "movl %%esp, %0+12\n movl %%ebp, %0+16\n movl %%esi, %0+20\n movl %%edi, %0+24\n"
                   "int $0x2a\n"
                   "movl %%ecx, %1\n movl %%edx, %1+4\n movl %%ebx, %1+8\n"
                   "movl %%esp, %1+12\n movl %%ebp, %1+16\n movl %%esi, %1+20\n movl %%edi, %1+24\n"
                   "pushfl\n popl %1+28\n popl %%ebp\n"
                   : "=m"(before), "=m"(after)
                   : "i"(block)
                   : "eax", "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
  for (i = 0; i < 8; i++)
    changed += before[i] != after[i];
  vp_printf("registers and flags changed by a call: %u\n", changed);
}

void entered(void *frame)
{
  memcpy(&entry_state, frame, sizeof entry_state);
  entry();
  memory_is_zero();
  argument_blocks();
  pointers();
  console();
  partition();
  unknown();
  registers();
  SHOW(vp_call1(VP_SHUTDOWN, 0));
  SHOW(vp_call5(VP_SHUTDOWN, 0, 0, 0, 0, 0));
  vp_shutdown();
}
