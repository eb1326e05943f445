/*
 * Mutexes: hand-over to the waiter, the two disciplines, no owner, no
 * priority inheritance whatever the policy says.
 */
#include "vpok_show.h"

static u8 fifo, ranked, inherit, ceiling;

static u32 lock(u8 object, u64 timeout)
{
  return vp_lock_operation(object, VP_MUTEX, VP_LOCK, timeout);
}

static u32 unlock(u8 object) { return vp_lock_operation(object, VP_MUTEX, VP_UNLOCK, 0); }

/* Hold a mutex for one period of one's own. */
static void hold(const char *who, u8 *object)
{
  for (;;) {
    vp_wait_period();
    vp_printf("%s: lock = %u\n", who, lock(*object, 0));
    vp_wait_period();
    vp_printf("%s unlocks\n", who);
    vp_printf("%s: unlock = %u\n", who, unlock(*object));
  }
}

static void a(void) { hold("a", &fifo); }
static void b(void) { hold("b", &fifo); }
static void c(void) { hold("c", &fifo); }
static void d(void) { hold("d", &ranked); }
static void e(void) { hold("e", &ranked); }
static void f(void) { hold("f", &ranked); }

/* Timeouts that end before, and grants that come before, the deadline. */
static void timed(void)
{
  vp_printf("timed: %u\n", lock(ceiling, 5 * MS / 2));
  vp_printf("timed: %u\n", lock(ceiling, 50 * MS));
  vp_printf("timed holds\n");
  vp_stop_self();
}

/* Low, middle and high: the middle one runs while the high one waits. */
static void low(void)
{
  vp_printf("low: lock = %u\n", lock(inherit, 0));
  burn();
}

static void high(void)
{
  vp_wait_period();
  vp_printf("high: lock = %u\n", lock(inherit, 7 * MS / 2));
  vp_printf("high: not its owner, unlock = %u\n", unlock(inherit));
  vp_printf("high: unlock again = %u\n", unlock(inherit));
  vp_printf("high: lock = %u\n", lock(inherit, 0));
  vp_stop_self();
}

static void end(void)
{
  vp_wait_period();
  vp_printf("ceiling: unlock = %u\n", unlock(ceiling));
  vp_wait_period();
  vp_shutdown();
}

int main(void)
{
  fifo = MUTEX(VP_FIFO);
  ranked = MUTEX(VP_PRIORITY);
  inherit = vp_lock_object((struct vp_lock_attr){VP_MUTEX, 1, VP_PRIORITY, 0, 0});
  ceiling = vp_lock_object((struct vp_lock_attr){VP_MUTEX, 2, VP_FIFO, 0, 0});
  lock(ceiling, 0);
  THREAD(.entry = a, .priority = 20, .period = 4 * MS);
  THREAD(.entry = b, .priority = 21, .period = 5 * MS);
  THREAD(.entry = c, .priority = 22, .period = 6 * MS);
  THREAD(.entry = d, .priority = 30, .period = 4 * MS);
  THREAD(.entry = e, .priority = 31, .period = 5 * MS);
  THREAD(.entry = f, .priority = 32, .period = 6 * MS);
  THREAD(.entry = timed, .priority = 40);
  THREAD(.entry = low, .priority = 5);
  THREAD(.entry = high, .priority = 60, .period = 7 * MS);
  THREAD(.entry = end, .priority = 70, .period = 20 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
