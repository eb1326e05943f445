/*
 * A thread that notes the windows in which its partition runs.
 *
 * It is charged for some elections while it is away, so that an instant reads
 * some nanoseconds late: one per election that it did not see.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include "vpok_show.h"

static u32 watcher_id;

/* Report each stretch of elections at most one quantum apart; count of them. */
static void watch(const char *name, u32 windows)
{
  struct spinner spinner = {watcher_id, 10000, 0};
  u64 first = spin(&spinner), last = first;

  while (windows) {
    u64 now = spin(&spinner);

    if (now - last > 3 * MS / 2) {
      vp_printf("%s ran from %llu to %llu\n", name, first, last);
      first = now;
      windows--;
    }
    last = now;
  }
}

#endif
