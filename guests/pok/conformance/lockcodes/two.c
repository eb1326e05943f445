/* The second partition's objects are numbered on; the first's are not its own. */
#include "vpok_show.h"

static u8 mine;

static void normal(void)
{
  SHOW(vp_lock_operation(mine, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(mine, VP_MUTEX, VP_UNLOCK, 0));
  vp_sleep_us(60500);
  vp_shutdown();
}

int main(void)
{
  mine = MUTEX(VP_FIFO);
  vp_printf("two: id %u\n", mine);
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(4, VP_SEMAPHORE, VP_LOCK, 0));
  SHOW(vp_lock_operation(mine + 1, VP_MUTEX, VP_LOCK, 0));
  THREAD(.entry = normal, .priority = 5);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
