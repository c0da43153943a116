/* number.c - numbers as users write them, and back. */
#include "core/number.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int power_of_suffix(char c)
{
	return c == 'k' ? 3 : c == 'M' ? 6 : c == 'G' ? 9 : 0;
}

/* Moves the point of a number with `places` decimals by `power` places; false if it is not whole
 * then. */
static bool shift_point(long *number, int places, int power)
{
	for (; places > power; places--) {
		if (*number % 10)
			return false;
		*number /= 10;
	}
	for (; places < power; places++)
		if (__builtin_mul_overflow(*number, 10, number))
			return false;
	return true;
}

/* The whole text: a sign, digits, and k, M or G, which allow a point ("7.5M"). */
bool number_read_whole(const char *text, long *value)
{
	const bool negative = *text == '-';
	int digits = 0, places = 0, power;
	bool point = false;
	long number = 0;

	text += *text == '-' || *text == '+';
	for (; is_digit(*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		digits++;
		places += point;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *text - '0', &number))
			return false;
	}
	power = power_of_suffix(*text);
	text += power != 0;
	if (!digits || *text || (point && (!power || !places)) ||
	    !shift_point(&number, places, power))
		return false;
	*value = negative ? -number : number;
	return true;
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* Decimal digits alone: no inf, nan, hexadecimal, spaces or locale's comma, all of which strtod
 * takes. */
static bool is_decimal(const char *text)
{
	const char *p = text + (*text == '-' || *text == '+'), *start = p;
	size_t digits;

	p = skip_digits(p);
	digits = (size_t)(p - start);
	if (*p == '.') {
		start = ++p;
		p = skip_digits(p);
		digits += (size_t)(p - start);
	}
	if (digits && (*p == 'e' || *p == 'E')) {
		p++;
		p += *p == '-' || *p == '+';
		start = p;
		p = skip_digits(p);
		digits = (size_t)(p - start);
	}
	return digits && !*p;
}

bool number_read_real(const char *text, double *value)
{
	locale_t plain;

	if (!is_decimal(text))
		return false;
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	*value = strtod_l(text, NULL, plain);
	freelocale(plain);
	return isfinite(*value);
}

/* printf of numbers with a point as decimal sign, whatever the locale. */
__attribute__((format(printf, 3, 4))) static void print_plain(char *text, size_t size,
                                                              const char *format, ...)
{
	const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	const locale_t old = uselocale(plain);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, size, format, arguments);
	va_end(arguments);
	uselocale(old);
	freelocale(plain);
}

/* 1e-09 becomes 1e-9. */
static void shorten_exponent(char *text)
{
	char *e = strchr(text, 'e'), *digits;

	if (!e)
		return;
	e += 1 + (e[1] == '-' || e[1] == '+');
	for (digits = e; *digits == '0' && digits[1];)
		digits++;
	memmove(e, digits, strlen(digits) + 1);
}

/* The shortest text that number_read_real turns into the same bits. */
void number_write_real(double value, char text[NUMBER_TEXT_SIZE])
{
	double back = 0;

	if (fabs(value) < 1e15 && value == floor(value)) {
		print_plain(text, NUMBER_TEXT_SIZE, "%.0f", value);
		return;
	}
	for (int precision = 1; precision <= 17; precision++) {
		print_plain(text, NUMBER_TEXT_SIZE, "%.*g", precision, value);
		if (number_read_real(text, &back) && back == value)
			break;
	}
	shorten_exponent(text);
}

/* 1000000 as 1M, 65536 as it is. */
void number_write_limit(double limit, char text[NUMBER_TEXT_SIZE])
{
	static const struct {
		double unit;
		const char *suffix;
	} units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };

	for (int i = 0; i < 3; i++)
		if (fabs(limit) >= 1e5 && fmod(limit, units[i].unit) == 0) {
			number_write_real(limit / units[i].unit, text);
			strcat(text, units[i].suffix);
			return;
		}
	number_write_real(limit, text);
}
