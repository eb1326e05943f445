/* The routines that a compiler may call on its own account, and strlen. */
#include "vpok_sdk.h"

void *memcpy(void *to, const void *from, size_t size)
{
  unsigned char *t = to;
  const unsigned char *f = from;

  for (; size >= 8 && !(((uintptr_t)t | (uintptr_t)f) & 7); size -= 8, t += 8, f += 8)
    *(uint64_t *)t = *(const uint64_t *)f;
  while (size--)
    *t++ = *f++;
  return to;
}

void *memmove(void *to, const void *from, size_t size)
{
  unsigned char *t = to;
  const unsigned char *f = from;

  if (t <= f || t >= f + size)
    return memcpy(to, from, size);
  while (size--)
    t[size] = f[size];
  return to;
}

void *memset(void *to, int byte, size_t size)
{
  unsigned char *t = to;

  while (size--)
    *t++ = (unsigned char)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
  const unsigned char *x = a, *y = b;

  for (; size; size--, x++, y++)
    if (*x != *y)
      return *x - *y;
  return 0;
}

size_t strlen(const char *text)
{
  const char *end = text;

  while (*end)
    end++;
  return (size_t)(end - text);
}
