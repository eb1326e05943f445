/* Two slots; the duration it is told is that of slot 1, its own number. */
#include "windows.h"

static void watcher(void)
{
  watch("b", 4);
  vp_shutdown();
}

int main(void)
{
  u64 duration = 0;

  vp_call1(VP_PARTITION_DURATION, &duration);
  vp_printf("b: duration %llu\n", duration);
  watcher_id = THREAD(.entry = watcher, .priority = 5, .capacity = 10000);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
