/* Says at each of its activations what has come. */
#include "relay.h"

int main(void)
{
  start("b", "b_in", "b_out", 5 * MS);
  return 0;
}
