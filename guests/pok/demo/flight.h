/* What the three partitions of the demo say to each other. */
#ifndef FLIGHT_H
#define FLIGHT_H

#include "vpok_pok.h"

#define MS 1000000u      /* nanoseconds */
#define FRAME (50u * MS) /* the major frame; one second of flight */
#define TARGET_FT 10000

/* Sensors to autopilot and display, by sampling port. */
struct air_data {
  u32 number; /* samples since start */
  i32 altitude_ft;
  i32 climb_fpm;
};

/* Autopilot to display, by queueing port. */
enum mode { CLIMB, CAPTURE, HOLD, STALE };
struct command {
  u32 mode;
  i32 climb_fpm;
};

#endif
