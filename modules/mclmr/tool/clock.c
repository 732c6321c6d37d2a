/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Times: given, and now. */
#include <time.h>

#include "mclmr/base/timestamp.h"
#include "mclmr/keys/mikey_uid.h"
#include "clock.h"
#include "print.h"

bool tool_time(const char *option, const char *text, int64_t *seconds)
{
	*seconds = (int64_t)time(NULL);
	if(text == NULL || mclmr_timestamp_read(mclmr_span(text), seconds))
		return true;
	tool_complain("%s is neither RFC 3339 nor Unix seconds", option);
	return false;
}

uint64_t tool_timestamp_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return mclmr_ntp_timestamp((int64_t)now.tv_sec)
		   + ((uint64_t)now.tv_nsec << 32) / 1000000000U;
}
