/*
 * STATIC on three processors: hand-over, signal and broadcast to another
 * processor, and elections everywhere at a change of priority.
 */
#include "relay.h"

static u8 first, second, event, mutex;
static u32 worker_1, worker_2, waiter, pair_b, locker, busy_a, busy_b;
static u32 result;

static void on_first(void)
{
  u32 i;

  for (i = 1;; i++) {
    vp_lock_operation(first, VP_SEMAPHORE, VP_LOCK, 0);
    speak("worker 1 got the semaphore", i);
    let_others_block(worker_1);
  }
}

static void on_second(void)
{
  u32 i;

  for (i = 1;; i++) {
    vp_lock_operation(second, VP_SEMAPHORE, VP_LOCK, 0);
    speak("worker 2 got the semaphore", i);
    let_others_block(worker_2);
  }
}

static void on_event(const char *text)
{
  vp_lock_operation(event, VP_EVENT, VP_LOCK, 0);
  vp_lock_operation(event, VP_EVENT, VP_WAIT, 0);
  vp_lock_operation(event, VP_EVENT, VP_UNLOCK, 0);
  speak(text, 1);
}

static void on_event_1(void)
{
  on_event("waiter");
  let_others_block(waiter);
}

/* The less urgent one follows on the same processor. */
static void on_event_2(void) { on_event("pair, more urgent"); }

static void on_event_3(void)
{
  on_event("pair, less urgent");
  let_others_block(pair_b);
}

static void on_mutex(void)
{
  vp_lock_operation(mutex, VP_MUTEX, VP_LOCK, 0);
  speak("locker has the mutex", 1);
  let_others_block(locker);
  vp_lock_operation(mutex, VP_MUTEX, VP_UNLOCK, 0);
  vp_stop_self();
}

static void show_affinity(u32 id)
{
  struct vp_thread t;

  vp_thread_status(id, &t);
  vp_printf("thread %u: affinity %u, state %u\n", id, t.affinity, t.state);
}

static void step(u32 number)
{
  switch (number) {
  case 3:
    vp_lock_operation(first, VP_SEMAPHORE, VP_UNLOCK, 0);
    listen(1);
    break;
  case 4:
    vp_lock_operation(second, VP_SEMAPHORE, VP_UNLOCK, 0);
    listen(1);
    break;
  case 5: /* the most urgent of three */
    result = vp_lock_operation(event, VP_EVENT, VP_SIGNAL, 0);
    listen(1);
    break;
  case 6:
    vp_printf("signal was %u\n", result);
    vp_lock_operation(event, VP_EVENT, VP_BROADCAST, 0);
    listen(2);
    break;
  case 7:
    vp_lock_operation(mutex, VP_MUTEX, VP_UNLOCK, 0);
    listen(1);
    break;
  case 12: /* 8 to 11 fell into the other partition's slot */
    SHOW(vp_resume(busy_a)); /* runs on processor 2 */
    break;
  case 13:
    SHOW(vp_resume(busy_b)); /* less urgent, */
    break;
  case 14:
    SHOW(vp_set_priority(busy_b, 9)); /* and now more */
    break;
  case 15:
    show_affinity(worker_1);
    show_affinity(busy_b);
    vp_lock_operation(second, VP_SEMAPHORE, VP_UNLOCK, 0); /* above the busy ones */
    listen(1);
    break;
  default:
    break;
  }
}

static void driver(void)
{
  u32 i;

  for (i = 1;; i++) {
    vp_wait_period();
    if (i >= 3 && i < 20)
      vp_printf("step %u\n", i);
    step(i);
  }
}

/* Started one after another, so that each blocks in an election of its own. */
static u32 later(void (*entry)(void), u8 priority, u8 affinity, u32 us)
{
  u32 id = THREAD(.entry = entry, .priority = priority, .affinity = affinity, .capacity = CAPACITY);

  vp_delayed_start(id, us);
  return id;
}

int main(void)
{
  first = SEMAPHORE(0, 1);
  second = SEMAPHORE(0, 1);
  event = EVENT();
  mutex = MUTEX(VP_FIFO);
  vp_lock_operation(mutex, VP_MUTEX, VP_LOCK, 0);
  driver_id = THREAD(.entry = driver, .priority = 20, .period = 10 * MS);
  worker_1 = later(on_first, 10, 1, 1500);
  worker_2 = later(on_second, 10, 2, 3500);
  waiter = later(on_event_1, 40, 1, 5500);
  later(on_event_2, 31, 1, 11500);
  pair_b = later(on_event_3, 30, 1, 13500);
  locker = later(on_mutex, 50, 2, 15500);
  busy_a = later(burn, 5, 2, 4000000000);
  busy_b = later(burn, 4, 2, 4000000000);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
