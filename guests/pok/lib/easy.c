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

/* Create a thread and return its id. */
u32 vp_thread(struct vp_thread attr)
{
  u32 id = 0;

  vp_must("thread", vp_thread_create(&id, &attr));
  return id;
}

/* Create a lock object and return its id. */
u8 vp_lock_object(struct vp_lock_attr attr)
{
  u8 id = 0;

  vp_must("lock object", vp_lock_create(&id, &attr));
  return id;
}
