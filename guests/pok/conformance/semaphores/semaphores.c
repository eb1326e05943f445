/*
 * Semaphores: values, both queueing disciplines, hand-over, timeouts.
 *
 * One thread opens the semaphores step by step, one step each 3 ms; waiters
 * with different priorities say what they got and queue again.
 */
#include "vpok_show.h"

static u8 fifo, ranked, odd, timed;
static u32 low_id;

static void wait(const char *who, u8 *object, u64 timeout)
{
  u32 result;

  vp_printf("%s waits\n", who);
  result = vp_lock_operation(*object, VP_SEMAPHORE, VP_LOCK, timeout);
  vp_printf("%s: %u\n", who, result);
}

static void fifo_low(void)
{
  for (;;)
    wait("fifo low", &fifo, 0);
}
static void fifo_high(void)
{
  for (;;)
    wait("fifo high", &fifo, 0);
}
static void ranked_low(void)
{
  for (;;)
    wait("ranked low", &ranked, 0);
}
static void ranked_high(void)
{
  for (;;)
    wait("ranked high", &ranked, 0);
}
static void ranked_equal(void)
{
  for (;;)
    wait("ranked equal", &ranked, 0);
}

/* A discipline that does not exist: never queued, so only a timeout ends it. */
static void odd_one(void)
{
  vp_wait_period(); /* begin at a quantum's edge */
  wait("odd timed", &odd, 3 * MS / 2);
  wait("odd", &odd, 0);
}

static void timed_one(void)
{
  vp_wait_period();
  wait("timed 1.5 ms", &timed, 3 * MS / 2);
  wait("timed 20 ms", &timed, 20 * MS);
  wait("timed 0.5 ms", &timed, MS / 2);
  wait("timed for ever", &timed, 0);
}

static void open(u8 object) { vp_lock_operation(object, VP_SEMAPHORE, VP_UNLOCK, 0); }

static void step(u32 number)
{
  switch (number) {
  case 1: /* 3 of the initial value have been taken: the first waits */
  case 2:
    open(fifo);
    break;
  case 3:
  case 4:
    open(ranked);
    break;
  case 5:
    vp_set_priority(low_id, 45); /* it keeps its place: sampled when it queued */
    open(ranked);
    open(ranked);
    open(ranked);
    break;
  case 6:
    open(timed);
    open(odd); /* nobody queued: value 1 */
    break;
  case 7:
    open(timed);
    open(odd);
    open(fifo);
    open(fifo);
    break;
  default:
    break;
  }
}

static void opener(void)
{
  u32 i;

  for (i = 1; i < 10; i++) {
    vp_printf("step %u\n", i);
    step(i);
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  fifo = vp_lock_object((struct vp_lock_attr){VP_SEMAPHORE, 0, VP_FIFO, 3, 1});
  ranked = vp_lock_object((struct vp_lock_attr){VP_SEMAPHORE, 0, VP_PRIORITY, 0, 5});
  odd = vp_lock_object((struct vp_lock_attr){VP_SEMAPHORE, 0, 7, 0, 5});
  timed = vp_lock_object((struct vp_lock_attr){VP_SEMAPHORE, 0, VP_FIFO, 0, 5});
  THREAD(.entry = opener, .priority = 50, .period = 3 * MS);
  THREAD(.entry = fifo_low, .priority = 10);
  THREAD(.entry = fifo_high, .priority = 40);
  low_id = THREAD(.entry = ranked_low, .priority = 10);
  THREAD(.entry = ranked_equal, .priority = 30);
  THREAD(.entry = ranked_high, .priority = 30);
  THREAD(.entry = odd_one, .priority = 60, .period = 4 * MS);
  THREAD(.entry = timed_one, .priority = 61, .period = 4 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
