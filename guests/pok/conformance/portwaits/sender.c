/*
 * Waiting on queueing ports: a sender waits for room, a receiver for data; the
 * flush wakes both, and each goes on in its own next slot.
 *
 * The kernel adds the present time to a timeout twice: one given at t ends at
 * 2 t + timeout.
 */
#include "vpok_show.h"

static u8 port;

static void sender(void)
{
  u32 i;

  for (i = 1; i < 9; i++)
    vp_printf("sender: send %u = %u\n", i, vp_queueing_send(port, "12345678", 8, 500 * MS));
  vp_printf("sender: timed = %u\n", vp_queueing_send(port, "12345678", 8, MS / 2));
  vp_stop_self();
}

static void end(void)
{
  vp_wait_period();
  vp_shutdown();
}

int main(void)
{
  SHOW(vp_queueing_create("out", 8, VP_OUT, VP_FIFO, &port));
  THREAD(.entry = sender, .priority = 5);
  THREAD(.entry = end, .priority = 5, .period = 500 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
