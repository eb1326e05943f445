/*
 * What POK lets through to a neighbour, or loses: refused or kept here.
 *
 * Ends with an error that nobody handles, which in POK halts the machine: only
 * this partition stops.
 */
#include "vpok_show.h"

#define SIZE 0x10000u
#define OWN 3     /* its threads; the next number is the witness's */
#define PORTS 3   /* the first number that is no port */

static u8 sample, queue;

static void numbers(void)
{
  SHOW(vp_thread_status(OWN, (void *)0x8000));
  SHOW(vp_set_priority(OWN, 200));
  SHOW(vp_suspend_target(OWN));
  SHOW(vp_resume(OWN));
  SHOW(vp_delayed_start(OWN, 0));
  SHOW(vp_sampling_write(PORTS, "x", 1));
}

/* A bad destination does not leave the port locked. */
static void locked_port(void)
{
  u8 data[8];
  u32 length = 99;
  i32 valid = 99;

  SHOW(vp_sampling_read(sample, (void *)(SIZE - 1), &length, &valid));
  SHOW(vp_sampling_read(sample, data, &length, &valid));
}

/* Unread bytes are not overwritten. */
static void room(void)
{
  SHOW(vp_queueing_send(queue, "abcd", 4, 0));
  SHOW(vp_queueing_send(queue, "abcdef", 6, 0));
  SHOW(vp_queueing_send(queue, "efgh", 4, 0));
  SHOW(vp_queueing_send(queue, "i", 1, 0));
}

static void first(void)
{
  __asm__ volatile("fninit\n fld1");
  vp_wait_period();
  u16 status;
  __asm__ volatile("fnstsw %0" : "=m"(status));
  vp_printf("first: x87 top %u\n", status >> 11 & 7);
  vp_printf("first: shuts down\n");
  vp_shutdown(); /* the witness has the feature, not this partition: unknown */
  vp_printf("not reached\n");
}

static void second(void)
{
  __asm__ volatile("fninit\n fld1\n fld1\n fld1");
  vp_stop_self();
}

int main(void)
{
  SHOW(vp_sampling_create("sample", 8, VP_IN, 0, &sample));
  SHOW(vp_queueing_create("queue", 8, VP_OUT, VP_FIFO, &queue));
  numbers();
  locked_port();
  room();
  THREAD(.entry = first, .priority = 10, .period = 30 * MS);
  THREAD(.entry = second, .priority = 9);
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
