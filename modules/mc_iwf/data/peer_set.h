/* SPDX-License-Identifier: GPL-2.0-or-later */

/* iwf_peer_set: the dispatcher sets of the directory in force. */
#ifndef IWF_PEER_SET_H
#define IWF_PEER_SET_H

/* The lowest set above this number that a KMF or a partner has, or 0. No
 * database is asked. */
int iwf_peer_set(int above);

#endif
