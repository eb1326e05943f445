/*
 * RR on processors 1 and 2 only: the main thread runs on the lower one, and a
 * thread's affinity counts within the partition's processors.
 */
#include "relay.h"

static u8 gate;
static u32 follower_id;

static void leader(void)
{
  u32 i;

  for (i = 1; i < 3; i++) {
    vp_wait_period();
    vp_printf("two: leader %u\n", i);
    vp_lock_operation(gate, VP_SEMAPHORE, VP_UNLOCK, 0);
    listen(1);
  }
  vp_shutdown();
}

static void follower(void)
{
  u32 i;

  for (i = 1;; i++) {
    vp_lock_operation(gate, VP_SEMAPHORE, VP_LOCK, 0);
    speak("two: follower", i);
    let_others_block(follower_id);
  }
}

int main(void)
{
  u32 id;

  gate = SEMAPHORE(0, 1);
  driver_id = THREAD(.entry = leader, .priority = 1, .period = 110 * MS);
  follower_id = THREAD(.entry = follower, .priority = 1, .affinity = 1, .capacity = CAPACITY);
  vp_delayed_start(follower_id, 5500);
  for (id = 10; id < 13; id++)
    show_thread(id);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
