/* A system without the feature `shutdown`: the call is unknown; it ends idle. */
#include "vpok_show.h"

int main(void)
{
  SHOW(vp_call0(VP_SHUTDOWN));
  SHOW(vp_call0(VP_LOCK_CREATE));
  SHOW(vp_call0(VP_THREAD_SLEEP));
  vp_printf("nothing left\n");
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
