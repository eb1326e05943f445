/* The routines a compiler may call on its own account. */
#include "vpok_pok.h"

void *memcpy(void *to, const void *from, size_t size)
{
  void *result = to;

  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
  return result;
}

void *memset(void *to, int byte, size_t size)
{
  void *result = to;

  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
  return result;
}

size_t strlen(const char *text)
{
  const char *end = text;

  while (*end)
    end++;
  return (size_t)(end - text);
}
