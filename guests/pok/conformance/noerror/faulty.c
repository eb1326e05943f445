/*
 * No error handler, and a kernel without `debug`: an unknown call answers 1, a
 * fault repeats silently for ever; it burns its own partition's time only.
 */
#include "vpok_show.h"

static void low(void)
{
  vp_wait_period();
  vp_printf("not reached\n");
}

static void high(void)
{
  u32 i;

  for (i = 0; i < 4; i++) {
    vp_printf("high %u\n", i);
    vp_wait_period();
  }
}

static void faulty(void)
{
  struct vp_error e;

  SHOW(vp_call0(999));
  SHOW(vp_error_get(&e));
  SHOW(vp_error_raise("nobody", 6));
  vp_printf("get = %u, kind %u, %u bytes\n", vp_error_get(&e), e.kind, e.size);
  SHOW(vp_call0(998)); /* does not replace it: there is no handler to tell */
  vp_printf("get = %u, kind %u\n", vp_error_get(&e), e.kind);
  __asm__ volatile("xorl %%ecx, %%ecx\n divl %%ecx" ::: "eax", "ecx", "edx");
  vp_printf("not reached\n");
}

int main(void)
{
  THREAD(.entry = low, .priority = 1, .period = 3 * MS);
  THREAD(.entry = faulty, .priority = 5);
  THREAD(.entry = high, .priority = 9, .period = 2 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
