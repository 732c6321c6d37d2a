/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * version: which release of this project it is, by semantic versioning; the
 * newest one of CHANGELOG.md and debian/changelog.
 */
#ifndef MCLMR_BASE_VERSION_H
#define MCLMR_BASE_VERSION_H

#define MCLMR_VERSION "0.3.0"

#endif
