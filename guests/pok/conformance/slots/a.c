/* Three slots of the frame. */
#include "windows.h"

static void watcher(void)
{
  watch("a", 6);
  vp_stop_self();
}

int main(void)
{
  u64 duration = 0;

  vp_call1(VP_PARTITION_DURATION, &duration);
  vp_printf("a: duration %llu\n", duration);
  watcher_id = THREAD(.entry = watcher, .priority = 5, .capacity = 10000);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
