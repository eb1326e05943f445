/* Never leaves its initialisation: only its main thread runs, in its slots. */
#include "vpok_show.h"

int main(void)
{
  u64 duration = 0;

  vp_call1(VP_PARTITION_DURATION, &duration);
  vp_printf("c: duration %llu\n", duration);
  THREAD(.entry = burn, .priority = 9);
  burn();
  return 0;
}
