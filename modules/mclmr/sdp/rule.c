/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Words and texts of the rules. */
#include "rule.h"

static const struct
{
	const char *word, *text;
} rules[MCLMR_RULE_COUNT] = {
		[MCLMR_RULE_MALFORMED] = {"malformed", "cannot be read"},
		[MCLMR_RULE_LIMIT] = {"limit", "over a limit"},
		[MCLMR_RULE_NO_FORMAT] = {"no_format",
				"lists no format and leaves with port 0"},
		[MCLMR_RULE_NO_SPEECH] = {"no_speech", "has no speech section"},
		[MCLMR_RULE_BYPASS] = {"bypass",
				"what leads around the media relay is taken out"},
		[MCLMR_RULE_NOT_RELAYED] = {"not_relayed",
				"is nothing that the media relay carries"},
		[MCLMR_RULE_CAPNEG_STRIPPED] = {"capneg_stripped",
				"capability attributes are taken out"},
		[MCLMR_RULE_CAPNEG_REFUSED] = {"capneg_refused",
				"capability attributes are not permitted"},
		[MCLMR_RULE_UNKNOWN_FORMAT] = {"unknown_format",
				"is no format that is known"},
		[MCLMR_RULE_REBOUND] = {"rebound",
				"has a payload type that stood for another format before"},
		[MCLMR_RULE_DENIED] = {"denied", "is denied by the profile"},
		[MCLMR_RULE_FORCED] = {"forced", "gives way to a forced format"},
		[MCLMR_RULE_NOT_ALLOWED] = {"not_allowed", "is not in allow"},
		[MCLMR_RULE_FOR_TRANSCODER] = {"for_transcoder",
				"stays for the transcoder of the IWF"},
		[MCLMR_RULE_MODE_UNREADABLE] = {"mode_unreadable",
				"has an encryption-mode or payload-type that cannot be read"},
		[MCLMR_RULE_MODE_NARROWED] = {"mode_narrowed",
				"has its encryption-mode cut to one value"},
		[MCLMR_RULE_ENCRYPTED] = {"encrypted",
				"is end-to-end encrypted, which is forbidden"},
		[MCLMR_RULE_NOT_ENCRYPTED] = {"not_encrypted",
				"is not known to be end-to-end encrypted, which is required"},
		[MCLMR_RULE_ALGORITHM] = {"algorithm",
				"names an algorithm that is not permitted"},
		[MCLMR_RULE_CONTRADICTION] = {"contradiction",
				"contradicts what is said of encryption elsewhere"},
		[MCLMR_RULE_EMPTY] = {"empty", "has no speech format left"},
		[MCLMR_RULE_KEYING] = {"keying",
				"is protected in a way that is not permitted"},
		[MCLMR_RULE_KEYING_STRIPPED] = {"keying_stripped",
				"lines of this kind are taken out"},
		[MCLMR_RULE_SUITE] = {"suite", "crypto line cannot be used"},
		[MCLMR_RULE_PTIME] = {"ptime", "packet time is over the limits"},
		[MCLMR_RULE_ORDERED] = {"ordered", "formats are put in order"},
		[MCLMR_RULE_OTHER_MEDIA] = {"other_media", "is no speech"},
		[MCLMR_RULE_SECTIONS] = {"sections",
				"sections are not those of the offer"},
		[MCLMR_RULE_NOT_OFFERED] = {"not_offered", "was not offered like this"},
		[MCLMR_RULE_TRANSPORT] = {"transport", "is not the offered transport"},
		[MCLMR_RULE_KEY_NOT_OFFERED] = {"key_not_offered",
				"key attribute was not offered like this"},
		[MCLMR_RULE_KEY_MISSING] = {"key_missing",
				"has no key, and the offer had one"},
		[MCLMR_RULE_SINGLE] = {"single", "gives way to the first format"},
		[MCLMR_RULE_CLOSED] = {"closed", "leaves with port 0"},
};

const char *mclmr_rule_word(mclmr_rule_t rule)
{
	return rules[rule].word;
}

const char *mclmr_rule_text(mclmr_rule_t rule)
{
	return rules[rule].text;
}
