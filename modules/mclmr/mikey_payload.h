/*
 * This file is part of the Kamailio modules for LMR interworking.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/*
 * mikey_payload: the payload types of an I_MESSAGE (RFC 3830 6.1, RFC 6043,
 * RFC 6509), for those who read and make them; between mikey.c and
 * mikey_make.c only.
 */
#ifndef MCLMR_MIKEY_PAYLOAD_H
#define MCLMR_MIKEY_PAYLOAD_H

enum
{
	LAST = 0,
	SIGN = 4,
	T = 5,
	SP = 10,
	RAND = 11,
	IDR = 14,
	EXTENSION = 21,
	SAKKE = 26
};

#endif
