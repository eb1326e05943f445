/*
 * Air data: one thread measures, another publishes what was measured.
 *
 * The aircraft is modelled here, twenty times faster than life. Its sensor
 * freezes for a moment, so that the others can show what they do about it.
 */
#include "flight.h"

#define FREEZE_FROM 13
#define FREEZE_TO 16

static struct air_data measured = {0, 9600, 0};
static u8 fresh; /* semaphore: a measurement to publish */
static u8 air_data_port, elevator_port;

/* A quarter of the way to the commanded climb rate each second. */
static void fly(i32 commanded_fpm)
{
  measured.number++;
  measured.climb_fpm += (commanded_fpm - measured.climb_fpm) / 4;
  measured.altitude_ft += measured.climb_fpm / 60;
}

static int frozen(void)
{
  return measured.number >= FREEZE_FROM && measured.number < FREEZE_TO;
}

static void probe(void)
{
  i32 commanded = 0, read, valid;
  u32 size;

  for (;;) {
    if (vp_sampling_read(elevator_port, &read, &size, &valid) == VP_OK)
      commanded = read;
    fly(commanded);
    if (!frozen())
      vp_lock_operation(fresh, VP_SEMAPHORE, VP_UNLOCK, 0);
    vp_wait_period();
  }
}

static void publisher(void)
{
  for (;;) {
    vp_lock_operation(fresh, VP_SEMAPHORE, VP_LOCK, 0);
    vp_sampling_write(air_data_port, &measured, sizeof measured);
    if (measured.number % 5 == 0 || measured.number == FREEZE_TO)
      vp_printf("sample %2u: %5d ft, %5d ft/min\n", measured.number, measured.altitude_ft,
                measured.climb_fpm);
  }
}

int main(void)
{
  vp_must("air_data", vp_sampling_create("air_data", 12, VP_OUT, 0, &air_data_port));
  vp_must("elevator_in", vp_sampling_create("elevator_in", 4, VP_IN, 4 * FRAME, &elevator_port));
  fresh = SEMAPHORE(0, 4);
  THREAD(.entry = probe, .priority = 20, .period = FRAME);
  THREAD(.entry = publisher, .priority = 10);
  vp_printf("air data ready\n");
  vp_set_mode(VP_MODE_NORMAL);
  return 0;
}
