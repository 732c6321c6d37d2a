/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Messages in files, in any form of the command line. */
#include <stdio.h>
#include <string.h>

#include "mclmr/base/base64.h"
#include "mclmr/base/octets.h"
#include "mclmr/base/timestamp.h"
#include "io.h"
#include "message_file.h"
#include "options.h"
#include "print.h"

int tool_message_read(const char *path, tool_message_file_t *file)
{
	const char *wrong;

	memset(file, 0, sizeof(*file));
	if(!tool_read(path, &file->text))
		return TOOL_USAGE;
	wrong = mclmr_mikey_decode(
			(char *)file->text.s, file->text.len, &file->octets);
	if(wrong == NULL)
		wrong = mclmr_mikey_read(file->octets, &file->message);
	if(wrong == NULL)
		return TOOL_GO_ON;
	tool_complain("%s: not a MIKEY-SAKKE message: %s", path, wrong);
	tool_message_free(file);
	return TOOL_REFUSED;
}

void tool_message_free(tool_message_file_t *file)
{
	tool_free(file->text);
	file->text = (mclmr_span_t){NULL, 0};
}

int tool_message_command(int argc, char **argv, const char *usage,
		int (*work)(const tool_message_file_t *file))
{
	static const struct option options[] = {TOOL_OPTIONS_END};
	tool_arguments_t arguments;
	tool_message_file_t file;
	int code = tool_arguments(argc, argv, options, 1, usage, &arguments);

	if(code == TOOL_GO_ON)
		code = tool_message_read(arguments.file, &file);
	if(code != TOOL_GO_ON)
		return code;
	code = work(&file);
	tool_message_free(&file);
	return code;
}

bool tool_form_known(const char *form)
{
	if(form == NULL || strcmp(form, "raw") == 0 || strcmp(form, "base64") == 0
			|| strcmp(form, "sdp") == 0)
		return true;
	tool_complain("--form is raw, base64 or sdp");
	return false;
}

/* A message in its form; a text is in a buffer that the next call uses. */
static mclmr_span_t in_form(const char *form, mclmr_span_t octets)
{
	static const char sdp[] = "a=key-mgmt:mikey ";
	static char text[sizeof(sdp) + MCLMR_BASE64_SIZE(MCLMR_MIKEY_MAX_SIZE) + 1];
	size_t length = 0;

	if(form == NULL || strcmp(form, "raw") == 0)
		return octets;
	if(strcmp(form, "sdp") == 0) {
		memcpy(text, sdp, sizeof(sdp));
		length = sizeof(sdp) - 1;
	}
	length +=
			mclmr_base64_write(mclmr_octets(octets), octets.len, text + length);
	text[length++] = '\n';
	return (mclmr_span_t){text, length};
}

int tool_message_write(const char *out, const char *form, mclmr_span_t octets)
{
	return tool_write(out == NULL ? "-" : out, in_form(form, octets))
				   ? TOOL_DONE
				   : TOOL_USAGE;
}

bool tool_message_replace(
		const char *path, const char *form, mclmr_span_t octets)
{
	return tool_replace(path, in_form(form, octets), false);
}

void tool_complain_fault(
		const tool_message_file_t *file, mclmr_mikey_fault_t fault, int64_t now)
{
	char theirs[MCLMR_TIMESTAMP_SIZE];
	char ours[MCLMR_TIMESTAMP_SIZE];

	if(!mclmr_mikey_fault_of_time(fault)) {
		tool_complain("%s", mclmr_mikey_fault_words(fault));
		return;
	}
	mclmr_timestamp_write(mclmr_mikey_time(&file->message), theirs);
	mclmr_timestamp_write(now, ours);
	tool_complain("%s (peer's time %s, local time %s)",
			mclmr_mikey_fault_words(fault), theirs, ours);
}
