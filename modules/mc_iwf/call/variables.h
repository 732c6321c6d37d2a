/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * lmr_variables: the codec between what is known of a call's legs and
 * variables of module dialog. Internal to this folder; leg.h lists the names.
 * A text may be longer than a variable, so it is stored in pieces, the first
 * of which tells length and checksum: module dialog does not delete rows of its
 * database, and two processes may write at once. Octets that a database would
 * take for something of its own are escaped. The caller holds the lock of the
 * call.
 */
#ifndef LMR_VARIABLES_H
#define LMR_VARIABLES_H

#include <stdint.h>

#include "leg.h"

struct dlg_binds;
struct dlg_cell;

/* The leg name of LMR_LEG_NAME_SIZE octets, less its NUL. */
#define LMR_LEG_DIGITS (LMR_LEG_NAME_SIZE - 1)
/* The list of legs, "LEG,LEG,". */
#define LMR_LEGS_SIZE ((size_t)LMR_LEG_MAX_LEGS * LMR_LEG_NAME_SIZE)

/* The functions of module dialog, once it is bound; they have to stay. */
void lmr_variables_init(const struct dlg_binds *dialog);

/* FNV-1a of a text: tells texts apart, proves nothing. */
uint32_t lmr_variables_digest(mclmr_span_t text);

/* Reads what a side said in a leg, into the arena. true also if that is
 * nothing; *there tells which. false if what is stored does not read. */
bool lmr_variables_read_said(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, mclmr_arena_t *arena, mclmr_span_t *said, bool *there);

/* Stores what a side said, at most MCLMR_NEGOTIATION_MAX octets, and drops what
 * a longer text has left; false without memory. */
bool lmr_variables_write_said(struct dlg_cell *dlg, mclmr_side_t side,
		const char *leg, mclmr_span_t said);

/* Drops what a side said in a leg. */
void lmr_variables_drop_said(
		struct dlg_cell *dlg, mclmr_side_t side, const char *leg);

/* Drops all of a leg. */
void lmr_variables_drop_leg(struct dlg_cell *dlg, const char *leg);

/* True if the leg is marked: its call is to be ended. */
bool lmr_variables_marked(struct dlg_cell *dlg, const char *leg);

/* Marks it; false without memory. */
bool lmr_variables_mark(struct dlg_cell *dlg, const char *leg);

/* The octets of the list of legs, 0 if there is none. */
size_t lmr_variables_read_legs(struct dlg_cell *dlg, char list[LMR_LEGS_SIZE]);

/* Stores the list; false without memory. */
bool lmr_variables_write_legs(struct dlg_cell *dlg, mclmr_span_t list);

#endif
