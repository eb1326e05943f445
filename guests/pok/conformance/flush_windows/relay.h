/* Reads one sampling port, writes another: shows when data moves. */
#ifndef RELAY_H
#define RELAY_H

#include "vpok_show.h"

static const char *self;
static u8 in, out;

static void relay(void)
{
  u32 count, length, received;
  i32 valid;

  for (count = 1; count < 12; count++) {
    received = 0;
    vp_sampling_read(in, &received, &length, &valid);
    vp_printf("%s %u has %u\n", self, count, received);
    vp_sampling_write(out, &count, sizeof count);
    vp_wait_period();
  }
  vp_shutdown();
}

static void start(const char *name, const char *from, const char *to, u64 period)
{
  self = name;
  vp_printf("%s: %u", name, vp_sampling_create(from, 4, VP_IN, 0, &in));
  vp_printf(" %u\n", vp_sampling_create(to, 4, VP_OUT, 0, &out));
  THREAD(.entry = relay, .priority = 5, .period = period);
  vp_set_mode(VP_MODE_NORMAL);
}

#endif
