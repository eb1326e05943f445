/*
 * Sleeping: a thread wakes at the first election of its own partition at or
 * after the instant, so at a quantum's edge and never in another's slot.
 */
#include "vpok_show.h"


static void sleeper(void)
{
  static const u32 times[] = {0, 500, 1500, 2500, 6500, 20500, 0};
  u32 i;

  for (i = 0; i < sizeof times / sizeof times[0]; i++) {
    u32 result = vp_sleep_us(times[i]);

    vp_printf("slept %u us: %u\n", times[i], result);
  }
  vp_sleep_us(0xffffffff); /* 71 minutes */
  vp_printf("not reached\n");
}

static void end(void)
{
  vp_wait_period();
  vp_shutdown();
}

int main(void)
{
  THREAD(.entry = sleeper, .priority = 20);
  THREAD(.entry = end, .priority = 20, .period = 70 * MS);
  THREAD(.entry = burn, .priority = 10);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
