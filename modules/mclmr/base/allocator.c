/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Memory for long-lived data. */
#include "allocator.h"

const char mclmr_no_memory[] = "no memory";
