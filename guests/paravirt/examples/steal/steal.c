/*
 * A guest that measures what is taken from it.
 *
 * It never waits, so whatever it does not run is stolen: the other partition's
 * windows. The shared page tells after every call; the runstate record must
 * agree with it.
 */
#include "vpok_sdk.h"

#define US 1000ul
#define WINDOWS 5

int main(vpok_shared_page *shared)
{
  struct vpok_runstate state;
  uint64_t began = (uint64_t)vpok_time(), stolen = shared->steal, before = began;

  for (int window = 0; window < WINDOWS; before = shared->time) {
    for (volatile uint32_t n = 0; n < 100; n++) /* computing */
      ;
    vpok_time(); /* freshens the shared page */
    if (shared->steal == stolen)
      continue;
    vpok_vcpu_info(shared->vcpu, &state);
    vpok_printf("at %5lu us: ran for %4lu us, then lost %4lu us; "
                "in all: ran %5lu us, waited %5lu us\n",
                before / US, (before - began) / US, (shared->steal - stolen) / US,
                state.total[VPOK_STATE_RUNNING] / US,
                (state.total[VPOK_STATE_RUNNABLE] + state.total[VPOK_STATE_OFFLINE]) / US);
    began = shared->time;
    stolen = shared->steal;
    window++;
  }
  vpok_module_shutdown();
  return 0;
}
