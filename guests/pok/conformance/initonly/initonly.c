/* Never leaves its initialisation: only its main thread runs, in its slots. */
#include "vpok_show.h"

static void never(void) { vp_printf("not reached\n"); }

int main(void)
{
  u64 duration = 0;
  u8 port = 99;

  vp_call1(VP_PARTITION_DURATION, &duration);
  vp_printf("initonly: duration %llu\n", duration);
  SHOW(vp_sampling_create("early", 4, VP_OUT, 0, &port));
  SHOW(vp_sampling_write(port, "data", 4)); /* never moves */
  THREAD(.entry = never, .priority = 9);
  burn();
  return 0;
}
