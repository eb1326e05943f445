/* RMS again, in the last partition: its text reaches to the idle thread. */
#include "vpok_show.h"

static void tick(void)
{
  u32 i;

  for (i = 0; i < 3; i++) {
    vp_printf("two\n");
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  THREAD(.entry = tick, .priority = 1, .period = 12 * MS);
  THREAD(.entry = vp_thread_end, .priority = 1, .period = 5 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
