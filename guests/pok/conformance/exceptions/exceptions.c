/*
 * Exceptions that code in ring 3 raises: what the error handler is told about
 * each, and that the thread can be started anew.
 *
 * Left out: what lies outside the partition's memory (an emulated processor
 * need not check segment limits), null segments (the same), and x87 errors
 * (POK leaves them to an interrupt that it does not handle).
 */
#include "vpok_show.h"

#define DO(name, code) \
  void name(void);     \
  __asm__(".text\n" #name ": " code "\n ret\n");

DO(divide_by_zero, "xorl %ecx, %ecx\n movl $1, %eax\n cdq\n idivl %ecx")
DO(quotient_too_large, "movl $-1, %ecx\n movl $0x80000000, %eax\n cdq\n idivl %ecx")
DO(single_step, "pushfl\n orl $0x100, (%esp)\n popfl\n nop\n nop")
DO(breakpoint, "int3")
DO(overflow, "movl $0x7fffffff, %eax\n addl $1, %eax\n into")
DO(bounds, "pushl $2\n pushl $1\n movl $3, %eax\n .byte 0x62, 0x04, 0x24" /* bound eax, [esp] */)
DO(invalid_opcode, "ud2")
DO(lock_prefix, ".byte 0xf0, 0x90")
DO(clear_interrupts, "cli")
DO(set_interrupts, "sti")
DO(halt, "hlt")
DO(input, "movw $0xfff0, %dx\n inb %dx, %al")
DO(output, "movw $0xfff0, %dx\n outb %al, %dx")
DO(control_register, "movl %cr0, %eax")
DO(load_gdt, "subl $8, %esp\n lgdt (%esp)")
DO(model_register, "movl $0x10, %ecx\n rdmsr")
DO(kernel_selector, "movw $8, %ax\n movw %ax, %ds")
DO(reload_stack, "movw $8, %ax\n movw %ax, %ss")
DO(far_jump, "ljmp $8, $0")
DO(no_gate, "int $0x81")
DO(system_gate, "int $0x80")
DO(return_high, "pushl $8\n pushl $0\n lret")
DO(system_enter, "sysenter")

static const struct {
  const char *name;
  void (*run)(void);
} FAULTS[] = {
    {"divide by zero", divide_by_zero},
    {"quotient too large", quotient_too_large},
    {"single step", single_step},
    {"breakpoint", breakpoint},
    {"overflow", overflow},
    {"bounds", bounds},
    {"invalid opcode", invalid_opcode},
    {"lock prefix", lock_prefix},
    {"cli", clear_interrupts},
    {"sti", set_interrupts},
    {"hlt", halt},
    {"in", input},
    {"out", output},
    {"control register", control_register},
    {"lgdt", load_gdt},
    {"rdmsr", model_register},
    {"kernel selector", kernel_selector},
    {"kernel stack selector", reload_stack},
    {"far jump to the kernel", far_jump},
    {"far return to the kernel", return_high},
    {"interrupt 81", no_gate},
    {"interrupt 80", system_gate},
    {"sysenter", system_enter},
};
#define COUNT (sizeof FAULTS / sizeof FAULTS[0])

static u32 next;

/* Each activation starts here again, with the next fault. */
static void faulty(void)
{
  for (;;) {
    u32 now = next++;

    if (now == COUNT)
      vp_shutdown();
    vp_printf("%s\n", FAULTS[now].name);
    FAULTS[now].run();
    vp_printf("no exception\n");
    vp_wait_period();
  }
}

static void handler(void)
{
  struct vp_error error;

  for (;;) {
    u32 result = vp_error_get(&error);

    if (result == VP_OK) {
      vp_printf("error %u in thread %u, address %u, message %u\n", error.kind, error.thread,
                error.address, error.size);
      vp_printf("restart = %u\n", vp_thread_restart(error.thread));
    } else {
      vp_printf("handler starts: error_get = %u\n", result);
    }
    vp_stop_self();
  }
}

int main(void)
{
  THREAD(.entry = faulty, .priority = 10, .period = 2 * MS);
  vp_printf("handler created: %u\n", vp_error_handler(handler));
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
