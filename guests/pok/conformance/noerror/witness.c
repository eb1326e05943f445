/* Another partition, which notices nothing. */
#include "vpok_show.h"

static void witness(void)
{
  u32 i;

  for (i = 0; i < 4; i++) {
    vp_printf("witness %u\n", i);
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  THREAD(.entry = witness, .priority = 5, .period = 4 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
