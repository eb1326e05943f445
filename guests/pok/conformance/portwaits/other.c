/* The partition whose slot ends when data moves: nobody here waits for it. */
#include "vpok_show.h"

static void tick(void)
{
  u32 i;

  for (i = 0; i < 3; i++) {
    vp_printf("other\n");
    vp_wait_period();
  }
}

int main(void)
{
  THREAD(.entry = tick, .priority = 5, .period = 40 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
