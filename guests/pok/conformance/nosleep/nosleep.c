/*
 * Without lock objects and ports in the whole system nobody wakes a sleeper;
 * a periodic thread is released, and whoever is resumed goes on.
 *
 * The partition's `assert` stands for the kernel's `debug` and for `shutdown`.
 */
#include "vpok_show.h"

static u32 sleeper_id;

static void sleeper(void)
{
  for (;;) {
    vp_printf("sleeps\n");
    vp_printf("woken, sleep = %u\n", vp_sleep_us(1000));
  }
}

static void periodic(void)
{
  u32 i;

  for (i = 0; i < 6; i++) {
    vp_printf("periodic %u\n", i);
    if (i == 3)
      SHOW(vp_resume(sleeper_id));
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  sleeper_id = THREAD(.entry = sleeper, .priority = 20);
  THREAD(.entry = periodic, .priority = 10, .period = 5 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
