/*
 * A thread that notes the windows in which its partition runs, in whole
 * microseconds: while it is away it may be charged for an election that it
 * did not see, and then its clock is some nanoseconds late.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include "vpok_show.h"

static u32 watcher_id;

static u32 whole_us(u64 ns)
{
  vp_divide(&ns, 1000);
  return (u32)ns;
}

/* Report each stretch of elections at most one quantum apart; count of them. */
static void watch(const char *name, u32 windows)
{
  struct spinner spinner = {watcher_id, 10000, 0};
  u64 first = spin(&spinner), last = first;

  while (windows) {
    u64 now = spin(&spinner);

    if (now - last > 3 * MS / 2) {
      vp_printf("%s ran from %u to %u us\n", name, whole_us(first), whole_us(last));
      first = now;
      windows--;
    }
    last = now;
  }
}

#endif
