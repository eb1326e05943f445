/*
 * RMS scheduling: threads are sorted by period as they are created, so that
 * their numbers change; the first candidate runs, the main thread last.
 */
#include "vpok_show.h"

static u32 slow_seen;

static void fast(void)
{
  for (;;) {
    vp_printf("fast\n");
    vp_wait_period();
  }
}

static void slow(void)
{
  for (;;) {
    vp_printf("slow begins\n");
    while (slow_seen == 0) /* until the aperiodic thread below it has run */
      __asm__ volatile("" ::: "memory");
    vp_printf("slow ends\n");
    slow_seen = 0;
    vp_wait_period();
  }
}

static void middle(void)
{
  u32 activation;

  for (activation = 0; activation < 4; activation++) {
    vp_printf("middle %u\n", activation);
    slow_seen = activation & 1;
    vp_wait_period();
  }
}

static void background(void)
{
  vp_printf("background\n");
  vp_stop_self();
  vp_printf("background again\n");
}

int main(void)
{
  u32 id;

  vp_printf("id %u\n", THREAD(.entry = slow, .priority = 1, .period = 9 * MS));
  vp_printf("id %u\n", THREAD(.entry = background, .priority = 9));
  vp_printf("id %u\n", THREAD(.entry = fast, .priority = 2, .period = 3 * MS));
  vp_printf("id %u\n", THREAD(.entry = middle, .priority = 3, .period = 6 * MS));
  for (id = 0; id < 5; id++)
    show_thread(id);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
