/* Stopping a partition for good: only its error handler may. */
#include "vpok_show.h"

static void handler(void)
{
  struct vp_error e;

  vp_printf("handler: get = %u\n", vp_error_get(&e));
  vp_stop_self();
  vp_error_get(&e);
  vp_printf("handler: kind %u, thread %u\n", e.kind, e.thread);
  vp_set_mode(VP_MODE_STOPPED);
  vp_printf("not reached\n");
}

static void faulty(void)
{
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  vp_wait_period();
  __asm__ volatile("xorl %%ecx, %%ecx\n divl %%ecx" ::: "eax", "ecx", "edx");
}

static void periodic(void)
{
  for (;;) {
    vp_printf("periodic\n");
    vp_wait_period();
  }
}

int main(void)
{
  THREAD(.entry = faulty, .priority = 5, .period = 20 * MS);
  THREAD(.entry = periodic, .priority = 4, .period = 5 * MS);
  SHOW(vp_error_handler(handler));
  SHOW(vp_set_mode(VP_MODE_STOPPED));
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
