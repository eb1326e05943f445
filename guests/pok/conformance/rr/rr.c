/*
 * RR scheduling: a thread keeps the processor until it blocks or its capacity
 * is used up; then the next candidate in circular order. Priority is nothing.
 */
#include "vpok_show.h"

static void worker(void)
{
  for (;;) {
    vp_printf("worker\n");
    vp_wait_period();
  }
}

static void judge(void)
{
  u32 activation;

  for (activation = 1; activation < 6; activation++) {
    vp_printf("judge %u\n", activation);
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  THREAD(.entry = worker, .priority = 1, .period = 3 * MS);
  THREAD(.entry = burn, .priority = 200, .period = 8 * MS, .capacity = 2);
  THREAD(.entry = worker, .priority = 200, .period = 5 * MS);
  THREAD(.entry = burn, .priority = 0, .period = 10 * MS, .capacity = 1);
  THREAD(.entry = judge, .priority = 0, .period = 7 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
