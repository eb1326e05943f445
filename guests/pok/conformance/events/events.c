/*
 * Events: signal wakes the most urgent waiter, first come first served among
 * equals; broadcast wakes all; a waiter comes back with the lock.
 */
#include "vpok_show.h"

static u8 event;

static u32 operate(u32 operation, u64 timeout)
{
  return vp_lock_operation(event, VP_EVENT, operation, timeout);
}

static void wait(const char *who, u64 timeout)
{
  u32 lock = operate(VP_LOCK, 0), result, unlock;

  vp_printf("%s: lock %u, waits\n", who, lock);
  result = operate(VP_WAIT, timeout);
  vp_printf("%s: wait %u\n", who, result);
  unlock = operate(VP_UNLOCK, 0);
  vp_printf("%s: unlock %u\n", who, unlock);
}

static void low(void)
{
  for (;;)
    wait("low", 0);
}
static void equal_1(void)
{
  for (;;)
    wait("equal 1", 0);
}
static void equal_2(void)
{
  for (;;)
    wait("equal 2", 0);
}
static void timed(void)
{
  for (;;)
    wait("timed", 19 * MS / 2);
}

/* Waits without the lock: it has it afterwards all the same. */
static void careless(void)
{
  vp_wait_period();
  vp_printf("careless: wait %u\n", operate(VP_WAIT, 0));
  vp_printf("careless: lock %u\n", operate(VP_LOCK, 3 * MS / 2));
  vp_printf("careless: unlock %u\n", operate(VP_UNLOCK, 0));
  vp_stop_self();
}

/* The signaller holds the lock: who is woken waits for that, still. */
static void signal_locked(void)
{
  SHOW(operate(VP_LOCK, 0));
  SHOW(operate(VP_SIGNAL, 0));
  SHOW(operate(VP_SIGNAL, 0));
  SHOW(operate(VP_UNLOCK, 0));
}

static void step(u32 number)
{
  switch (number) {
  case 2:
    SHOW(operate(VP_SIGNAL, 0));
    break;
  case 3:
    SHOW(operate(VP_SIGNAL, 0));
    SHOW(operate(VP_SIGNAL, 0));
    break;
  case 4:
    signal_locked();
    break;
  case 5:
    SHOW(operate(VP_BROADCAST, 0));
    break;
  case 6:
    SHOW(operate(VP_LOCK, 0));
    SHOW(operate(VP_BROADCAST, 0));
    SHOW(operate(VP_UNLOCK, 0));
    break;
  case 9:
    vp_shutdown();
    break;
  default:
    break;
  }
}

static void signaller(void)
{
  u32 i;

  SHOW(operate(VP_SIGNAL, 0)); /* nobody waits, and it is not kept */
  SHOW(operate(VP_BROADCAST, 0));
  for (i = 1;; i++) {
    vp_printf("step %u\n", i);
    step(i);
    vp_wait_period();
  }
}

int main(void)
{
  event = EVENT();
  THREAD(.entry = signaller, .priority = 50, .period = 3 * MS);
  THREAD(.entry = low, .priority = 10);
  THREAD(.entry = equal_1, .priority = 20);
  THREAD(.entry = equal_2, .priority = 20);
  THREAD(.entry = timed, .priority = 30);
  THREAD(.entry = careless, .priority = 40, .period = 10 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
