/*
 * Calls that POK has but its configuration cannot choose: the clock, sleeping
 * until an instant, and one's own number (for whoever has an error handler).
 */
#include "vpok_show.h"

static u32 now_ms(void)
{
  u64 now = 0;

  vp_call1(VP_GET_TICK, &now);
  return whole_ms(now);
}

static u32 sleep_until(u32 us) { return vp_call1(VP_THREAD_SLEEP_UNTIL, us); }

static void show_id(const char *who)
{
  u32 id = 99;
  u32 result = vp_call1(VP_THREAD_ID, &id);

  vp_printf("%s: id = %u, %u\n", who, result, id);
}

static void handler(void)
{
  for (;;) {
    show_id("handler");
    vp_stop_self();
  }
}

static void sleeper(void)
{
  vp_wait_period();
  show_id("sleeper");
  vp_printf("at %u ms\n", now_ms());
  SHOW(sleep_until(7500));
  vp_printf("at %u ms\n", now_ms());
  SHOW(sleep_until(2000)); /* past: awake at once */
  vp_printf("at %u ms\n", now_ms());
  SHOW(sleep_until(20500));
  vp_printf("at %u ms\n", now_ms());
  SHOW(vp_call1(VP_GET_TICK, 0xfffffffc));
  SHOW(vp_call1(VP_THREAD_ID, 0xfffffffc));
  vp_shutdown();
}

int main(void)
{
  vp_printf("at %u ms\n", now_ms());
  show_id("main");
  THREAD(.entry = sleeper, .priority = 5, .period = 4 * MS);
  SEMAPHORE(0, 1);
  SHOW(vp_error_handler(handler));
  show_id("main");
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
