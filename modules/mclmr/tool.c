/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* mclmr: the library's command line. */
#include "tool.h"

static const tool_command_t groups[] = {
		{"message", "IWF short messages: decode, explain, encode",
				tool_message},
		{"sdp", "media profiles: explain, apply", tool_sdp},
		{"kms", "a laboratory key management server: init, user, reissue, uid",
				tool_kms},
		{"mikey", "MIKEY-SAKKE messages: inspect, verify, open, make",
				tool_mikey},
		{"key", "LMR keys for one user: wrap, unwrap, inspect, rewrap",
				tool_key},
};

int main(int argc, char **argv)
{
	return tool_dispatch(
			"mclmr", groups, sizeof groups / sizeof groups[0], argc, argv);
}
