/* Another partition, which gets nothing from one that never ends its INIT. */
#include "vpok_show.h"

static u8 port;

static void witness(void)
{
  u32 data, length, i;
  i32 valid;

  for (i = 0; i < 4; i++) {
    vp_printf("witness: read = %u\n", vp_sampling_read(port, &data, &length, &valid));
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  SHOW(vp_sampling_create("early_in", 4, VP_IN, 0, &port));
  THREAD(.entry = witness, .priority = 5, .period = 10 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
