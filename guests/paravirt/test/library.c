/* The SDK's own functions: what is printed here is compared word for word. */
#include "vpok_sdk.h"

#define SEVENTY \
  "0123456789012345678901234567890123456789012345678901234567890123456789"

static void print(void)
{
  vpok_printf("%d %i %u %x %c %s %%\n", -1, 2, 4000000000u, 0xbeefu, 'c', "text");
  vpok_printf("%ld %lu %lx %lld\n", INT64_MIN, UINT64_MAX, 0xfeedfacecafebeef, -5ll);
  vpok_printf("[%5d] [%-5d] [%05d] [%5s] [%-5s]\n", -42, -42, -42, "ab", "ab");
  vpok_printf("[%2u] [%08x] [%1s]\n", 12345u, 0xabcu, "abc");
  vpok_printf("%s%s%s%s\n", SEVENTY, SEVENTY, SEVENTY, SEVENTY); /* more than the buffer holds */
}

static void move(void)
{
  char text[] = "0123456789abcdef", other[17];

  memmove(text + 2, text, 10);
  vpok_printf("%s\n", text);
  memmove(text, text + 2, 10);
  vpok_printf("%s\n", text);
  memcpy(other, text, sizeof text);
  vpok_printf("%d %d %d\n", memcmp(text, other, 17), memcmp("a", "b", 1), memcmp("b", "a", 1));
  memset(other + 3, '-', 9);
  vpok_printf("%s %lu\n", other, (uint64_t)strlen(other));
}

int main(vpok_shared_page *shared)
{
  print();
  move();
  vpok_printf("%s %s %s\n", vpok_error(-VPOK_EINVAL), vpok_error(0), vpok_error(-1000));
  vpok_printf("%u %d %d\n", vpok_disable(shared), vpok_this() == shared,
              vpok_shared_of(0) == shared);
  vpok_must("must", -VPOK_ENODEV);
  vpok_printf("not reached\n");
  return 0;
}
