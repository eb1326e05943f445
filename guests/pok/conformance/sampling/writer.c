/*
 * Sampling ports: the last message only, moved at the major frame, read any
 * number of times, valid while it is fresh.
 */
#include "vpok_show.h"

static u8 port, unread;

static void write(u32 frame)
{
  u32 message[2] = {frame, frame * 3};

  vp_printf("write %u: %u\n", frame, vp_sampling_write(port, message, sizeof message));
}

static void writer(void)
{
  u32 frame;

  for (frame = 1; frame < 9; frame++) {
    if (frame != 4 && frame != 5) /* old data is not moved again */
      write(frame);
    if (frame == 2)
      write(100); /* overwrites */
    if (frame == 6)
      vp_printf("shorter: %u\n", vp_sampling_write(port, &frame, 1));
    vp_wait_period();
  }
  vp_shutdown();
}

int main(void)
{
  SHOW(vp_sampling_create("out", 8, VP_OUT, 0, &port));
  SHOW(vp_sampling_create("spare", 8, VP_OUT, 0, &unread));
  write(0); /* in INIT mode: nothing moves until the partition is in NORMAL mode */
  THREAD(.entry = writer, .priority = 5, .period = 20 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
