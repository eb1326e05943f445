/*
 * Threads on several processors that act strictly one after another.
 *
 * Two processors that print at once would race. So a worker that was woken
 * from another processor says that it has spoken, waits until the thread that
 * woke it has blocked, and blocks itself some quanta later.
 */
#ifndef RELAY_H
#define RELAY_H

#include "vpok_show.h"

#define CAPACITY 1000000

static volatile u32 spoken;
static u32 driver_id;

static inline void pass_quantum(u32 self)
{
  struct vp_thread t;
  u64 stamp;

  vp_thread_status(self, &t);
  stamp = t.deadline;
  do
    vp_thread_status(self, &t);
  while (t.deadline == stamp);
}

static inline void speak(const char *text, u32 number)
{
  vp_printf("%s %u\n", text, number);
  spoken++;
}

/* Be the last to act: *self* goes on when the others are quiet. */
static inline void let_others_block(u32 self)
{
  struct vp_thread t;
  u32 i;

  do
    vp_thread_status(driver_id, &t);
  while (t.state != VP_WAIT_ACTIVATION);
  for (i = 0; i < 3; i++)
    pass_quantum(self);
}

/* Spin until *count* workers have spoken. */
static inline void listen(u32 count)
{
  while (spoken < count)
    ;
  spoken = 0;
}

#endif
