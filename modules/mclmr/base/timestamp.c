/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Points in time as people write them. */
#include <stdio.h>
#include <time.h>

#include "timestamp.h"

#define LAST_SECOND 253402300799LL /* of the year 9999 */

/* Takes a number of exactly digits digits off; false if there is none. */
static bool take_number(mclmr_span_t *text, size_t digits, int *number)
{
	*number = 0;
	if(text->len < digits)
		return false;
	for(size_t i = 0; i < digits; i++) {
		char c = text->s[i];

		if(c < '0' || c > '9')
			return false;
		*number = *number * 10 + (c - '0');
	}
	*text = mclmr_span_from(*text, text->s + digits);
	return true;
}

/* Takes one of the characters of a set off. */
static bool take_one_of(mclmr_span_t *text, const char *set)
{
	for(; text->len > 0 && *set != '\0'; set++) {
		if(*text->s != *set)
			continue;
		*text = mclmr_span_from(*text, text->s + 1);
		return true;
	}
	return false;
}

/* Days since 1970-01-01 of a day of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	static const int before[] = {
			0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int64_t y = year - (month <= 2 ? 1 : 0);

	return 365LL * (year - 1970) + (y / 4 - y / 100 + y / 400)
		   - (1969 / 4 - 1969 / 100 + 1969 / 400) + before[month - 1] + day - 1;
}

/* True for a year with a 29th of February. */
static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days of a month. */
static int month_length(int year, int month)
{
	static const int lengths[] = {
			31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return lengths[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Takes a date off, as the seconds that it begins at. */
static bool take_date(mclmr_span_t *text, int64_t *seconds)
{
	int year;
	int month;
	int day;

	if(!take_number(text, 4, &year) || !take_one_of(text, "-")
			|| !take_number(text, 2, &month) || !take_one_of(text, "-")
			|| !take_number(text, 2, &day))
		return false;
	if(year < 1970 || month < 1 || month > 12 || day < 1
			|| day > month_length(year, month))
		return false;
	*seconds = days_of(year, month, day) * 86400;
	return true;
}

/* Takes a time of day off and adds it. A leap second is the next one. */
static bool take_clock(mclmr_span_t *text, int64_t *seconds)
{
	int hour;
	int minute;
	int second;
	int digit;

	if(!take_number(text, 2, &hour) || !take_one_of(text, ":")
			|| !take_number(text, 2, &minute) || !take_one_of(text, ":")
			|| !take_number(text, 2, &second))
		return false;
	if(hour > 23 || minute > 59 || second > 60)
		return false;
	if(take_one_of(text, ".")) {
		if(!take_number(text, 1, &digit))
			return false;
		while(take_number(text, 1, &digit))
			;
	}
	*seconds += hour * 3600 + minute * 60 + second;
	return true;
}

/* Takes the zone off and goes over to UTC. */
static bool take_zone(mclmr_span_t *text, int64_t *seconds)
{
	bool is_east = text->len > 0 && *text->s == '+';
	int hour;
	int minute;
	int distance;

	if(text->len == 0 || take_one_of(text, "Zz"))
		return text->len == 0;
	if(!take_one_of(text, "+-") || !take_number(text, 2, &hour)
			|| !take_one_of(text, ":") || !take_number(text, 2, &minute)
			|| hour > 23 || minute > 59)
		return false;
	distance = hour * 3600 + minute * 60;
	*seconds += is_east ? -distance : distance;
	return text->len == 0;
}

/* Reads plain seconds. */
static bool read_seconds(mclmr_span_t text, int64_t *seconds)
{
	int digit;

	*seconds = 0;
	while(text.len > 0) {
		if(!take_number(&text, 1, &digit))
			return false;
		*seconds = *seconds * 10 + digit;
		if(*seconds > LAST_SECOND)
			return false;
	}
	return true;
}

bool mclmr_timestamp_read(mclmr_span_t text, int64_t *seconds)
{
	text = mclmr_span_trim(text);
	if(text.len == 0)
		return false;
	if(read_seconds(text, seconds))
		return true;
	return take_date(&text, seconds) && take_one_of(&text, "Tt ")
		   && take_clock(&text, seconds) && take_zone(&text, seconds)
		   && *seconds >= 0 && *seconds <= LAST_SECOND;
}

void mclmr_timestamp_write(int64_t seconds, char to[MCLMR_TIMESTAMP_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm parts;

	if(seconds < 0 || seconds > LAST_SECOND
			|| gmtime_r(&when, &parts) == NULL) {
		(void)snprintf(to, MCLMR_TIMESTAMP_SIZE, "never");
		return;
	}
	(void)strftime(to, MCLMR_TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
