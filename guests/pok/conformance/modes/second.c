/* Changing the mode in any other partition: the main thread is only itself. */
#include "vpok_show.h"

static u32 mode(void)
{
  u32 now = 99;

  vp_call1(VP_PARTITION_MODE, &now);
  return now;
}

static void helper(void)
{
  SHOW(mode());
  SHOW(vp_set_mode(VP_MODE_NORMAL));
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  SHOW(vp_set_mode(VP_MODE_WARM));
  SHOW(vp_set_mode(7));
  SHOW(mode());
  SHOW(vp_thread_stop(1));
  SHOW(vp_thread_restart(1));
  vp_shutdown();
}

int main(void)
{
  SHOW(mode());
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  SHOW(vp_set_mode(VP_MODE_COLD));
  SHOW(vp_set_mode(VP_MODE_IDLE));
  SHOW(vp_set_mode(7));
  SHOW(vp_thread_stop(1));
  SHOW(vp_thread_restart(1));
  SHOW(vp_thread_stop(9));
  SHOW(vp_wait_period()); /* no effect: in INIT the main thread is always chosen */
  SHOW(vp_suspend());
  SHOW(vp_stop_self());
  SHOW(mode());
  THREAD(.entry = helper, .priority = 9, .period = 50 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
