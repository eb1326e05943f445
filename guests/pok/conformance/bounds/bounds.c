/*
 * Memory outside the partition, interrupts that are not its call, the x87
 * error: each is an error inside the partition, and touches nothing.
 *
 * Not comparable with POK in an emulator that ignores segment limits.
 */
#include "vpok_show.h"

#define SIZE 0x10000u
#define AT(address) ((volatile u32 *)(address))

static void read_behind(void) { (void)*AT(SIZE); }
static void read_last(void) { vp_printf("last word: %x\n", *AT(SIZE - 4)); }
static void read_straddling(void) { (void)*AT(SIZE - 3); }
static void read_far(void) { (void)*AT(0x100000); }
static void read_top(void) { (void)*AT(0xfffffffc); }
static void write_behind(void) { *AT(SIZE) = 1; }
static void write_straddling(void) { *AT(SIZE - 2) = ~0u; }
static void write_far(void) { *AT(0x80000000) = 1; }

void jump(u32 address);
void push_below(void);
void push_above(void);
void timer_interrupt(void);
void call_gate(void);
__asm__(".text\n"
        "jump: jmp *4(%esp)\n"
        "push_below: xorl %esp, %esp\n pushl $1\n"
        "push_above: movl $0x10004, %esp\n pushl $1\n"
        "timer_interrupt: int $32\n ret\n"
        "call_gate: int $0x2d\n ret\n");

static void jump_behind(void) { jump(SIZE); }
static void jump_far(void) { jump(0xffff0000); }

static void (*const ACTS[])(void) = {
    read_last,    read_behind, read_straddling, read_far,   read_top,   write_behind,
    write_straddling, write_far,   jump_behind,     jump_far,   push_below, push_above,
    timer_interrupt,  call_gate,   read_last,
};
#define COUNT (sizeof ACTS / sizeof ACTS[0])

static u32 next;

static void faulty(void)
{
  for (;;) {
    u32 now = next++;

    if (now == COUNT)
      vp_shutdown();
    vp_printf("act %u\n", now);
    ACTS[now]();
    vp_printf("no error\n");
    vp_wait_period();
  }
}

static void handler(void)
{
  struct vp_error error;

  for (;;) {
    if (vp_error_get(&error) == VP_OK) {
      vp_printf("error %u in thread %u\n", error.kind, error.thread);
      vp_thread_restart(error.thread);
    }
    vp_stop_self();
  }
}

int main(void)
{
  *AT(SIZE - 4) = 0x12345678;
  THREAD(.entry = faulty, .priority = 10, .period = 2 * MS);
  vp_must("handler", vp_error_handler(handler));
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
