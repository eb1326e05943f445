/*
 * Changing the mode, in partition 0: its main thread has number 0, which also
 * stands for "no error thread", so that it passes the checks for one.
 */
#include "vpok_show.h"

static void helper(void)
{
  vp_printf("first: helper\n");
  SHOW(vp_set_mode(VP_MODE_NORMAL));
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  SHOW(vp_set_mode(VP_MODE_COLD));
  SHOW(vp_thread_stop(1));
  SHOW(vp_thread_restart(1));
}

int main(void)
{
  u32 victim = THREAD(.entry = helper, .priority = 9);

  SHOW(vp_set_mode(0));
  SHOW(vp_set_mode(VP_MODE_COLD));
  SHOW(vp_set_mode(VP_MODE_WARM));
  SHOW(vp_set_mode(VP_MODE_IDLE));
  SHOW(vp_set_mode(VP_MODE_RESTART));
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  SHOW(vp_set_mode(7));
  SHOW(vp_set_mode(0xffffffff));
  SHOW(vp_thread_stop(1));
  show_thread(victim);
  SHOW(vp_thread_restart(1));
  show_thread(victim);
  SHOW(vp_thread_stop(4));
  SHOW(vp_thread_restart(0xffffffff));
  vp_set_mode(VP_MODE_NORMAL);
  vp_printf("not reached\n");
  return 0;
}
