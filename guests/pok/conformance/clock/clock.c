/*
 * The clock: steps of 9219 ns, elections at the first step of each millisecond.
 *
 * A thread of finite capacity sees the instant of each election.
 */
#include "vpok_show.h"

static u32 reader_id;

static void reader(void)
{
  struct spinner spinner = {reader_id, 1000, 0};
  u32 i;

  for (i = 0; i < 30; i++)
    vp_printf("election at %llu ns\n", spin(&spinner));
  vp_shutdown();
}

int main(void)
{
  reader_id = THREAD(.entry = reader, .priority = 5, .capacity = 1000);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
