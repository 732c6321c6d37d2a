/* SPDX-License-Identifier: GPL-2.0-or-later */

/* mclmr kms: a key management server for laboratories. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/crypto.h>

#include "mclmr/keys/kms_issue.h"
#include "mclmr/keys/mikey.h"
#include "clock.h"
#include "command.h"
#include "io.h"
#include "options.h"
#include "print.h"

#define MEMORY_SIZE (1 << 20)
#define MAX_PERIODS 24
#define SECRETS "kms.secret"
#define CERTIFICATE "cert.xml"
#define USERS "users.csv"

/* Indices of option values. */
enum
{
	OPTION_URI,
	OPTION_PERIOD,
	OPTION_OFFSET,
	OPTION_OUT,
	OPTION_DIR,
	OPTION_USER,
	OPTION_AT,
	OPTION_KMS,
	OPTION_NUMBER,
	OPTION_PERIODS,
	OPTIONS
};

static const struct option all_options[] = {
		{"uri", required_argument, NULL, OPTION_URI},
		{"period", required_argument, NULL, OPTION_PERIOD},
		{"offset", required_argument, NULL, OPTION_OFFSET},
		{"out", required_argument, NULL, OPTION_OUT},
		{"dir", required_argument, NULL, OPTION_DIR},
		{"user", required_argument, NULL, OPTION_USER},
		{"at", required_argument, NULL, OPTION_AT},
		{"kms", required_argument, NULL, OPTION_KMS},
		{"number", required_argument, NULL, OPTION_NUMBER},
		{"periods", required_argument, NULL, OPTION_PERIODS},
		{NULL, 0, NULL, 0},
};

static const char *const option_names[OPTIONS] = {"--uri", "--period",
		"--offset", "--out", "--dir", "--user", "--at", "--kms", "--number",
		"--periods"};

/* All that a command works with. Secret. */
typedef struct lab
{
	const char *dir;
	mclmr_sakke_base_t *base;
	mclmr_kms_scratch_t scratch;
	mclmr_kms_server_t server;
	mclmr_arena_t arena;
	char memory[MEMORY_SIZE];
} lab_t;

/* Checks that options are there, and no others. */
static bool has_options(const char **values, const char *needed, int n)
{
	for(int i = 0; i < OPTIONS; i++) {
		int kind = i < n ? needed[i] : ' ';

		if((kind == '!') == (values[i] == NULL) && kind != '?') {
			tool_complain("%s %s", option_names[i],
					kind == '!' ? "is missing" : "is not for this command");
			return false;
		}
	}
	return true;
}

/* Reads a number. */
static bool read_number(
		const char **values, int option, uint64_t most, uint64_t *number)
{
	const char *text = values[option];
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if(*text >= '0' && *text <= '9' && *end == '\0' && errno == 0
			&& *number <= most)
		return true;
	tool_complain("%s is no number from 0 to %llu", option_names[option],
			(unsigned long long)most);
	return false;
}

/* Reads period and offset. */
static bool read_period(const char **values, mclmr_key_period_t *period)
{
	uint64_t length;
	uint64_t offset;

	if(!read_number(values, OPTION_PERIOD, UINT32_MAX, &length)
			|| !read_number(values, OPTION_OFFSET, UINT32_MAX, &offset))
		return false;
	*period = (mclmr_key_period_t){(uint32_t)length, (uint32_t)offset};
	if(length == 0)
		tool_complain("--period is 0");
	return length > 0;
}

/* The path of a file in the server's folder. */
static const char *path_in(const lab_t *lab, const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", lab->dir, name);
	return path;
}

/* Ends the work. */
static void close_lab(lab_t *lab)
{
	mclmr_kms_server_clear(&lab->server);
	mclmr_sakke_free(lab->scratch.sakke);
	mclmr_eccsi_free(lab->scratch.eccsi);
	free(lab->base);
	OPENSSL_clear_free(lab, sizeof(*lab));
}

/* Makes the tables. */
static bool build_tables(lab_t *lab)
{
	mclmr_sakke_engine_t engine = mclmr_sakke_engine();

	lab->base = aligned_alloc(MCLMR_SAKKE_ALIGN, mclmr_sakke_base_size(engine));
	if(lab->base == NULL
			|| mclmr_sakke_base_build(lab->base, engine) != MCLMR_CRYPTO_OK)
		return false;
	lab->scratch.sakke = mclmr_sakke_new(lab->base);
	lab->scratch.eccsi = mclmr_eccsi_new();
	return lab->scratch.sakke != NULL && lab->scratch.eccsi != NULL;
}

/* Begins the work; NULL with a complaint. */
static lab_t *open_lab(const char *dir)
{
	lab_t *lab = OPENSSL_zalloc(sizeof(*lab));

	if(lab != NULL) {
		lab->dir = dir;
		lab->arena = mclmr_arena(lab->memory, sizeof(lab->memory));
		if(build_tables(lab))
			return lab;
		close_lab(lab);
	}
	tool_complain("no memory for the tables");
	return NULL;
}

/* What a command is asked for. */
typedef struct order
{
	const char *values[OPTIONS];
	mclmr_key_period_t period;
	uint64_t periods;
	int64_t at;
} order_t;

/* Does a command's work on the server in a folder. */
static int work_on(const char *dir, const order_t *order,
		int (*work)(lab_t *lab, const order_t *order))
{
	lab_t *lab = open_lab(dir);
	int code;

	if(lab == NULL)
		return TOOL_USAGE;
	code = work(lab, order);
	close_lab(lab);
	return code;
}

/* Writes a text that was made, or tells what is wrong. */
static int save(const char *path, const char *wrong, mclmr_span_t text)
{
	if(wrong == NULL)
		return tool_replace(path, text, true) ? TOOL_DONE : TOOL_USAGE;
	tool_complain("%s: %s", path, wrong);
	return TOOL_REFUSED;
}

/* Draws the secrets and writes them and the certificate. */
static int write_server(lab_t *lab, int64_t now)
{
	mclmr_span_t text = {NULL, 0};
	const char *wrong = mclmr_kms_server_new(&lab->server, &lab->scratch);
	int code;

	if(wrong == NULL)
		wrong = mclmr_kms_write_certificate(
				&lab->server, now, &lab->arena, &text);
	code = save(path_in(lab, CERTIFICATE), wrong, text);
	if(code != TOOL_DONE)
		return code;
	wrong = mclmr_kms_write_secrets(&lab->server, &lab->arena, &text);
	return save(path_in(lab, SECRETS), wrong, text);
}

/* Makes the folder, which must not hold a server yet. */
static int make_folder(const lab_t *lab)
{
	struct stat status;

	if(mkdir(lab->dir, 0700) != 0 && errno != EEXIST) {
		tool_complain("%s: %s", lab->dir, strerror(errno));
		return TOOL_USAGE;
	}
	for(int i = 0; i < 2; i++) {
		const char *path = path_in(lab, i == 0 ? SECRETS : CERTIFICATE);

		if(stat(path, &status) != 0)
			continue;
		tool_complain("%s is there already", path);
		return TOOL_REFUSED;
	}
	return TOOL_DONE;
}

/* The work of init. */
static int make_server(lab_t *lab, const order_t *order)
{
	int code = make_folder(lab);

	if(code != TOOL_DONE)
		return code;
	lab->server.uri = mclmr_span(order->values[OPTION_URI]);
	lab->server.period = order->period;
	return write_server(lab, order->at);
}

/* mclmr kms init: secrets and certificate, never over those of a server. */
static int run_init(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr kms init --uri KMS --period S --offset S --out "
			"DIR\n\n"
			"Makes a key management server for a laboratory: DIR/" SECRETS
			", its\nsecrets, and DIR/" CERTIFICATE ", its certificate.\n\n"
			"  --uri KMS    its URI, kms.mc.example.org\n"
			"  --period S   seconds of a key period, 2592000\n"
			"  --offset S   seconds that periods are shifted by, 0\n"
			"  --out DIR    a folder; made if it is not there\n\n"
			"Exit: 0 done, 1 there is one already, 2 usage or unwritable "
			"file.\n";
	order_t order = {0};
	const char **values = order.values;
	int code = tool_options(argc, argv, all_options, 0, usage, values);

	if(code != TOOL_GO_ON)
		return code;
	if(!has_options(values, "!!!!", 4) || !read_period(values, &order.period)
			|| !tool_time("--at", NULL, &order.at))
		return TOOL_USAGE;
	if(!mclmr_mikey_is_uri(mclmr_span(values[OPTION_URI]))) {
		tool_complain("--uri is no URI");
		return TOOL_USAGE;
	}
	return work_on(values[OPTION_OUT], &order, make_server);
}

/* Reads the secrets of the folder. */
static int load_server(lab_t *lab)
{
	mclmr_span_t text;
	const char *wrong;

	if(!tool_read_secret(path_in(lab, SECRETS), &text))
		return TOOL_USAGE;
	wrong = mclmr_kms_server_read(
			&lab->server, &lab->scratch, text, &lab->arena);
	tool_free_secret(text);
	if(wrong == NULL)
		return TOOL_DONE;
	tool_complain("%s: %s", path_in(lab, SECRETS), wrong);
	return TOOL_USAGE;
}

/* What a user gets: as a line of the list of users. */
typedef struct user
{
	mclmr_span_t uri;
	uint64_t periods;
	mclmr_span_t file;
} user_t;

/* The path of a user's file: a name is one in the server's folder. */
static void resolve(const lab_t *lab, mclmr_span_t file, char path[PATH_MAX])
{
	if(memchr(file.s, '/', file.len) != NULL
			|| mclmr_span_equal(file, MCLMR_SPAN("-")))
		(void)snprintf(path, PATH_MAX, "%.*s", MCLMR_FMT(file));
	else
		(void)snprintf(path, PATH_MAX, "%s/%.*s", lab->dir, MCLMR_FMT(file));
}

/* The file as the list has it: its name if it is in the server's folder,
 * which may be moved, else its whole path. */
static mclmr_span_t noted_file(const lab_t *lab, const char *path)
{
	static char file[PATH_MAX];
	char folder[PATH_MAX];
	size_t length;

	if(realpath(path, file) == NULL || realpath(lab->dir, folder) == NULL)
		return (mclmr_span_t){NULL, 0};
	length = strlen(folder);
	if(strncmp(file, folder, length) == 0 && file[length] == '/'
			&& strchr(file + length + 1, '/') == NULL)
		return mclmr_span(file + length + 1);
	return mclmr_span(file);
}

/* Writes the key sets of a user from the period of a time on. */
static int write_user(lab_t *lab, const user_t *user, int64_t at)
{
	char path[PATH_MAX];
	mclmr_span_t text = {NULL, 0};
	size_t used = lab->arena.used;
	uint64_t number = mclmr_key_period_number(lab->server.period, at);
	const char *wrong = mclmr_kms_write_keys(&lab->server, &lab->scratch,
			user->uri, number, (unsigned)user->periods, at, &lab->arena, &text);
	int code;

	resolve(lab, user->file, path);
	if(wrong == NULL && strcmp(path, "-") == 0)
		return tool_write("-", text) ? TOOL_DONE : TOOL_USAGE;
	code = save(path, wrong, text);
	lab->arena.used = used;
	return code;
}

/* Takes a line of the list off: periods, file, user. */
static bool next_user(mclmr_span_t *list, user_t *user)
{
	mclmr_span_t line = mclmr_span_cut(list, '\n');
	mclmr_span_t periods = mclmr_span_cut(&line, ',');

	user->periods = periods.len > 0 ? strtoul(periods.s, NULL, 10) : 0;
	user->file = mclmr_span_cut(&line, ',');
	user->uri = line;
	return user->periods > 0 && user->periods <= MAX_PERIODS && line.len > 0;
}

/* The list of users; empty if there is none yet. */
static bool read_users(const lab_t *lab, mclmr_span_t *list)
{
	struct stat status;

	*list = (mclmr_span_t){NULL, 0};
	return stat(path_in(lab, USERS), &status) != 0
		   || tool_read(path_in(lab, USERS), list);
}

/* Adds a line to a text in the arena. */
static bool add_user(lab_t *lab, mclmr_span_t *text, const user_t *user)
{
	size_t size = text->len + user->uri.len + user->file.len + 32;
	char *to = mclmr_arena_alloc(&lab->arena, size);
	int n;

	if(to == NULL)
		return false;
	n = snprintf(to, size, "%.*s%llu,%.*s,%.*s\n", MCLMR_FMT(*text),
			(unsigned long long)user->periods, MCLMR_FMT(user->file),
			MCLMR_FMT(user->uri));
	*text = (mclmr_span_t){to, (size_t)n};
	return true;
}

/* Notes a user in the list, for the next period; a file that is noted
 * already is this user's from now on. */
static int note_user(lab_t *lab, const user_t *user)
{
	mclmr_span_t list;
	mclmr_span_t rest;
	mclmr_span_t text = {NULL, 0};
	user_t other;
	bool done = true;

	if(!read_users(lab, &list))
		return TOOL_USAGE;
	rest = list;
	while(done && rest.len > 0 && next_user(&rest, &other)) {
		if(!mclmr_span_equal(other.file, user->file))
			done = add_user(lab, &text, &other);
	}
	done = done && add_user(lab, &text, user);
	tool_free(list);
	if(done)
		return save(path_in(lab, USERS), NULL, text);
	tool_complain("%s: too many users", path_in(lab, USERS));
	return TOOL_REFUSED;
}

/* The file of a user: --out, or the URI in the folder, with all octets that
 * could lead elsewhere as %xx. */
static const char *file_of(const lab_t *lab, const char *out, const char *uri)
{
	static char path[PATH_MAX];
	size_t length;

	if(out != NULL && (strcmp(out, "-") == 0 || strchr(out, '/') != NULL))
		return out;
	if(out != NULL) {
		(void)snprintf(path, sizeof(path), "./%s", out);
		return path;
	}
	length = (size_t)snprintf(path, sizeof(path) / 2, "%s/", lab->dir);
	for(; *uri != '\0' && length < sizeof(path) - 8; uri++) {
		unsigned char c = (unsigned char)*uri;
		bool is_plain = strchr("/%,", c) == NULL && c > ' ' && c < 0x7F;

		length += (size_t)snprintf(path + length, sizeof(path) - length,
				is_plain ? "%c" : "%%%02x", (unsigned)c);
	}
	(void)snprintf(path + length, sizeof(path) - length, ".xml");
	return path;
}

/* The work of user. */
static int issue(lab_t *lab, const order_t *order)
{
	const char *uri = order->values[OPTION_USER];
	user_t user = {.uri = mclmr_span(uri), .periods = order->periods};
	const char *path;
	int code = load_server(lab);

	if(code != TOOL_DONE)
		return code;
	path = file_of(lab, order->values[OPTION_OUT], uri);
	user.file = mclmr_span(path);
	code = write_user(lab, &user, order->at);
	if(code != TOOL_DONE || strcmp(path, "-") == 0)
		return code;
	user.file = noted_file(lab, path);
	for(size_t i = 0; i < user.file.len; i++) {
		unsigned char c = (unsigned char)user.file.s[i];

		if(c != ',' && c >= ' ')
			continue;
		tool_complain("%s is written, but cannot be noted for reissue: its "
					  "path has a comma or a line end",
				path);
		return TOOL_REFUSED;
	}
	return note_user(lab, &user);
}

/* mclmr kms user: one user's keys, noted so that reissue finds them. */
static int run_user(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr kms user --dir DIR --user URI [--at TIME] [--periods "
			"N]\n                      [--out FILE]\n\n"
			"Writes the keys of a user of the server in DIR, and notes the "
			"user for\nreissue.\n\n"
			"  --user URI   MC service ID\n"
			"  --at TIME    for the key period of this time (now)\n"
			"  --periods N  and for the N - 1 periods after it (1)\n"
			"  --out FILE   mode 0600 (DIR/URI.xml)\n\n"
			"Exit: 0 done, 1 refused, 2 usage or unusable file.\n";
	order_t order = {.periods = 1};
	const char **values = order.values;
	int code = tool_options(argc, argv, all_options, 0, usage, values);

	if(code != TOOL_GO_ON)
		return code;
	if(!has_options(values, "   ?!!?  ?", 10)
			|| !tool_time("--at", values[OPTION_AT], &order.at))
		return TOOL_USAGE;
	if(values[OPTION_PERIODS] != NULL
			&& !read_number(
					values, OPTION_PERIODS, MAX_PERIODS, &order.periods))
		return TOOL_USAGE;
	if(order.periods == 0 || *values[OPTION_USER] == '\0'
			|| strpbrk(values[OPTION_USER], " \t\r\n") != NULL) {
		tool_complain("--periods is 0, or --user is no URI");
		return TOOL_USAGE;
	}
	return work_on(values[OPTION_DIR], &order, issue);
}

/* The work of reissue. */
static int reissue(lab_t *lab, const order_t *order)
{
	mclmr_span_t list;
	mclmr_span_t rest;
	user_t user;
	int code = load_server(lab);

	if(code != TOOL_DONE)
		return code;
	if(!read_users(lab, &list))
		return TOOL_USAGE;
	rest = list;
	while(code == TOOL_DONE && rest.len > 0) {
		if(next_user(&rest, &user)) {
			code = write_user(lab, &user, order->at);
		} else {
			tool_complain("%s: not readable", path_in(lab, USERS));
			code = TOOL_USAGE;
		}
	}
	tool_free(list);
	return code;
}

/* mclmr kms reissue: the next periods of all users that were noted. */
static int run_reissue(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr kms reissue --dir DIR [--at TIME]\n\n"
			"Writes the keys of all users anew, for the key period of TIME "
			"(now) and\nas many after it as each was given.\n\n"
			"Exit: 0 done, 1 refused, 2 usage or unusable file.\n";
	order_t order = {0};
	const char **values = order.values;
	int code = tool_options(argc, argv, all_options, 0, usage, values);

	if(code != TOOL_GO_ON)
		return code;
	if(!has_options(values, "    ! ?", 7)
			|| !tool_time("--at", values[OPTION_AT], &order.at))
		return TOOL_USAGE;
	return work_on(values[OPTION_DIR], &order, reissue);
}

/* mclmr kms uid: to compare with the UserID of another server. */
static int run_uid(int argc, char **argv)
{
	static const char usage[] =
			"usage: mclmr kms uid --user URI --kms URI --period S --offset S "
			"--number N\n\n"
			"Prints the identifier of a user in a key period (TS 33.180 "
			"F.2.1).\n\n"
			"Exit: 0 done, 2 usage.\n";
	const char *values[OPTIONS] = {NULL};
	int code = tool_options(argc, argv, all_options, 0, usage, values);
	mclmr_key_period_t period;
	uint8_t uid[MCLMR_UID_SIZE];
	uint64_t number;

	if(code != TOOL_GO_ON)
		return code;
	if(!has_options(values, " !!  ! !!", 9) || !read_period(values, &period)
			|| !read_number(values, OPTION_NUMBER, INT64_MAX, &number))
		return TOOL_USAGE;
	if(!mclmr_mikey_uid(mclmr_span(values[OPTION_USER]),
			   mclmr_span(values[OPTION_KMS]), period, number, uid)) {
		tool_complain("a URI is too long");
		return TOOL_USAGE;
	}
	tool_print_hex("uid", MCLMR_OCTETS(uid));
	return tool_finish(TOOL_DONE);
}

int tool_kms(int argc, char **argv)
{
	static const tool_command_t commands[] = {
			{"init", "make a server for a laboratory", run_init},
			{"user", "write the keys of a user", run_user},
			{"reissue", "write all keys anew, for the next period",
					run_reissue},
			{"uid", "the identifier of a user", run_uid},
	};

	return tool_dispatch("mclmr kms", commands,
			sizeof(commands) / sizeof(commands[0]), argc, argv);
}
