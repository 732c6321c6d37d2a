/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who said what in a call, kept in variables of module dialog. */
#include "leg.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locking.h"
#include "core/mem/mem.h"
#include "core/parser/parse_cseq.h"
#include "core/parser/parse_from.h"
#include "core/parser/parse_to.h"
#include "mc_iwf/message/message.h"
#include "mc_common/span.h"
#include "modules/dialog/dlg_hash.h"
#include "modules/dialog/dlg_load.h"
#include "modules/tm/tm_load.h"

#define NAME_SIZE 32
#define LEGS_NAME "mcl"
#define LEG_DIGITS (LMR_LEG_NAME_SIZE - 1)
#define LEGS_SIZE ((size_t)LMR_LEG_MAX_LEGS * LMR_LEG_NAME_SIZE)
#define HEAD_SIZE 12 /* 4 hex digits of length, 8 of the checksum */
#define TEXT_MAX (HEAD_SIZE + 3 * MCLMR_NEGOTIATION_MAX)
#define LOCKS 64 /* calls share them, by their Call-ID */

static tm_api_t tm;
static struct dlg_binds dialog;
static bool has_dialog;
static gen_lock_set_t *locks;

/* Makes the locks; 0 or -1. */
static int init_locks(void)
{
	locks = lock_set_alloc(LOCKS);
	if(locks != NULL && lock_set_init(locks) != NULL)
		return 0;
	SHM_MEM_ERROR;
	return -1;
}

int lmr_leg_init(void)
{
	if(find_export("load_tm", NO_SCRIPT, 0) == NULL || load_tm_api(&tm) < 0) {
		LM_ERR("module tm has to be loaded before mc_iwf\n");
		return -1;
	}
	has_dialog =
			find_export("load_dlg", 0, 0) != NULL && load_dlg_api(&dialog) == 0;
	return init_locks();
}

void lmr_leg_destroy(void)
{
	if(locks == NULL)
		return;
	lock_set_destroy(locks);
	lock_set_dealloc(locks);
	locks = NULL;
}

bool lmr_leg_possible(void)
{
	return has_dialog;
}

/* FNV-1a: tells apart, proves nothing. */
static uint32_t digest(mclmr_span_t text)
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
	size_t len = strnlen(leg, LEG_DIGITS);

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

/* Appends a variable's value to the *len octets at text; false where there is
 * no such variable, or no room. */
static bool get_value(
		struct dlg_cell *dlg, str *name, char *text, size_t size, size_t *len)
{
	bool fits;
	str value;

	if(dialog.get_dlg_vardup(dlg, name, &value) != 0)
		return false;
	fits = (size_t)value.len <= size - *len;
	if(fits) {
		memcpy(text + *len, value.s, (size_t)value.len);
		*len += (size_t)value.len;
	}
	pkg_free(value.s);
	return fits;
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

/* Undoes escape() in place; false where that is not possible. */
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
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for(size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.s[i];

		if(is_plain(text.s[i])) {
			to[n++] = text.s[i];
		} else {
			to[n++] = '%';
			to[n++] = digits[c >> 4];
			to[n++] = digits[c & 15];
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
	return digest((mclmr_span_t){text + HEAD_SIZE, length})
		   == hex_number(text + 4, 8);
}

/* Reads what a side said in a leg. true where that is nothing, too; *there
 * tells which. */
static bool read_side(struct dlg_cell *dlg, mclmr_side_t side, const char *leg,
		mclmr_arena_t *arena, mclmr_span_t *said, bool *there)
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

/* Reads what both sides said, in the leg or else in the initial INVITE. */
static bool read_negotiation(
		struct dlg_cell *dlg, lmr_leg_t *call, mclmr_arena_t *arena)
{
	for(int i = 0; i < MCLMR_SIDES; i++) {
		mclmr_side_t side = (mclmr_side_t)i;
		mclmr_span_t said;
		bool there;

		if(!read_side(dlg, side, call->leg, arena, &said, &there))
			return false;
		call->stored[i] = there;
		call->said[i] = said;
		if(!there && call->leg[0] != '\0'
				&& !read_side(dlg, side, "", arena, &said, &there))
			return false;
		if(there && !mclmr_negotiation_read(&call->negotiation, side, said))
			return false;
	}
	return true;
}

/* True for a request, false for a reply. */
static bool is_request(const struct sip_msg *msg)
{
	return msg->first_line.type == SIP_REQUEST;
}

/* The method of a CSeq as a negotiation has it. */
static mclmr_method_t method_of(int id)
{
	switch(id) {
		case METHOD_INVITE:
			return MCLMR_METHOD_INVITE;
		case METHOD_ACK:
			return MCLMR_METHOD_ACK;
		case METHOD_PRACK:
			return MCLMR_METHOD_PRACK;
		case METHOD_UPDATE:
			return MCLMR_METHOD_UPDATE;
		default:
			return MCLMR_METHOD_OTHER;
	}
}

/* True where a provisional reply has an RSeq (RFC 3262 7.1). */
static bool has_rseq(const struct sip_msg *msg)
{
	for(const struct hdr_field *hf = msg->headers; hf != NULL; hf = hf->next) {
		if(mclmr_span_equal_nocase(mc_span(&hf->name), MCLMR_SPAN("RSeq")))
			return true;
	}
	return false;
}

/* The number of a CSeq. */
static unsigned long cseq_number(const struct sip_msg *msg)
{
	const str *digits = &get_cseq(msg)->number;
	unsigned long number = 0;

	for(int i = 0; i < digits->len && i < 10; i++)
		number = number * 10 + (unsigned long)(digits->s[i] - '0');
	return number;
}

/* Fills in what the message itself says. */
static void read_bearer(
		const struct sip_msg *msg, bool has_sdp, mclmr_bearer_t *bearer)
{
	bearer->has_sdp = has_sdp;
	bearer->method = method_of(get_cseq(msg)->method_id);
	bearer->cseq = cseq_number(msg);
	bearer->code =
			is_request(msg) ? 0 : (int)msg->first_line.u.reply.statuscode;
	bearer->reliable =
			(bearer->code >= 200 && bearer->code < 300)
			|| (bearer->code > 100 && bearer->code < 200 && has_rseq(msg));
}

/* The tags of a message, empty where they are not there. */
static mclmr_span_t from_tag(struct sip_msg *msg)
{
	return parse_from_header(msg) == 0 ? mc_span(&get_from(msg)->tag_value)
									   : (mclmr_span_t){NULL, 0};
}

static mclmr_span_t to_tag(const struct sip_msg *msg)
{
	return msg->to != NULL && msg->to->parsed != NULL
				   ? mc_span(&get_to(msg)->tag_value)
				   : (mclmr_span_t){NULL, 0};
}

/* The request that a reply is for; NULL where tm does not know it. */
static struct sip_msg *request_of(const struct sip_msg *msg)
{
	const struct cell *t = is_request(msg) ? NULL : tm.t_gett();

	return t != NULL && t != T_UNDEFINED ? t->uas.request : NULL;
}

bool lmr_leg_is_current(const lmr_leg_t *call, const struct sip_msg *msg)
{
	return call->request == request_of(msg);
}

/* True for the INVITE that begins a call, and for replies to it. */
static bool is_initial(const struct sip_msg *msg, const lmr_leg_t *call)
{
	const struct sip_msg *first = is_request(msg) ? msg : call->request;

	return call->bearer.method == MCLMR_METHOD_INVITE && first != NULL
		   && to_tag(first).len == 0;
}

/* True where text names the type of a description. */
static bool names_sdp(mclmr_span_t text)
{
	return mclmr_span_find_nocase(text, MCLMR_SPAN("application/sdp")) != NULL;
}

/* True for a reply whose request had a description: then its own can only be
 * an answer, whatever is stored. */
static bool is_asked(struct sip_msg *request)
{
	mclmr_span_t body;

	if(request == NULL)
		return false;
	if(iwf_message_body(request, &body) != MCLMR_OK)
		return true;
	return body.len > 0
		   && ((request->content_type != NULL
					   && names_sdp(mc_span(&request->content_type->body)))
				   || names_sdp(body));
}

/* True where a reply to the initial INVITE comes from another fork than the
 * one whose 2xx was first: that has the dialog. */
static bool is_too_late(const struct dlg_cell *dlg, const lmr_leg_t *call,
		mclmr_span_t callee_tag)
{
	mclmr_span_t taken = mc_span(&dlg->tag[DLG_CALLEE_LEG]);

	return call->initial && call->bearer.code > 0
		   && dlg->state >= DLG_STATE_CONFIRMED_NA && taken.len > 0
		   && !mclmr_span_equal(taken, callee_tag);
}

/* Finds out who sent the message, and the leg. */
static void read_leg(
		struct sip_msg *msg, const struct dlg_cell *dlg, lmr_leg_t *call)
{
	mclmr_span_t from = from_tag(msg);
	bool downstream =
			mclmr_span_equal(from, mc_span(&dlg->tag[DLG_CALLER_LEG]));
	mclmr_span_t callee_tag = downstream ? to_tag(msg) : from;

	call->bearer.side =
			downstream == is_request(msg) ? MCLMR_CALLER : MCLMR_CALLEE;
	if(callee_tag.len > 0)
		snprintf(call->leg, LMR_LEG_NAME_SIZE, "%08x",
				(unsigned)digest(callee_tag));
	call->too_late = is_too_late(dlg, call, callee_tag);
}

/* The dialog of a message, to be released; NULL where there is none. */
static struct dlg_cell *find_dialog(struct sip_msg *msg)
{
	return has_dialog ? dialog.get_dlg(msg) : NULL;
}

/* The lock of a message's call. */
static int lock_of(const struct sip_msg *msg)
{
	return msg->callid != NULL
				   ? (int)(digest(mc_span(&msg->callid->body)) % LOCKS)
				   : 0;
}

/* What the message says of itself, without its call. */
static void read_message(struct sip_msg *msg, bool has_sdp, lmr_leg_t *call)
{
	memset(call, 0, sizeof(*call));
	read_bearer(msg, has_sdp, &call->bearer);
	call->request = request_of(msg);
	call->initial = is_initial(msg, call);
	call->asked = has_sdp && is_asked(call->request);
	call->readable = true;
}

/* What the dialog knows, under its lock. */
static void read_dialog(struct sip_msg *msg, struct dlg_cell *dlg,
		mclmr_arena_t *arena, lmr_leg_t *call)
{
	name_t name;

	call->found = true;
	read_leg(msg, dlg, call);
	call->readable = read_negotiation(dlg, call, arena);
	call->ended = dialog.get_dlg_varstatus(dlg, mark_name(&name, call->leg));
}

void lmr_leg_read(struct sip_msg *msg, bool has_sdp, mclmr_arena_t *arena,
		lmr_leg_t *call)
{
	struct dlg_cell *dlg = find_dialog(msg);

	read_message(msg, has_sdp, call);
	if(dlg == NULL)
		return;
	lock_set_get(locks, lock_of(msg));
	read_dialog(msg, dlg, arena, call);
	lock_set_release(locks, lock_of(msg));
	dialog.release_dlg(dlg);
}

mclmr_op_t lmr_leg_op(const lmr_leg_t *call)
{
	bool begins = call->initial && call->bearer.code == 0;
	mclmr_op_t op = mclmr_negotiation_op(&call->negotiation, &call->bearer);

	if(call->bearer.has_sdp && (call->too_late || (!call->found && !begins)))
		return MCLMR_OP_STRAY;
	return op == MCLMR_OP_OFFER && call->asked ? MCLMR_OP_STRAY : op;
}

/* Drops the pieces of a side from the given one on. */
static void drop_pieces(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, unsigned piece)
{
	name_t name;

	while(dialog.set_dlg_var(dlg, piece_name(&name, side, leg, piece), NULL)
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

		if(dialog.set_dlg_var(
				   dlg, piece_name(&name, side, leg, piece++), &value)
				!= 0)
			return false;
		text = mclmr_span_from(text, text.s + n);
	}
	drop_pieces(dlg, side, leg, piece);
	return true;
}

/* Stores what a side said in a leg. */
static mclmr_status_t write_side(struct dlg_cell *dlg, const lmr_leg_t *call,
		mclmr_side_t side, mclmr_arena_t *arena)
{
	char text[TEXT_MAX + 1], head[HEAD_SIZE + 1];
	mclmr_span_t said;
	size_t len;

	if(!mclmr_negotiation_write(&call->negotiation, side, arena, &said))
		return MCLMR_SDP_LIMIT;
	if(call->stored[side] && mclmr_span_equal(said, call->said[side]))
		return MCLMR_OK;
	if(said.len == 0 && call->leg[0] == '\0') {
		drop_pieces(dlg, side, "", 0);
		return MCLMR_OK;
	}
	len = escape(said, text + HEAD_SIZE);
	snprintf(head, sizeof(head), "%04zx%08x", len & 0xffff,
			(unsigned)digest((mclmr_span_t){text + HEAD_SIZE, len}));
	memcpy(text, head, HEAD_SIZE);
	return write_pieces(
				   dlg, side, call->leg, (mclmr_span_t){text, HEAD_SIZE + len})
				   ? MCLMR_OK
				   : MCLMR_INTERNAL;
}

/* Drops all of a leg. */
static void drop_leg(struct dlg_cell *dlg, const char *leg)
{
	name_t name;

	drop_pieces(dlg, MCLMR_CALLER, leg, 0);
	drop_pieces(dlg, MCLMR_CALLEE, leg, 0);
	dialog.set_dlg_var(dlg, mark_name(&name, leg), NULL);
}

/* Drops what the other forks said, and the INVITE that was for all of them. */
static void drop_others(
		struct dlg_cell *dlg, mclmr_span_t legs, const char *own)
{
	drop_leg(dlg, "");
	while(legs.len > 0) {
		mclmr_span_t leg = mclmr_span_cut(&legs, ',');
		char text[LMR_LEG_NAME_SIZE] = "";

		if(leg.len != LEG_DIGITS || mclmr_span_equal(leg, mclmr_span(own)))
			continue;
		memcpy(text, leg.s, LEG_DIGITS);
		drop_leg(dlg, text);
	}
}

/* Sets the list of legs to what is in the list and, where it is not in it,
 * one more; false where the list is full. */
static bool add_leg(
		struct dlg_cell *dlg, char *list, size_t len, const char *leg)
{
	str name = str_init(LEGS_NAME);
	str value = {list, 0};

	if(mclmr_span_find((mclmr_span_t){list, len}, mclmr_span(leg)) != NULL)
		return true;
	if(len + LMR_LEG_NAME_SIZE > LEGS_SIZE)
		return false;
	memcpy(list + len, leg, LEG_DIGITS);
	list[len + LEG_DIGITS] = ',';
	value.len = (int)(len + LMR_LEG_NAME_SIZE);
	return dialog.set_dlg_var(dlg, &name, &value) == 0;
}

/* Makes room for the leg among the others, which go where it has won. */
static bool take_leg(struct dlg_cell *dlg, const lmr_leg_t *call)
{
	bool wins = call->initial && call->bearer.code >= 200;
	str name = str_init(LEGS_NAME);
	char list[LEGS_SIZE];
	size_t len = 0;

	if(call->leg[0] == '\0')
		return true;
	if(!get_value(dlg, &name, list, LEGS_SIZE, &len))
		len = 0;
	if(wins) {
		drop_others(dlg, (mclmr_span_t){list, len}, call->leg);
		len = 0;
	}
	return add_leg(dlg, list, len, call->leg);
}

/* Marks the leg: its call is to be ended. */
static bool write_mark(struct dlg_cell *dlg, const char *leg)
{
	str value = str_init("1");
	name_t name;

	return dialog.set_dlg_var(dlg, mark_name(&name, leg), &value) == 0;
}

/* Stores what a change made of a call. */
static mclmr_status_t store(
		struct dlg_cell *dlg, const lmr_leg_t *call, mclmr_arena_t *arena)
{
	mclmr_status_t status;

	if(!take_leg(dlg, call))
		return MCLMR_SDP_LIMIT;
	status = write_side(dlg, call, MCLMR_CALLER, arena);
	if(status == MCLMR_OK)
		status = write_side(dlg, call, MCLMR_CALLEE, arena);
	return status;
}

/* Reads, changes and stores, under the lock. */
static mclmr_status_t change(struct sip_msg *msg, struct dlg_cell *dlg,
		mclmr_arena_t *arena, lmr_leg_change_t note, void *data,
		lmr_leg_t *call)
{
	mclmr_status_t status;
	bool marked;

	read_dialog(msg, dlg, arena, call);
	marked = call->ended;
	status = note(data, call);
	if(call->ended && !marked && !write_mark(dlg, call->leg))
		return MCLMR_INTERNAL;
	return status == MCLMR_OK ? store(dlg, call, arena) : status;
}

mclmr_status_t lmr_leg_change(struct sip_msg *msg, bool has_sdp,
		mclmr_arena_t *arena, lmr_leg_change_t note, void *data)
{
	struct dlg_cell *dlg = find_dialog(msg);
	mclmr_status_t status;
	lmr_leg_t call;

	if(dlg == NULL)
		return MCLMR_INTERNAL;
	read_message(msg, has_sdp, &call);
	lock_set_get(locks, lock_of(msg));
	status = change(msg, dlg, arena, note, data, &call);
	lock_set_release(locks, lock_of(msg));
	dialog.release_dlg(dlg);
	return status;
}
