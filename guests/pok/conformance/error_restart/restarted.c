/*
 * Restart by the error handler: the image is loaded anew, memory outside it is
 * kept; lock objects, ports and the start condition are not reset.
 */
#include "vpok_show.h"

#define KEPT (*(volatile u32 *)0xb000) /* between image and stacks */

static u32 initialised = 5, zero;

static void handler(void)
{
  struct vp_error e;

  if (vp_error_get(&e) == VP_OK)
    vp_printf("handler: kind %u\n", e.kind);
  else
    vp_printf("handler: nothing to get\n");
  vp_stop_self();
  vp_printf("handler: start %u\n", KEPT);
  if (KEPT == 1)
    SHOW(vp_set_mode(VP_MODE_WARM));
  if (KEPT == 2)
    SHOW(vp_set_mode(VP_MODE_COLD));
  SHOW(vp_set_mode(VP_MODE_WARM)); /* refused: from COLD to WARM */
  vp_set_mode(VP_MODE_STOPPED);
}

static void worker(void)
{
  u32 i;

  for (i = 0;; i++) {
    vp_printf("worker %u\n", i);
    vp_wait_period();
    if (i == 2)
      vp_error_raise("enough", 6);
  }
}

static void show_state(u32 id)
{
  struct vp_thread t;

  vp_thread_status(id, &t);
  vp_printf("thread %u: priority %u, state %u, period %lld, capacity %lld\n", id, t.priority,
            t.state, t.period, t.capacity);
}

static void describe(void)
{
  u32 mode = 9, condition = 9;
  u8 mutex = 99, port = 99;

  vp_call1(VP_PARTITION_MODE, &mode);
  vp_call1(VP_PARTITION_START_CONDITION, &condition);
  vp_printf("start %u: mode %u condition %u data %u %u\n", KEPT, mode, condition, initialised, zero);
  if (KEPT == 3)
    return;
  SHOW(vp_lock_create(&mutex, &(struct vp_lock_attr){VP_MUTEX, 0, 0, 0, 0}));
  SHOW(vp_sampling_create("sample", 4, VP_OUT, 0, &port));
  SHOW(vp_queueing_create("queue", 4, VP_IN, VP_FIFO, &port));
}

int main(void)
{
  u32 i;

  KEPT = KEPT + 1;
  describe();
  for (i = 0; i < 3 && KEPT < 3; i++)
    show_state(i);
  initialised = 6;
  zero = 7;
  THREAD(.entry = worker, .priority = 5, .period = 4 * MS);
  SHOW(vp_error_handler(handler));
  if (KEPT == 3)
    vp_error_raise("in INIT_COLD", 12); /* the handler must be done before the next tick */
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
