/*
 * Suspending and resuming: resume makes runnable whatever the thread waited
 * for; the main thread too, which then goes on behind its set_mode.
 */
#include "vpok_show.h"

#define COUNT 7
static u32 sleeper_id, locker_id, timed_id, periodic_id, parent_id;
static u8 mutex;

static void sleeper(void)
{
  for (;;) {
    SHOW(vp_sleep_us(900000));
    SHOW(vp_suspend());
  }
}

/* The mutex is never free: only being resumed ends the wait, with OK. */
static void locker(void)
{
  for (;;)
    vp_printf("locker: lock = %u\n", vp_lock_operation(mutex, VP_MUTEX, VP_LOCK, 0));
}

static void timed(void)
{
  for (;;)
    vp_printf("timed: lock = %u\n", vp_lock_operation(mutex, VP_MUTEX, VP_LOCK, 400 * MS));
}

static void periodic(void)
{
  for (;;) {
    vp_printf("periodic\n");
    vp_wait_period();
  }
}

static void codes(void)
{
  SHOW(vp_resume(COUNT + 1));
  SHOW(vp_resume(0xffffffff));
  SHOW(vp_suspend_target(parent_id));
  SHOW(vp_suspend_target(COUNT + 1));
  SHOW(vp_suspend_target(0xffffffff));
  SHOW(vp_set_priority(COUNT + 1, 5));
  SHOW(vp_set_priority(0xffffffff, 5));
  SHOW(vp_thread_status(COUNT + 1, 0));
  SHOW(vp_resume(parent_id));
  SHOW(vp_thread_stop(1));
  SHOW(vp_thread_restart(1));
}

static void step(u32 number)
{
  switch (number) {
  case 1:
    codes();
    break;
  case 2:
    SHOW(vp_resume(sleeper_id));
    break;
  case 3:
    SHOW(vp_resume(sleeper_id));
    break;
  case 4:
    SHOW(vp_resume(locker_id));
    SHOW(vp_resume(timed_id));
    break;
  case 5:
    SHOW(vp_suspend_target(periodic_id));
    SHOW(vp_suspend_target(locker_id));
    break;
  case 7:
    SHOW(vp_resume(periodic_id)); /* runnable at once, next release as planned */
    SHOW(vp_set_priority(periodic_id, 60));
    break;
  case 8:
    SHOW(vp_resume(0));
    break;
  default:
    break;
  }
}

static void parent(void)
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
  mutex = MUTEX(VP_FIFO);
  vp_lock_operation(mutex, VP_MUTEX, VP_LOCK, 0);
  sleeper_id = THREAD(.entry = sleeper, .priority = 20);
  locker_id = THREAD(.entry = locker, .priority = 21);
  timed_id = THREAD(.entry = timed, .priority = 22);
  periodic_id = THREAD(.entry = periodic, .priority = 23, .period = 4 * MS);
  parent_id = THREAD(.entry = parent, .priority = 50, .period = 3 * MS);
  SHOW(vp_resume(parent_id)); /* no effect in INIT */
  vp_printf("main: set_mode = %u\n", vp_set_mode(VP_MODE_NORMAL));
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  vp_printf("main: set_mode = %u\n", vp_set_mode(VP_MODE_NORMAL));
  return 0;
}
