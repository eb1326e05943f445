/* The second partition: its thread numbers go on where the first's end. */
#include "vpok_show.h"

#define BEYOND 7 /* not its own, and yet POK tells about it */

static void late(void)
{
  u32 id;

  for (id = 4; id < 9; id++)
    if (id != BEYOND)
      show_thread(id);
  vp_shutdown();
}

int main(void)
{
  u32 id;

  vp_call1(VP_PARTITION_ID, &id);
  for (id = 3; id < 9; id++)
    if (id != BEYOND)
      show_thread(id);
  vp_printf("id %u\n", THREAD(.entry = late, .priority = 1, .period = 100 * MS));
  show_thread(6);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
