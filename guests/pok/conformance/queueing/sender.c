/*
 * Queueing ports: streams of bytes in rings, moved at the major frame to
 * every destination that is not full.
 */
#include "vpok_show.h"

static u8 port;
static const char text[] = "abcdefghijklmnopqrstuvwxyz";

static void send(u32 from, u32 size)
{
  vp_printf("send %u: %u\n", size, vp_queueing_send(port, text + from, size, 0));
}

static void sender(void)
{
  u32 frame;

  for (frame = 1; frame < 9; frame++) {
    vp_printf("frame %u\n", frame);
    if (frame == 1) {
      send(0, 4);
      send(4, 4); /* now full */
      send(8, 1);
      send(8, 0x103); /* 8 bits: 3 */
    } else if (frame < 6) {
      send(frame * 4, 3);
      send(frame * 4 + 3, 2);
    } else if (frame == 7) {
      send(0, 8);
    }
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  SHOW(vp_queueing_create("out", 8, VP_OUT, VP_FIFO, &port));
  THREAD(.entry = sender, .priority = 5, .period = 20 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
