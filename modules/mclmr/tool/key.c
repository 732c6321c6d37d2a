/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr key: LMR keys that only their user can open. */
#include <stdio.h>

#include "mclmr/keys/record_unwrap.h"
#include "command.h"
#include "message_file.h"
#include "options.h"
#include "print.h"
#include "unwrap.h"
#include "wrap.h"

/* The work of inspect. */
static int inspect(const tool_message_file_t *file)
{
	const mclmr_mikey_t *message = &file->message;
	mclmr_record_outside_t outside;
	const char *wrong = mclmr_record_outside(message, &outside);

	if(wrong != NULL) {
		tool_complain("%s", wrong);
		return TOOL_REFUSED;
	}
	printf("size=%zu\nversion=%d\n", file->octets.len, MCLMR_RECORD_VERSION);
	if(!message->initiator.hidden)
		tool_print_line("from", outside.from);
	if(!message->responder.hidden)
		tool_print_line("to", outside.to);
	tool_print_line("from_kms", outside.from_kms);
	tool_print_line("to_kms", outside.to_kms);
	if(outside.time != 0)
		tool_print_time("time", outside.time);
	tool_print_line("kmf", outside.kmf);
	printf("lmr=%s\n", mclmr_lmr_type_word(outside.lmr_type));
	printf("sealed_size=%zu\n", outside.sealed);
	return tool_finish(TOOL_DONE);
}

/* mclmr key inspect: needs no key, and prints only what is not sealed. */
static int run_inspect(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr key inspect FILE\n\n"
			"Prints what a message with a key record says without any key. "
			"Nothing is\nverified.\n" TOOL_FILE_HELP
			"Exit: 0 done, 1 no key record, 2 usage or unreadable file.\n";

	return tool_message_command(argc, argv, usage, inspect);
}

int tool_key(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"wrap", "make a message with a key for one user, or for many",
					tool_wrap},
			{"unwrap", "open one as its user", tool_unwrap},
			{"inspect", "print what it says without any key", run_inspect},
			{"rewrap", "make new ones before key periods end", tool_rewrap},
	};

	return tool_dispatch("mclmr key", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
