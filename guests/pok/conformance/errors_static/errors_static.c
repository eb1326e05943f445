/*
 * The error handler in NORMAL mode under STATIC: it is the most urgent thread;
 * only it may stop and restart threads.
 */
#include "vpok_show.h"

#define SIZE 0x10000u

static char text[300];
static u32 step, victim_runs;

static void answer(struct vp_error *e)
{
  if (e->kind == VP_ERROR_NUMERIC)
    vp_printf("handler: restart = %u\n", vp_thread_restart(e->thread));
  if (e->kind == VP_ERROR_ILLEGAL && e->thread == 3)
    vp_printf("handler: stop = %u\n", vp_thread_stop(e->thread));
  if (step == 9) {
    SHOW(vp_thread_stop(7));
    SHOW(vp_thread_restart(7));
    SHOW(vp_thread_restart(0xffffffff));
    SHOW(vp_set_mode(VP_MODE_NORMAL));
    SHOW(vp_set_mode(VP_MODE_IDLE));
    SHOW(vp_error_raise("in the handler", 14));
    SHOW(vp_call0(999));
    vp_error_get(e);
    vp_printf("handler: its own error: kind %u, thread %u\n", e->kind, e->thread);
  }
}

static void handler(void)
{
  struct vp_error e;

  for (;;) {
    memset(&e, 0, sizeof e);
    vp_printf("handler: get = %u", vp_error_get(&e));
    vp_printf(", kind %u, thread %u, %u bytes, ends with %u\n", e.kind, e.thread, e.size,
              e.size ? e.message[e.size - 1] : 0);
    answer(&e);
    vp_stop_self();
  }
}

static void raiser(void)
{
  struct vp_error e;
  u32 i;

  for (i = 0; i < sizeof text; i++)
    text[i] = (char)(i % 100);
  for (step = 1; step < 12; step++) {
    vp_printf("step %u\n", step);
    if (step == 2)
      SHOW(vp_error_raise(text, 0));
    if (step == 3)
      SHOW(vp_error_raise(text, 5));
    if (step == 4)
      SHOW(vp_error_raise(text, 250));
    if (step == 5)
      SHOW(vp_error_raise(text, 300)); /* cut at 250 */
    if (step == 6)
      SHOW(vp_error_raise((char *)SIZE - 3, 4));
    if (step == 7)
      SHOW(vp_call0(12345));
    if (step == 8)
      vp_printf("get = %u, kind %u\n", vp_error_get(&e), e.kind); /* it is kept */
    if (step == 9)
      SHOW(vp_error_raise(text, 1));
    vp_wait_period();
  }
  vp_shutdown();
}

/* Divides by zero at its second activation: restarted, it counts on. */
static void divider(void)
{
  for (;;) {
    vp_printf("divider %u\n", ++victim_runs);
    if (victim_runs == 2)
      __asm__ volatile("xorl %%ecx, %%ecx\n divl %%ecx" ::: "eax", "ecx", "edx");
    vp_wait_period();
  }
}

static void jumper(void)
{
  vp_wait_period();
  vp_printf("jumper\n");
  __asm__ volatile("hlt");
  vp_printf("not reached\n");
}

int main(void)
{
  THREAD(.entry = raiser, .priority = 30, .period = 3 * MS);
  THREAD(.entry = divider, .priority = 20, .period = 7 * MS, .capacity = 50);
  THREAD(.entry = jumper, .priority = 10, .period = 13 * MS);
  SHOW(vp_error_handler(handler));
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
