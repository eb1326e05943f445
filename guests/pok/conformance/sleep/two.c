/* The neighbour whose slots the sleeper must wait for; it sleeps in one. */
#include "vpok_show.h"

static void sleeper(void)
{
  u32 i;

  for (i = 0; i < 4; i++) {
    vp_sleep_us(6500);
    vp_printf("two: slept 6.5 ms\n");
  }
}

int main(void)
{
  THREAD(.entry = sleeper, .priority = 20);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
