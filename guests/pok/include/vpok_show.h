/* A conformance guest prints each call it makes beside what came of it. */
#ifndef VPOK_SHOW_H
#define VPOK_SHOW_H

#include "vpok_pok.h"

#define MS 1000000ull /* nanoseconds */

/* The call as it is written in the source, and its result. */
#define SHOW(call) vp_printf("%s = %u\n", #call, (u32)(call))

/* A call with an argument block of the caller's choice. */
static inline u32 raw_call(u32 number, u32 block)
{
  u32 result;

  __asm__ volatile("int $0x2a" : "=a"(result) : "a"(number), "b"(block) : "memory");
  return result;
}

/* Whole milliseconds: what a result depends on when it was asked for within one. */
static inline u32 whole_ms(u64 ns)
{
  vp_divide(&ns, 1000000);
  return (u32)ns;
}

/* What the kernel says about a thread; -1 stands for "unlimited". */
static inline void show_thread(u32 id)
{
  struct vp_thread t;
  u32 result = vp_thread_status(id, &t);

  if (result != VP_OK)
    vp_printf("thread %u: status = %u\n", id, result);
  else
    vp_printf("thread %u: priority %u affinity %u period %lld until %u ms capacity %lld"
              " stack %u state %u\n",
              id, t.priority, t.affinity, t.period, whole_ms(t.deadline), t.capacity, t.stack,
              t.state);
}

/*
 * Spin until the next election and return its instant.
 *
 * The kernel stamps a thread of finite capacity with "now + what is left of its
 * capacity" at each election; a guest has no other clock. The caller says how
 * much capacity it had when it was last released; elections are counted here.
 */
struct spinner {
  u32 id;
  u32 left;
  u64 stamp;
};

static inline u64 spin(struct spinner *s)
{
  struct vp_thread t;

  do
    vp_thread_status(s->id, &t);
  while (t.deadline == s->stamp);
  s->stamp = t.deadline;
  return t.deadline - --s->left;
}

/* A thread that wants the processor and does nothing with it. */
static inline void burn(void)
{
  for (;;)
    __asm__ volatile("pause");
}

#endif
