/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr: the library's command line. */
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "command.h"

static const tool_command_t groups[] = {
		{"message", "IWF short messages: decode, explain, encode",
				tool_message},
		{"sdp", "media profiles: explain, apply", tool_sdp},
		{"register", "third-party REGISTERs of an IMS core: explain",
				tool_register},
		{"kms", "a laboratory key management server: init, user, reissue, uid",
				tool_kms},
		{"mikey", "MIKEY-SAKKE messages: inspect, verify, open, make",
				tool_mikey},
		{"key", "LMR keys for one user: wrap, unwrap, inspect, rewrap",
				tool_key},
		{"token", "access tokens: inspect", tool_token},
};

/* Keys and tokens do not get into core dumps, nor to a debugger of the same
 * user. */
static void forbid_dumps(void)
{
	const struct rlimit none = {0, 0};

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &none);
}

int main(int argc, char **argv)
{
	if(argc > 1
			&& (strcmp(argv[1], "kms") == 0 || strcmp(argv[1], "mikey") == 0
					|| strcmp(argv[1], "key") == 0
					|| strcmp(argv[1], "token") == 0
					|| strcmp(argv[1], "register") == 0))
		forbid_dumps();
	return tool_dispatch(
			"mclmr", groups, sizeof(groups) / sizeof(groups[0]), argc, argv);
}
