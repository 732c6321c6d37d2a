/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is known of a call's legs as variables of module dialog. */
#include <stdlib.h>
#include <string.h>

#include "core/mem/mem.h"
#include "modules/dialog/dlg_hash.h"
#include "modules/dialog/dlg_load.h"

#include "mc_common/span.h"
#include "variables.h"

#define NAME_SIZE 32
#define LEGS_NAME "mcl"
#define HEAD_SIZE 12 /* 4 hex digits of length, 8 of the checksum */
#define TEXT_MAX (HEAD_SIZE + 3 * MCLMR_NEGOTIATION_MAX)

static const struct dlg_binds *dialog;

void lmr_variables_init(const struct dlg_binds *binds)
{
	dialog = binds;
}

uint32_t lmr_variables_digest(mclmr_span_t text)
{
	uint32_t value = 2166136261u;

	for(size_t i = 0; i < text.len; i++)
		value = (value ^ (unsigned char)text.s[i]) * 16777619u;
	return value;
}

/* A variable of the dialog: its name. */
typedef struct name
{
	char text[NAME_SIZE];
	str s;
} name_t;

/* Begins a name with "mcWHAT.LEG"; where it goes on. An offer takes seven
 * names: printf() made 5,000 instructions of them. */
static char *begin_name(name_t *name, char what, const char *leg)
{
	size_t len = strnlen(leg, LMR_LEG_DIGITS);

	name->s.s = name->text;
	name->text[0] = 'm';
	name->text[1] = 'c';
	name->text[2] = what;
	name->text[3] = '.';
	memcpy(name->text + 4, leg, len);
	return name->text + 4 + len;
}

/* Ends a name there. */
static str *end_name(name_t *name, const char *end)
{
	name->s.len = (int)(end - name->text);
	return &name->s;
}

/* The name of a piece of what a side said; there are never a hundred. */
static str *piece_name(
		name_t *name, mclmr_side_t side, const char *leg, unsigned piece)
{
	char *at = begin_name(name, side == MCLMR_CALLER ? 'a' : 'b', leg);

	*at++ = '.';
	if(piece > 9)
		*at++ = (char)('0' + piece / 10 % 10);
	*at++ = (char)('0' + piece % 10);
	return end_name(name, at);
}

/* The name of a leg's mark. */
static str *mark_name(name_t *name, const char *leg)
{
	return end_name(name, begin_name(name, 'e', leg));
}

/* Appends a variable's value to the *len octets at text; false if there is
 * no such variable, or no room. */
static bool get_value(
		struct dlg_cell *dlg, str *name, char *text, size_t size, size_t *len)
{
	bool fits;
	str value;

	if(dialog->get_dlg_vardup(dlg, name, &value) != 0)
		return false;
	fits = (size_t)value.len <= size - *len;
	if(fits) {
		memcpy(text + *len, value.s, (size_t)value.len);
		*len += (size_t)value.len;
	}
	pkg_free(value.s);
	return fits;
}

/* Writes a number as n hex digits: printf() took 1,200 instructions. */
static void put_hex(char *to, unsigned long number, size_t n)
{
	while(n > 0) {
		to[--n] = "0123456789abcdef"[number & 15];
		number >>= 4;
	}
}

/* The value of 4 or 8 hex digits; the pieces hold nothing else there. */
static unsigned long hex_number(const char *digits, size_t n)
{
	char text[9] = "";

	memcpy(text, digits, n);
	return strtoul(text, NULL, 16);
}

/* True for an octet that goes into a variable as it is: every database takes
 * the others for something of its own. */
static bool is_plain(char c)
{
	return (c >= ' ' && c <= '~' && c != '%') || c == '\n';
}

/* Undoes escape() in place; false if that is not possible. */
static bool unescape(char *text, size_t *len)
{
	size_t n = 0;

	for(size_t i = 0; i < *len; i++) {
		char c = text[i];

		if(c == '%') {
			if(*len - i < 3)
				return false;
			c = (char)hex_number(text + i + 1, 2);
			i += 2;
		}
		text[n++] = c;
	}
	*len = n;
	return true;
}

/* Writes a text with %XX for octets that are not plain; its length. */
static size_t escape(mclmr_span_t text, char *to)
{
	size_t n = 0;

	for(size_t i = 0; i < text.len; i++) {
		if(is_plain(text.s[i])) {
			to[n++] = text.s[i];
		} else {
			to[n++] = '%';
			put_hex(to + n, (unsigned char)text.s[i], 2);
			n += 2;
		}
	}
	return n;
}

/* Reads the pieces that one side's first one promises; what more there is,
 * from a longer text before, does not count. */
static bool read_pieces(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, char *text, size_t *len)
{
	size_t whole, length;
	name_t name;

	if(*len < HEAD_SIZE)
		return false;
	length = hex_number(text, 4);
	whole = HEAD_SIZE + length;
	for(unsigned i = 1; *len < whole; i++) {
		if(!get_value(
				   dlg, piece_name(&name, side, leg, i), text, TEXT_MAX, len))
			return false;
	}
	*len = whole;
	return lmr_variables_digest((mclmr_span_t){text + HEAD_SIZE, length})
		   == hex_number(text + 4, 8);
}

bool lmr_variables_read_said(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, mclmr_arena_t *arena, mclmr_span_t *said, bool *there)
{
	char text[TEXT_MAX];
	size_t len = 0;
	name_t name;

	*there = get_value(
			dlg, piece_name(&name, side, leg, 0), text, TEXT_MAX, &len);
	*said = (mclmr_span_t){NULL, 0};
	if(!*there)
		return true;
	if(!read_pieces(dlg, side, leg, text, &len))
		return false;
	len -= HEAD_SIZE;
	memmove(text, text + HEAD_SIZE, len);
	return unescape(text, &len)
		   && mclmr_arena_copy(arena, (mclmr_span_t){text, len}, said);
}

/* Drops the pieces of a side from the given one on. */
static void drop_pieces(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, unsigned piece)
{
	name_t name;

	while(dialog->set_dlg_var(dlg, piece_name(&name, side, leg, piece), NULL)
			== 0)
		piece++;
}

/* Stores a text in pieces. */
static bool write_pieces(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, mclmr_span_t text)
{
	unsigned piece = 0;
	name_t name;

	while(text.len > 0) {
		size_t n = text.len < LMR_LEG_PIECE ? text.len : LMR_LEG_PIECE;
		str value = mc_str((mclmr_span_t){text.s, n});

		if(dialog->set_dlg_var(
				   dlg, piece_name(&name, side, leg, piece++), &value)
				!= 0)
			return false;
		text = mclmr_span_from(text, text.s + n);
	}
	drop_pieces(dlg, side, leg, piece);
	return true;
}

bool lmr_variables_write_said(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, mclmr_span_t said)
{
	char text[TEXT_MAX];
	size_t len = escape(said, text + HEAD_SIZE);

	put_hex(text, len, 4);
	put_hex(text + 4,
			lmr_variables_digest((mclmr_span_t){text + HEAD_SIZE, len}), 8);
	return write_pieces(dlg, side, leg, (mclmr_span_t){text, HEAD_SIZE + len});
}

void lmr_variables_drop_said(
		struct dlg_cell *dlg, mclmr_side_t side, const char *leg)
{
	drop_pieces(dlg, side, leg, 0);
}

void lmr_variables_drop_leg(struct dlg_cell *dlg, const char *leg)
{
	name_t name;

	drop_pieces(dlg, MCLMR_CALLER, leg, 0);
	drop_pieces(dlg, MCLMR_CALLEE, leg, 0);
	dialog->set_dlg_var(dlg, mark_name(&name, leg), NULL);
}

bool lmr_variables_marked(struct dlg_cell *dlg, const char *leg)
{
	name_t name;

	return dialog->get_dlg_varstatus(dlg, mark_name(&name, leg));
}

bool lmr_variables_mark(struct dlg_cell *dlg, const char *leg)
{
	str value = str_init("1");
	name_t name;

	return dialog->set_dlg_var(dlg, mark_name(&name, leg), &value) == 0;
}

size_t lmr_variables_read_legs(struct dlg_cell *dlg, char list[LMR_LEGS_SIZE])
{
	str name = str_init(LEGS_NAME);
	size_t len = 0;

	return get_value(dlg, &name, list, LMR_LEGS_SIZE, &len) ? len : 0;
}

bool lmr_variables_write_legs(struct dlg_cell *dlg, mclmr_span_t list)
{
	str name = str_init(LEGS_NAME);
	str value = mc_str(list);

	return dialog->set_dlg_var(dlg, &name, &value) == 0;
}
