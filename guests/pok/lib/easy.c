/* The common cases in one line each. */
#include "vpok_pok.h"

/* Say what failed and stop this thread: a guest has nobody to return to. */
void vp_must(const char *what, u32 result)
{
  if (result == VP_OK)
    return;
  vp_printf("%s failed: %u\n", what, result);
  for (;;)
    vp_stop_self();
}

/* Create a thread (period 0: aperiodic) and return its id. */
u32 vp_thread(void (*entry)(void), u8 priority, u64 period_ns)
{
  struct vp_thread attr = {.priority = priority, .entry = (void *)entry, .period = period_ns};
  u32 id = 0;

  vp_must("thread", vp_thread_create(&id, &attr));
  return id;
}

u8 vp_semaphore(u16 initial, u16 maximum)
{
  struct vp_lock_attr attr = {VP_SEMAPHORE, 0, VP_FIFO, initial, maximum};
  u8 id = 0;

  vp_must("semaphore", vp_lock_create(&id, &attr));
  return id;
}
