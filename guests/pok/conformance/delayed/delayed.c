/*
 * Delayed start: in INIT and in NORMAL mode, with and without a period, with
 * and without a delay; the thread's context is never reset.
 */
#include "vpok_show.h"

#define COUNT 9
static u32 at[8]; /* the threads in order of creation, control left out */
static u32 results[COUNT];
static struct vp_thread before;

static void aperiodic(void)
{
  u32 i;

  for (i = 0;; i++) {
    vp_printf("aperiodic, run %u\n", i);
    vp_stop_self();
  }
}

static void periodic(void)
{
  u32 i;

  for (i = 0;; i++) {
    vp_printf("periodic, run %u\n", i);
    vp_wait_period();
  }
}

static void report(void)
{
  u32 i;

  for (i = 0; i < COUNT; i++)
    vp_printf("in INIT: %u\n", results[i]);
  vp_printf("state %u, period %lld\n", before.state, before.period);
  for (i = 0; i < 7; i++)
    show_thread(at[i]);
}

static void in_normal_mode(u32 step)
{
  switch (step) {
  case 1:
    report();
    break;
  case 3:
    SHOW(vp_delayed_start(at[0], 0)); /* stopped: goes on where it was */
    break;
  case 4:
    SHOW(vp_delayed_start(at[1], 1500));
    show_thread(at[1]);
    break;
  case 5:
    SHOW(vp_suspend_target(at[2]));
    SHOW(vp_delayed_start(at[2], 2500)); /* periodic: stays stopped */
    show_thread(at[2]);
    break;
  case 6:
    SHOW(vp_resume(at[2]));
    SHOW(vp_delayed_start(at[3], 6500)); /* waiting: its next release moves */
    show_thread(at[3]);
    SHOW(vp_set_priority(at[0], 55));
    SHOW(vp_delayed_start(at[0], 1500)); /* priority is the first one again */
    show_thread(at[0]);
    break;
  case 7:
    SHOW(vp_delayed_start(0, 0xffffffff));
    SHOW(vp_delayed_start(COUNT + 1, 0));
    SHOW(vp_delayed_start(0xffffffff, 0));
    break;
  case 12:
    vp_shutdown();
    break;
  default:
    break;
  }
}

static void control(void)
{
  u32 step;

  for (step = 1;; step++) {
    vp_printf("step %u\n", step);
    in_normal_mode(step);
    vp_wait_period();
  }
}

/* In INIT; printed later, so that the delays count from the quantum's edge. */
static void in_init_mode(void)
{
  results[0] = vp_delayed_start(at[0], 0);
  results[1] = vp_delayed_start(at[1], 3500);
  results[2] = vp_delayed_start(at[2], 0);
  results[3] = vp_delayed_start(at[3], 5000); /* released at delay + major frame */
  results[4] = vp_delayed_start(at[4], 1500);
  results[5] = vp_delayed_start(at[5], 0);
  results[6] = vp_delayed_start(at[6], 2500);
  results[7] = vp_delayed_start(COUNT + 1, 0);
  results[8] = vp_thread_status(at[6], &before);
}

int main(void)
{
  at[0] = THREAD(.entry = aperiodic, .priority = 10);
  at[1] = THREAD(.entry = aperiodic, .priority = 11);
  at[2] = THREAD(.entry = periodic, .priority = 12, .period = 4 * MS, .deadline = 3 * MS);
  at[3] = THREAD(.entry = periodic, .priority = 13, .period = 5 * MS, .deadline = 3 * MS);
  at[4] = THREAD(.entry = periodic, .priority = 14, .period = 6 * MS, .capacity = 9);
  THREAD(.entry = control, .priority = 20, .period = 3 * MS);
  at[5] = THREAD(.entry = aperiodic, .priority = 15, .capacity = 7);
  at[6] = THREAD(.entry = aperiodic, .priority = 16, .capacity = 8);
  in_init_mode();
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
