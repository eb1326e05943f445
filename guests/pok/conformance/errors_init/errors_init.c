/*
 * The error handler while the partition initialises: it runs when it is
 * created and at each error, but a tick gives the processor back to main.
 */
#include "vpok_show.h"

static volatile u32 phase;

static void tell(void)
{
  struct vp_error e;
  u32 result;

  memset(&e, 0, sizeof e);
  result = vp_error_get(&e);
  vp_printf("handler: get = %u, kind %u, thread %u, %u bytes \"%s\"\n", result, e.kind, e.thread,
            e.size, e.message);
}

static void handler(void)
{
  u32 refaults = 0;

  for (;;) {
    tell();
    if (phase == 3) {
      vp_printf("handler waits for main\n");
      while (phase == 3)
        ;
      vp_printf("handler goes on\n");
    }
    if (phase == 5 && ++refaults == 3)
      vp_shutdown();
    vp_stop_self();
  }
}

int main(void)
{
  u32 id = 99;
  struct vp_error e;

  SHOW(vp_error_raise("too early", 9)); /* stored, nobody is told */
  SHOW(vp_error_get(&e));
  vp_printf("kind %u\n", e.kind);
  SHOW(vp_error_handler(handler));
  SHOW(vp_thread_create(&id, &(struct vp_thread){.priority = 1, .entry = burn}));
  vp_printf("id %u\n", id);
  show_thread(1);
  phase = 1;
  SHOW(vp_error_raise("application", 11));
  show_thread(1);
  phase = 2;
  SHOW(vp_call0(999));
  phase = 3;
  SHOW(vp_error_raise("preempted", 9)); /* comes back at a tick */
  phase = 4;
  SHOW(vp_error_raise("again", 5)); /* the handler goes on where it was */
  phase = 5;
  vp_printf("main: invalid opcode\n");
  __asm__ volatile("ud2"); /* faults again when the handler stops */
  vp_printf("not reached\n");
  return 0;
}
