/*
 * Interrupt storms: handlers that let themselves be interrupted, to the limit.
 *
 * First every interrupt is raised a few times while interrupts are disabled;
 * nothing may be lost, and the lowest number must always come first. Then
 * timers with short periods and slow handlers drive the nesting up and down.
 */
#include "vpok_sdk.h"

#define US 1000l
#define RAISED 16 /* interrupts of the first storm, each ... */
#define TIMES 3   /* times */
#define TIMERS 8
#define LOG 256

static vpok_shared_page *shared;
static uint64_t counts[VPOK_INTERRUPTS];
static uint32_t depths[VPOK_MAX_DEPTH + 1];
static uint8_t order[LOG];
static uint32_t logged;
static uint64_t work; /* of a handler, in turns of its loop */
static uint64_t end;  /* of the rain */

static void on_interrupt(long number, struct vpok_frame *frame)
{
  (void)frame;
  if (logged < LOG)
    order[logged++] = (uint8_t)number;
  counts[number]++;
  depths[shared->depth]++;
  if (end && shared->time >= end)
    for (uint32_t n = 0; n < TIMERS; n++)
      vpok_timer_cancel(n);
  vpok_enable(shared); /* from here on the next one may come in between */
  for (volatile uint64_t n = work; n; n--)
    ;
}

static uint64_t total(void)
{
  uint64_t sum = 0;

  for (int n = 0; n < VPOK_INTERRUPTS; n++)
    sum += counts[n];
  return sum;
}

static void report(const char *what)
{
  uint32_t deepest = 0;

  for (uint32_t n = 0; n <= VPOK_MAX_DEPTH; n++)
    if (depths[n])
      deepest = n;
  vpok_printf("%s: %lu delivered, deepest %u, depth now %u\n", what, total(), deepest,
              shared->depth);
  for (int n = 0; n < VPOK_INTERRUPTS; n++)
    if (counts[n])
      vpok_printf("  interrupt %2d: %lu\n", n, counts[n]);
  memset(counts, 0, sizeof counts);
  memset(depths, 0, sizeof depths);
}

/* All are pending at once: delivered in order of their numbers. */
static void burst(void)
{
  uint32_t sorted = 1;

  for (int times = 0; times < TIMES; times++)
    for (uint32_t n = RAISED; n--;)
      vpok_must("send", vpok_irq_send(shared->vcpu, n));
  vpok_enable(shared);
  vpok_disable(shared);
  for (uint32_t n = 1; n < logged; n++)
    sorted &= order[n - 1] <= order[n];
  vpok_printf("burst: %s\n", sorted ? "lowest number first" : "OUT OF ORDER");
  report("burst");
}

/* Timers that are faster than their handlers, until one of these sees the end. */
static void rain(void)
{
  int64_t start = vpok_time();

  work = shared->clock / 200000; /* some 20 us */
  end = (uint64_t)start + 2000 * US;
  for (uint32_t n = 0; n < TIMERS; n++)
    vpok_must("timer", vpok_timer_periodic(n, start + 50 * US, (20 + 10 * n) * US));
  vpok_enable(shared);
  while ((uint64_t)vpok_time() < end || shared->pending)
    ;
  vpok_disable(shared);
  report("rain");
}

int main(vpok_shared_page *page)
{
  shared = page;
  for (uint32_t n = 0; n < RAISED; n++)
    vpok_must("register", vpok_irq_register(n, on_interrupt));
  burst();
  rain();
  return 0;
}
