/*
 * The error handler in NORMAL mode under RR: the thread that failed stays the
 * partition's current one, so that the next election gives it the processor
 * back, and the handler goes on only when that thread blocks.
 */
#include "vpok_show.h"

static volatile u32 waiting;

static void handler(void)
{
  struct vp_error e;

  for (;;) {
    u32 result = vp_error_get(&e);

    vp_printf("handler: get = %u\n", result);
    if (result == VP_OK) {
      vp_printf("handler: kind %u, thread %u\n", e.kind, e.thread);
      waiting = 1;
      while (waiting)
        ;
      vp_printf("handler goes on\n");
    }
    vp_stop_self();
  }
}

static void raiser(void)
{
  u32 i;

  for (i = 0; i < 3; i++) {
    vp_printf("raise: %u\n", vp_error_raise("x", 1)); /* back after a tick */
    vp_printf("raiser: handler waits %u\n", waiting);
    waiting = 0;
    vp_wait_period();
  }
  vp_printf("unknown call: %u\n", vp_call0(999));
  waiting = 0;
  vp_wait_period();
  vp_shutdown();
}

static void other(void)
{
  for (;;) {
    vp_printf("other\n");
    vp_wait_period();
  }
}

int main(void)
{
  THREAD(.entry = other, .priority = 1, .period = 4 * MS);
  THREAD(.entry = raiser, .priority = 1, .period = 5 * MS);
  vp_printf("handler created: %u\n", vp_error_handler(handler));
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
