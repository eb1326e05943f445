/*
 * Periods and time capacity: releases, overruns, and what uses capacity up.
 */
#include "vpok_show.h"

static u32 overrun_id;
static u8 gate, shut;

/* Misses two periods at its second activation: they are made up for, one per election. */
static void overrun(void)
{
  struct spinner spinner = {overrun_id, 1000, 0};
  u32 i, k;

  for (i = 1; i < 8; i++) {
    vp_printf("overrun %u\n", i);
    for (k = 0; i == 2 && k < 7; k++)
      spin(&spinner);
    vp_wait_period();
  }
  vp_stop_self();
}

/* Capacity 4, period 20 ms: preempted at the fifth election. */
static void capacity(void)
{
  vp_printf("capacity\n");
  burn();
}

/* Released once more when its capacity is used up, then never again. */
static void aperiodic(void)
{
  vp_printf("aperiodic\n");
  burn();
}

/* Elections that its own calls cause use up capacity too. */
static void caller(void)
{
  u32 i;

  for (i = 0; i < 5; i++) {
    vp_printf("call %u\n", i);
    vp_lock_operation(gate, VP_SEMAPHORE, VP_UNLOCK, 0);
  }
  vp_printf("calls done\n");
  vp_stop_self();
}

static void opener(void)
{
  for (;;) {
    vp_lock_operation(gate, VP_SEMAPHORE, VP_LOCK, 0);
    vp_printf("gate\n");
  }
}

/* Capacity 1: blocks twice; the second time it is its period that lets it go on. */
static void blocked(void)
{
  for (;;) {
    vp_printf("blocked: %u\n", vp_lock_operation(shut, VP_SEMAPHORE, VP_LOCK, 0));
    vp_printf("blocked: %u\n", vp_lock_operation(shut, VP_SEMAPHORE, VP_LOCK, 0));
  }
}

static void unlocker(void)
{
  vp_wait_period();
  vp_lock_operation(shut, VP_SEMAPHORE, VP_UNLOCK, 0);
  vp_stop_self();
}

static void end(void)
{
  vp_wait_period(); /* aperiodic: released at once, */
  vp_printf("released once\n");
  vp_wait_period(); /* and now never again */
  vp_printf("not reached\n");
}

static void stop(void)
{
  vp_wait_period();
  vp_wait_period();
  vp_shutdown();
}

int main(void)
{
  gate = SEMAPHORE(0, 9);
  shut = SEMAPHORE(0, 9);
  THREAD(.entry = overrun, .priority = 90, .period = 2 * MS, .capacity = 1000);
  overrun_id = 1;
  THREAD(.entry = capacity, .priority = 60, .period = 20 * MS, .capacity = 4);
  THREAD(.entry = aperiodic, .priority = 50, .capacity = 2);
  THREAD(.entry = caller, .priority = 70, .period = 15 * MS, .capacity = 3);
  THREAD(.entry = opener, .priority = 80);
  THREAD(.entry = end, .priority = 40);
  THREAD(.entry = stop, .priority = 100, .period = 45 * MS);
  THREAD(.entry = burn, .priority = 10, .period = -1ull, .capacity = 2);
  THREAD(.entry = blocked, .priority = 75, .period = 11 * MS, .capacity = 1);
  THREAD(.entry = unlocker, .priority = 76, .period = 6 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
