/*
 * A small printf: d i u x c s p, width, 0 and - flags, l and ll.
 *
 * Text collects in a buffer on the stack and leaves in one console write
 * (several only when it is longer), so lines of different tasks, vCPUs and
 * partitions do not mix.
 */
#include <stdarg.h>

#include "vpok_sdk.h"

struct out {
  char text[256];
  size_t used;
};

struct spec {
  int left;
  int zero;
  int wide;
  size_t width;
};

static void put(struct out *out, char c)
{
  if (out->used == sizeof out->text) {
    vpok_console_write(out->text, out->used);
    out->used = 0;
  }
  out->text[out->used++] = c;
}

static void pad(struct out *out, size_t from, size_t to, char c)
{
  for (; from < to; from++)
    put(out, c);
}

/* Text with its sign; zeros go between the two, blanks outside. */
static void field(struct out *out, const struct spec *spec, const char *sign, const char *text)
{
  size_t size = strlen(sign) + strlen(text);

  if (!spec->left && !spec->zero)
    pad(out, size, spec->width, ' ');
  for (; *sign; sign++)
    put(out, *sign);
  if (!spec->left && spec->zero)
    pad(out, size, spec->width, '0');
  for (; *text; text++)
    put(out, *text);
  if (spec->left)
    pad(out, size, spec->width, ' ');
}

static void number(struct out *out, const struct spec *spec, uint64_t value, uint32_t base,
                   const char *sign)
{
  char text[24], *at = text + sizeof text - 1;

  *at = 0;
  do
    *--at = "0123456789abcdef"[value % base];
  while (value /= base);
  field(out, spec, sign, at);
}

static void integer(struct out *out, const struct spec *spec, char kind, va_list *args)
{
  uint64_t value;

  if (spec->wide)
    value = va_arg(*args, uint64_t);
  else if (kind == 'd')
    value = (uint64_t)(int64_t)va_arg(*args, int32_t);
  else
    value = va_arg(*args, uint32_t);
  if (kind == 'd' && (int64_t)value < 0)
    number(out, spec, -value, 10, "-");
  else
    number(out, spec, value, kind == 'x' ? 16 : 10, "");
}

static const char *parse(const char *at, struct spec *spec)
{
  *spec = (struct spec){0};
  for (; *at == '-' || *at == '0'; at++)
    *(*at == '-' ? &spec->left : &spec->zero) = 1;
  for (; *at >= '0' && *at <= '9'; at++)
    spec->width = spec->width * 10 + (size_t)(*at - '0');
  for (; *at == 'l'; at++)
    spec->wide = 1;
  return at;
}

static void convert(struct out *out, struct spec *spec, char kind, va_list *args)
{
  char one[2] = {0, 0};

  switch (kind) {
  case 's':
    field(out, spec, "", va_arg(*args, const char *));
    break;
  case 'c':
    one[0] = (char)va_arg(*args, int);
    field(out, spec, "", one);
    break;
  case 'p':
    spec->wide = 1;
    integer(out, spec, 'x', args);
    break;
  case 'd':
  case 'i':
    integer(out, spec, 'd', args);
    break;
  case 'u':
  case 'x':
    integer(out, spec, kind, args);
    break;
  default:
    put(out, kind);
  }
}

void vpok_printf(const char *format, ...)
{
  struct out out;
  struct spec spec;
  va_list args;

  out.used = 0;
  va_start(args, format);
  for (; *format; format++) {
    if (*format != '%') {
      put(&out, *format);
      continue;
    }
    format = parse(format + 1, &spec);
    if (!*format)
      break;
    convert(&out, &spec, *format, &args);
  }
  va_end(args);
  if (out.used)
    vpok_console_write(out.text, out.used);
}
