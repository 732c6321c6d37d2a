/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * mc_key: the word in brackets of a pseudo-variable: a key is its place in a
 * list of words, and an empty text is $null.
 */
#ifndef MC_KEY_H
#define MC_KEY_H

#include "core/pvar.h"

#include "mclmr/base/span.h"

/* Keeps in *spec the place of name among n words; false if it is none of
 * them. */
bool mc_key_parse(
		pv_spec_t *spec, const str *name, const char *const *words, int n);

/* The place that was kept. */
int mc_key_of(const pv_param_t *param);

/* A text as value, $null if it is empty. */
int mc_key_text(struct sip_msg *msg, pv_param_t *param, pv_value_t *value,
		mclmr_span_t text);

#endif
