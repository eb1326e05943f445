/*
 * A small printf: d i u x c s p, width, 0 and - flags, ll.
 *
 * Text collects in one buffer on the stack and leaves in one console write
 * (several only when it is longer than the buffer).
 */
#include "vpok_pok.h"

struct out {
  char text[256];
  u32 used;
};

struct spec {
  u8 left;
  u8 zero;
  u32 width;
};

u32 vp_write(const char *text, u32 size) { return vp_call2(VP_CONSOLE_WRITE, text, size); }

static void put(struct out *out, char c)
{
  if (out->used == sizeof out->text) {
    vp_write(out->text, out->used);
    out->used = 0;
  }
  out->text[out->used++] = c;
}

static void pad(struct out *out, u32 from, u32 to, char c)
{
  for (; from < to; from++)
    put(out, c);
}

/* Text with its sign; zeros go between the two, blanks outside. */
static void field(struct out *out, const struct spec *spec, const char *sign, const char *text)
{
  u32 size = strlen(sign) + strlen(text);

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

/* Divide in place and return the remainder: two 32-bit divisions, no library. */
u32 vp_divide(u64 *value, u32 by)
{
  u32 high = (u32)(*value >> 32), low = (u32)*value, rest = high % by;

  high /= by;
  __asm__("divl %2" : "+a"(low), "+d"(rest) : "r"(by));
  *value = (u64)high << 32 | low;
  return rest;
}

static void number(struct out *out, const struct spec *spec, u64 value, u32 base, const char *sign)
{
  char text[24], *at = text + sizeof text - 1;

  *at = 0;
  do
    *--at = "0123456789abcdef"[vp_divide(&value, base)];
  while (value);
  field(out, spec, sign, at);
}

static void integer(struct out *out, const struct spec *spec, char kind, int wide, va_list *args)
{
  u64 value;

  if (wide)
    value = va_arg(*args, u64);
  else if (kind == 'd')
    value = (u64)(i64)va_arg(*args, i32);
  else
    value = va_arg(*args, u32);
  if (kind == 'd' && (i64)value < 0)
    number(out, spec, -value, 10, "-");
  else
    number(out, spec, value, kind == 'x' ? 16 : 10, "");
}

static const char *parse(const char *at, struct spec *spec, int *wide)
{
  *spec = (struct spec){0};
  *wide = 0;
  for (; *at == '-' || *at == '0'; at++)
    *(*at == '-' ? &spec->left : &spec->zero) = 1;
  for (; *at >= '0' && *at <= '9'; at++)
    spec->width = spec->width * 10 + (u32)(*at - '0');
  for (; *at == 'l'; at++)
    (*wide)++;
  *wide = *wide == 2;
  return at;
}

static void convert(struct out *out, const struct spec *spec, char kind, int wide, va_list *args)
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
  case 'i':
    kind = 'd'; /* fall through */
  case 'd':
  case 'u':
  case 'x':
    integer(out, spec, kind, wide, args);
    break;
  default:
    put(out, kind);
  }
}

void vp_printf(const char *format, ...)
{
  struct out out;
  struct spec spec;
  int wide;
  va_list args;

  out.used = 0;
  va_start(args, format);
  for (; *format; format++) {
    if (*format != '%') {
      put(&out, *format);
      continue;
    }
    format = parse(format + 1, &spec, &wide);
    convert(&out, &spec, *format, wide, &args);
  }
  va_end(args);
  if (out.used)
    vp_write(out.text, out.used);
}
