/*
 * STATIC scheduling: the most urgent first; equals keep the processor, and
 * otherwise follow in circular order from the thread that ran last.
 */
#include "vpok_show.h"

static u32 a, b, c, q;

static void quick(void)
{
  for (;;) {
    vp_printf("quick\n");
    vp_wait_period();
  }
}

/* One change per activation, so that each has elections of its own. */
static void change(u32 step)
{
  switch (step) {
  case 2:
    SHOW(vp_set_priority(b, 15)); /* b above a, c */
    break;
  case 3:
    SHOW(vp_set_priority(b, 0x10a)); /* 8 bits: 10 again */
    break;
  case 4:
    SHOW(vp_set_priority(c, 30)); /* above this thread: at once */
    break;
  case 5:
    SHOW(vp_suspend_target(a));
    SHOW(vp_suspend_target(b));
    SHOW(vp_suspend_target(c));
    break;
  case 6:
    SHOW(vp_resume(c));
    SHOW(vp_resume(b));
    break;
  case 7:
    SHOW(vp_resume(a));
    break;
  case 8:
    SHOW(vp_suspend_target(q));
    SHOW(vp_set_priority(a, 254));
    break;
  default:
    break;
  }
}

static void steer(void)
{
  u32 step;

  for (step = 1;; step++) {
    vp_printf("step %u\n", step);
    change(step);
    vp_wait_period();
  }
}

/* Runs only when c's priority is raised: gives the processor back. */
static void third(void)
{
  for (;;) {
    struct vp_thread t;

    vp_thread_status(c, &t);
    if (t.priority == 30) {
      vp_printf("c runs\n");
      SHOW(vp_set_priority(c, 10));
    }
  }
}

static void last(void)
{
  vp_wait_period();
  vp_wait_period();
  vp_shutdown();
}

int main(void)
{
  a = THREAD(.entry = burn, .priority = 10);
  b = THREAD(.entry = burn, .priority = 10);
  THREAD(.entry = steer, .priority = 20, .period = 3 * MS);
  q = THREAD(.entry = quick, .priority = 10, .period = 4 * MS);
  c = THREAD(.entry = third, .priority = 10);
  THREAD(.entry = last, .priority = 255, .period = 30 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
