/*
 * Creating threads: numbers, attributes, limits, and when it is refused.
 *
 * The kernel has no `debug`, so that one thread too many is answered.
 */
#include "vpok_show.h"

#define NEXT 5 /* one beyond its threads: the neighbour's first, and POK tells about it */

static struct vp_thread attributes;

static void twice(void)
{
  u32 id = 77;

  vp_printf("thread runs without being started\n");
  SHOW(vp_thread_create(&id, &attributes));
  vp_printf("id %u\n", id);
}

static void idle(void) {}

static void create(struct vp_thread attr)
{
  u32 id = 77;
  u32 result;

  attributes = attr;
  result = vp_thread_create(&id, &attributes);
  vp_printf("create = %u, id %u\n", result, id);
}

int main(void)
{
  u32 id;

  for (id = 0; id < 8; id++)
    if (id != NEXT)
      show_thread(id);
  create((struct vp_thread){.priority = 0, .entry = twice});
  create((struct vp_thread){.priority = 255, .entry = idle, .period = 40 * MS,
                            .deadline = 30 * MS, .capacity = 9, .stack = 4096, .state = 3});
  create((struct vp_thread){.priority = 7, .entry = idle, .period = -1ull,
                            .deadline = -1ull, .capacity = -1ull});
  create((struct vp_thread){.priority = 8, .entry = idle, .period = 1ull << 40,
                            .capacity = 5});
  create((struct vp_thread){.priority = 8, .entry = idle});
  for (id = 0; id < 8; id++)
    if (id != NEXT)
      show_thread(id);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
