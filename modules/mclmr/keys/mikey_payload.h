/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Internal to keys. mikey_payload: the payload types of an I_MESSAGE (RFC 3830
 * 6.1, RFC 6043, RFC 6509), for those who read and make them.
 */
#ifndef MCLMR_MIKEY_PAYLOAD_H
#define MCLMR_MIKEY_PAYLOAD_H

enum
{
	MCLMR_PAYLOAD_LAST = 0,
	MCLMR_PAYLOAD_SIGN = 4,
	MCLMR_PAYLOAD_T = 5,
	MCLMR_PAYLOAD_SP = 10,
	MCLMR_PAYLOAD_RAND = 11,
	MCLMR_PAYLOAD_IDR = 14,
	MCLMR_PAYLOAD_EXTENSION = 21,
	MCLMR_PAYLOAD_SAKKE = 26
};

#endif
