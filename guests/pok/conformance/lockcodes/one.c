/* Lock objects: what creation and operations answer, right and wrong. */
#include "vpok_show.h"

static u8 id = 77;

static void create(u32 kind, u32 policy, u32 discipline)
{
  struct vp_lock_attr attr = {kind, policy, discipline, 1, 2};

  id = 77;
  vp_printf("create kind %u policy %u discipline %u = %u", kind, policy, discipline,
            vp_lock_create(&id, &attr));
  vp_printf(", id %u\n", id);
}

static void creation(void)
{
  create(VP_MUTEX, 3, 0);
  create(VP_MUTEX, 0xffffffff, 0);
  create(0, 0, 0);
  create(4, 0, 0);
  create(4, 3, 0);
  create(VP_MUTEX, 1, 0);
  create(VP_SEMAPHORE, 2, 1);
  create(VP_EVENT, 0, 9);
  create(VP_MUTEX, 0, 9);
}

/* Object 4 is in the pool and was never created. */
static void refusals(void)
{
  SHOW(vp_lock_operation(0, VP_SEMAPHORE, VP_LOCK, 0));
  SHOW(vp_lock_operation(0, VP_EVENT, VP_LOCK, 0));
  SHOW(vp_lock_operation(1, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(4, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(4, 0, VP_LOCK, 0));
  SHOW(vp_lock_operation(4, 0, VP_UNLOCK, 0));
  SHOW(vp_lock_operation(4, 0, VP_WAIT, 0));
  SHOW(vp_lock_operation(5, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(255, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, 0, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, 6, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_WAIT, 0));
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_WAIT, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_SIGNAL, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_BROADCAST, 0));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_SIGNAL, 0));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_BROADCAST, 0));
  SHOW(vp_call2(VP_LOCK_OPERATION, 0, 0));
  SHOW(vp_call2(VP_LOCK_OPERATION, 0, 0xfffffff0));
  SHOW(vp_call2(VP_LOCK_CREATE, 0xffffffff, 0));
  SHOW(vp_call2(VP_LOCK_CREATE, 0, 0xfffffff0));
  SHOW(vp_lock_operation(0x100, VP_MUTEX, VP_LOCK, 0)); /* 8 bits: object 0 */
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_UNLOCK, 0));
}

/* Values: a semaphore from 1 to its maximum 2, a mutex and an event 1 at most. */
static void values(void)
{
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_UNLOCK, 0));
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_UNLOCK, 0));
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_LOCK, 0));
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_LOCK, 0));
  SHOW(vp_lock_operation(1, VP_SEMAPHORE, VP_LOCK, 3 * MS / 2));
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_UNLOCK, 0)); /* already free: a line of text */
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_LOCK, 0));
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_LOCK, 3 * MS / 2)); /* not recursive */
  SHOW(vp_lock_operation(0, VP_MUTEX, VP_UNLOCK, 0));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_LOCK, 0));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_LOCK, 3 * MS / 2));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_UNLOCK, 0));
  SHOW(vp_lock_operation(2, VP_EVENT, VP_WAIT, 3 * MS / 2)); /* without holding it */
  SHOW(vp_lock_operation(2, VP_EVENT, VP_LOCK, 3 * MS / 2)); /* held since the wait */
}

static void normal(void)
{
  vp_wait_period(); /* begin at a quantum's edge */
  create(VP_MUTEX, 0, 0);
  create(9, 9, 9);
  values();
  vp_printf("one is done\n");
}

int main(void)
{
  creation();
  refusals();
  create(VP_SEMAPHORE, 0, 0);
  create(VP_SEMAPHORE, 0, 0);
  create(9, 9, 9);
  THREAD(.entry = normal, .priority = 5, .period = 22 * MS);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
