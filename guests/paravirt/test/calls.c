/*
 * Every call of the ABI: what it refuses, and that it works.
 *
 * Prints what is not as the reference says, and how much was looked at. The
 * configuration gives it 2 vCPUs, ports and a notification of known names, no
 * feature, and an input of four bytes.
 */
#include "vpok_sdk.h"

#define OK 0
#define LONG (1ul << 32) /* the lower half of a register is not all of it */
#define CALL(wanted, call) check(#call, vpok_##call, wanted)

static vpok_shared_page *shared;
static uint32_t checks, failures, handled;
static _Alignas(16) char stack[4096];

static void check(const char *what, int64_t got, int64_t wanted)
{
  checks++;
  if (got == wanted)
    return;
  failures++;
  vpok_printf("FAILED %s: %ld %s, not %ld %s\n", what, got, vpok_error(got), wanted,
              vpok_error(wanted));
}

static void on_interrupt(long number, struct vpok_frame *frame)
{
  (void)number;
  (void)frame;
  handled++;
}

static void rest(uint64_t arg, vpok_shared_page *page)
{
  (void)page;
  check("argument of a start", (int64_t)arg, 77);
}

static void *entry(void) { return (void *)(uintptr_t)rest; }
static char *beyond(int64_t bytes) { return (char *)(shared->memory + (uint64_t)bytes); }

static void version(void)
{
  CALL(VPOK_VERSION, abi_version());
  check("version", shared->version, VPOK_VERSION);
  check("an unknown call", vpok_call(63, 0, 0, 0, 0, 0, 0), -VPOK_ENOSYS);
  check("a huge one", vpok_call(LONG, 0, 0, 0, 0, 0, 0), -VPOK_ENOSYS);
  check("the last one", vpok_call(~0ul, 0, 0, 0, 0, 0, 0), -VPOK_ENOSYS);
  CALL((int64_t)shared->partition << 16 | shared->vcpu, vcpu_self());
}

static void vcpus(void)
{
  struct vpok_runstate state;
  void *top = stack + sizeof stack;

  CALL(-VPOK_EINVAL, vcpu_up(9, entry(), top, 0));
  check("a huge vCPU",
        vpok_call(VPOK_VCPU_UP, LONG | 1, (uintptr_t)entry(), (uintptr_t)top, 0, 0, 0),
        -VPOK_EINVAL);
  CALL(-VPOK_EBUSY, vcpu_up(0, entry(), top, 0));
  CALL(-VPOK_EFAULT, vcpu_up(1, beyond(0), top, 0));
  CALL(-VPOK_EFAULT, vcpu_up(1, entry(), beyond(16), 0));
  CALL(-VPOK_EINVAL, vcpu_down(9));
  CALL(OK, vcpu_down(1));
  CALL(-VPOK_EINVAL, vcpu_reset(9));
  CALL(OK, vcpu_reset(1));
  CALL(-VPOK_EINVAL, vcpu_info(9, &state));
  CALL(-VPOK_EFAULT, vcpu_info(0, (void *)beyond(-8)));
  CALL(OK, vcpu_info(1, &state));
  check("state", state.state, VPOK_STATE_OFFLINE);
  CALL(OK, vcpu_info(0, &state));
  check("state", state.state, VPOK_STATE_RUNNING);
  CALL(OK, start(1, rest, top, 77));
  CALL(1, vcpu_block(vpok_time() + 1000000));
  CALL(OK, vcpu_info(1, &state));
  check("state", state.state, VPOK_STATE_OFFLINE);
  CALL(OK, vcpu_yield());
  CALL(-VPOK_EINVAL, vcpu_affinity_get(9));
  CALL(1, vcpu_affinity_get(0));
  CALL(-VPOK_EINVAL, vcpu_affinity_set(9, 1));
  CALL(-VPOK_EINVAL, vcpu_affinity_set(0, 0));
  CALL(-VPOK_EINVAL, vcpu_affinity_set(0, 2));
  CALL(OK, vcpu_affinity_set(0, 1));
  CALL(-VPOK_EINVAL, vcpu_parameter_get(9, "quantum", 7));
  CALL(-VPOK_EINVAL, vcpu_parameter_get(0, "quantum", VPOK_MAX_NAME + 1));
  CALL(-VPOK_EFAULT, vcpu_parameter_get(0, beyond(0), 7));
  CALL(-VPOK_ENOENT, vcpu_parameter_get(0, "colour", 6));
  CALL(-VPOK_EPERM, vcpu_parameter_set(0, "quantum", 7, 1));
}

static void blocking(void)
{
  vpok_disable(shared);
  CALL(-VPOK_EINVAL, vcpu_block(-2));
  check("refused: not enabled", shared->enable, 0);
  CALL(1, vcpu_block(0));
  check("blocked: enabled", shared->enable, 1);
  vpok_disable(shared);
  vpok_irq_send(0, 5);
  handled = 0;
  CALL(OK, vcpu_block(VPOK_FOREVER));
  check("handled", handled, 1);
  vpok_disable(shared);
}

static void registering(void)
{
  CALL(-VPOK_EINVAL, irq_register(64, on_interrupt));
  check("a huge number", vpok_call(VPOK_IRQ_REGISTER, LONG, (uintptr_t)on_interrupt, 0, 0, 0, 0),
        -VPOK_EINVAL);
  CALL(-VPOK_EFAULT, irq_register(5, (vpok_handler *)beyond(0)));
  CALL(OK, irq_register(5, on_interrupt));
  CALL(-VPOK_EEXIST, irq_register(5, on_interrupt));
  CALL(-VPOK_EINVAL, irq_unregister(64));
  CALL(-VPOK_ENODEV, irq_unregister(6));
  CALL(OK, irq_unregister(5));
  CALL(-VPOK_ENODEV, irq_unregister(5));
  CALL(OK, irq_register(5, on_interrupt));
  CALL(-VPOK_EFAULT, fault_register((vpok_handler *)beyond(0)));
  CALL(OK, fault_register(on_interrupt));
  CALL(OK, fault_register(0));
}

static void masking(void)
{
  vpok_disable(shared);
  CALL(-VPOK_EINVAL, irq_mask(64));
  CALL(-VPOK_ENODEV, irq_mask(6));
  CALL(-VPOK_EINVAL, irq_unmask(64));
  CALL(-VPOK_ENODEV, irq_unmask(6));
  CALL(-VPOK_EINVAL, irq_send(9, 5));
  CALL(-VPOK_EINVAL, irq_send(0, 64));
  CALL(OK, irq_send(0, 6)); /* dropped */
  check("pending", (int64_t)shared->pending, 0);
  CALL(OK, irq_mask(5));
  CALL(OK, irq_send(0, 5));
  check("pending, masked", (int64_t)shared->pending, 0);
  CALL(OK, irq_unmask(5));
  check("pending", (int64_t)shared->pending, 1 << 5);
  CALL(OK, irq_unregister(5));
  check("dropped", (int64_t)shared->pending, 0);
  CALL(OK, irq_register(5, on_interrupt));
  CALL(OK, irq_deliver());
  CALL(-VPOK_EINVAL, irq_ack(64));
}

static void returning(void)
{
  static struct vpok_frame frame;

  CALL(-VPOK_EFAULT, irq_return((struct vpok_frame *)beyond(-8)));
  CALL(-VPOK_EFAULT, irq_return((struct vpok_frame *)-64l));
  vpok_frame_build(&frame, (void (*)(uint64_t))beyond(0), stack, 0);
  CALL(-VPOK_EFAULT, irq_return(&frame));
  vpok_frame_build(&frame, (void (*)(uint64_t))(uintptr_t)rest, beyond(64), 0);
  CALL(-VPOK_EFAULT, irq_return(&frame));
  vpok_frame_build(&frame, (void (*)(uint64_t))(uintptr_t)rest, stack, 0);
  frame.depth = VPOK_MAX_DEPTH + 1;
  CALL(-VPOK_EINVAL, irq_return(&frame));
  frame.depth = 0;
  frame.serving = VPOK_INTERRUPTS;
  CALL(-VPOK_EINVAL, irq_return(&frame));
  frame.serving = -2;
  CALL(-VPOK_EINVAL, irq_return(&frame));
}

static void time(void)
{
  int64_t now = vpok_time();

  check("time in the page", (int64_t)shared->time, now);
  CALL(-VPOK_EINVAL, timer_set(64, now));
  CALL(-VPOK_ENODEV, timer_set(6, now));
  CALL(-VPOK_EINVAL, timer_set(5, -1));
  CALL(-VPOK_EINVAL, timer_periodic(64, now, 1000));
  CALL(-VPOK_ENODEV, timer_periodic(6, now, 1000));
  CALL(-VPOK_EINVAL, timer_periodic(5, -1, 1000));
  CALL(-VPOK_EINVAL, timer_periodic(5, now, 0));
  CALL(-VPOK_EINVAL, timer_periodic(5, now, -1));
  CALL(-VPOK_EINVAL, timer_cancel(64));
  CALL(OK, timer_cancel(5));
  handled = 0;
  CALL(OK, timer_set(5, 0)); /* at once */
  vpok_enable(shared);
  check("a timer in the past", handled, 1);
  vpok_disable(shared);
  now = vpok_time();
  CALL(OK, timer_set(5, now + 50000));
  CALL(OK, vcpu_block(now + 100000));
  vpok_disable(shared);
  check("a timer", handled, 2);
  CALL(OK, timer_periodic(5, now + 200000, 100000));
  CALL(OK, timer_cancel(5));
  CALL(1, vcpu_block(now + 400000));
  vpok_disable(shared);
}

static void console(void)
{
  char text[8] = "";

  CALL(OK, console_write("", 0));
  CALL(-VPOK_EFAULT, console_write(beyond(0), 1));
  CALL(-VPOK_EFAULT, console_write(beyond(-1), 2));
  CALL(-VPOK_EMSGSIZE, console_write(0, VPOK_MAX_TEXT + 1));
  CALL(-VPOK_EFAULT, console_read(beyond(-1), 2));
  CALL(-VPOK_EMSGSIZE, console_read(0, VPOK_MAX_TEXT + 1));
  CALL(3, console_read(text, 3));
  CALL(1, console_read(text + 3, 5));
  check("what was read", memcmp(text, "abcd", 5), 0);
  CALL(OK, console_read(text, 8));
}

static void ports(void)
{
  char text[64];
  struct vpok_port state;
  int64_t in, out;

  CALL(-VPOK_ENOENT, port_id("nowhere", 7));
  CALL(-VPOK_EFAULT, port_id(beyond(-1), 2));
  CALL(-VPOK_ENOENT, port_id("", 0));
  CALL(-VPOK_EINVAL, port_id("much too long", VPOK_MAX_NAME + 1));
  out = vpok_must("out", vpok_port_id("out", 3));
  in = vpok_must("in", vpok_port_id("in", 2));
  CALL(-VPOK_EINVAL, port_send(99, text, 4));
  CALL(-VPOK_EINVAL, port_send((uint32_t)in, text, 4));
  CALL(-VPOK_EFAULT, port_send((uint32_t)out, beyond(-1), 4));
  CALL(-VPOK_EMSGSIZE, port_send((uint32_t)out, text, 33));
  CALL(-VPOK_EINVAL, port_receive(99, text, 4));
  CALL(-VPOK_EINVAL, port_receive((uint32_t)out, text, 32));
  CALL(-VPOK_EAGAIN, port_receive((uint32_t)in, text, 32));
  CALL(-VPOK_EINVAL, port_status(99, &state));
  CALL(-VPOK_EFAULT, port_status((uint32_t)in, (struct vpok_port *)beyond(-8)));
  CALL(OK, port_status((uint32_t)in, &state));
  check("kind", state.kind, VPOK_PORT_SAMPLING);
  check("direction", state.direction, VPOK_DIRECTION_IN);
  check("age", state.age, -1);
  CALL(-VPOK_EINVAL, port_bind(99, 5));
  CALL(-VPOK_EINVAL, port_bind((uint32_t)in, 64));
  CALL(-VPOK_ENODEV, port_bind((uint32_t)in, 6));
  CALL(OK, port_bind((uint32_t)in, 5));
  CALL(OK, port_send((uint32_t)out, "hello", 5));
}

static void notifications(void)
{
  int64_t bell;

  CALL(-VPOK_ENOENT, notification_id("nobody", 6));
  CALL(-VPOK_EFAULT, notification_id(beyond(0), 4));
  CALL(-VPOK_ENOENT, notification_id("", 0));
  CALL(-VPOK_EINVAL, notification_id("much too long", VPOK_MAX_NAME + 1));
  bell = vpok_must("bell", vpok_notification_id("bell", 4));
  CALL(-VPOK_EINVAL, notify(99));
  CALL(OK, notify((uint32_t)bell));
}

static void partition(void)
{
  CALL(VPOK_MODE_COLD_START, partition_mode());
  check("start", shared->start, VPOK_MODE_COLD_START);
  CALL(-VPOK_EINVAL, partition_set_mode(4));
  CALL(OK, partition_set_mode(VPOK_MODE_NORMAL));
  CALL(VPOK_MODE_NORMAL, partition_mode());
  CALL(-VPOK_EPERM, module_shutdown());
  CALL(-VPOK_EPERM, plan_id("x", 1));
  CALL(-VPOK_EPERM, plan_request(0));
  CALL(-VPOK_EPERM, plan_status((struct vpok_plan *)0));
  CALL(-VPOK_EFAULT, health_raise(1, beyond(0), 4));
  CALL(-VPOK_EMSGSIZE, health_raise(1, 0, VPOK_MAX_TEXT + 1));
  CALL(OK, health_raise(1, "not ill", 7));
}

int main(vpok_shared_page *page)
{
  shared = page;
  version();
  partition();
  vcpus();
  registering();
  masking();
  blocking();
  returning();
  time();
  console();
  ports();
  notifications();
  vpok_printf("calls: %u checks, %u failed\n", checks, failures);
  return 0;
}
