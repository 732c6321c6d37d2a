/* SPDX-License-Identifier: GPL-2.0-or-later */

/* token: access tokens that another implementation made, checked; their keys,
 * read from texts and files. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/err.h>

#include "mclmr/keys/token.h"
#include "mclmr/keys/token_files.h"
#include "mclmr/keys/token_form.h"
#include "unit.h"

#define TOKENS "tests/data/token-own.txt"
#define SET "tests/data/token-own.json"
#define PEM "tests/data/idms-pem.pem"
#define NOW 1800000000
#define EXP (NOW + 600)
#define MAX_ROWS 200

/* Rows of the file: what the check is to find, and the token. */
typedef struct row
{
	char name[32];
	char fault[16];
	char token[9000];
} row_t;

static row_t rows[MAX_ROWS];
static size_t n_rows;
static char set_text[65536], pem_text[4096];
static mclmr_token_keys_t *keys;
static char memory[8192];

static void read_whole(const char *path, char *to, size_t size)
{
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	to[fread(to, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void read_rows(void)
{
	static char line[9100];
	FILE *file = fopen(TOKENS, "r");

	assert_non_null(file);
	while(fgets(line, sizeof(line), file) != NULL) {
		row_t *row = &rows[n_rows];

		if(line[0] == '#')
			continue;
		assert_true(n_rows++ < MAX_ROWS);
		line[strcspn(line, "\n")] = '\0';
		assert_int_equal(sscanf(line, "%31s %15s", row->name, row->fault), 2);
		strcpy(row->token, strchr(strchr(line, ' ') + 1, ' ') + 1);
	}
	fclose(file);
}

/* The token of a row. */
static mclmr_span_t token_of(const char *name)
{
	for(size_t i = 0; i < n_rows; i++) {
		if(strcmp(rows[i].name, name) == 0)
			return mclmr_span(rows[i].token);
	}
	fail_msg("no row %s", name);
	return mclmr_span("");
}

/* Loads the set and the PEM; what is wrong. */
static const char *load(
		mclmr_token_keys_t *to, const char *set, const char *pem, size_t *which)
{
	const mclmr_token_key_text_t texts[] = {{mclmr_span(set), MCLMR_SPAN("")},
			{mclmr_span(pem), MCLMR_SPAN("idms-pem")}};

	return mclmr_token_keys_load(to, texts, pem == NULL ? 1 : 2, which);
}

static int set_up(void **state)
{
	size_t which;

	(void)state;
	read_rows();
	read_whole(SET, set_text, sizeof(set_text));
	read_whole(PEM, pem_text, sizeof(pem_text));
	keys = mclmr_token_keys_new();
	return load(keys, set_text, pem_text, &which) == NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	mclmr_token_keys_free(keys);
	mclmr_token_keys_free(NULL);
	return 0;
}

/* Checks a token in memory of its exact size, so that the sanitizer sees what
 * is read beyond it. */
static mclmr_token_fault_t check(const mclmr_token_rules_t *rules,
		mclmr_span_t text, unsigned services, int64_t now, mclmr_token_t *token)
{
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_token_wish_t wish = {.services = services, .now = now};
	char *copy = malloc(text.len + 1);
	mclmr_token_fault_t fault;

	memcpy(copy, text.s, text.len);
	fault = mclmr_token_check(
			keys, rules, (mclmr_span_t){copy, text.len}, &wish, &arena, token);
	free(copy);
	/* The errors of libcrypto are not left for another module to tell. */
	assert_int_equal(ERR_peek_error(), 0);
	return fault;
}

/* True if nothing is in what a refused token gave. */
static bool is_empty(const mclmr_token_t *token)
{
	static const mclmr_token_t none;

	return memcmp(token, &none, sizeof(none)) == 0;
}

static void test_rows(void **state)
{
	mclmr_token_t token;

	(void)state;
	assert_true(n_rows > 90);
	for(size_t i = 0; i < n_rows; i++) {
		mclmr_token_fault_t fault =
				check(&mclmr_token_rules_of_sip, mclmr_span(rows[i].token),
						MCLMR_TOKEN_ALL_SERVICES, NOW, &token);

		if(strcmp(mclmr_token_fault_word(fault), rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].name, mclmr_token_fault_word(fault));
		assert_true(is_empty(&token) == (fault != MCLMR_TOKEN_GENUINE));
	}
}

static void test_what_it_says(void **state)
{
	mclmr_token_t token;

	(void)state;
	assert_int_equal(check(&mclmr_token_rules_of_sip, token_of("rsa"),
							 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
			MCLMR_TOKEN_GENUINE);
	assert_int_equal(token.exp, EXP);
	assert_true(mclmr_span_equal(token.client_id, MCLMR_SPAN("urn:uuid:1")));
	assert_true(mclmr_span_equal(token.mc_id[MCLMR_SERVICE_MCPTT],
			MCLMR_SPAN("sip:alice@mc.example.org")));
	assert_true(mclmr_span_equal(token.mc_id[MCLMR_SERVICE_MCDATA],
			MCLMR_SPAN("sip:alice.data@mc.example.org")));
	assert_int_equal(token.mc_id[MCLMR_SERVICE_MCVIDEO].len, 0);
	assert_int_equal(token.services,
			MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCPTT)
					| MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCDATA));
}

/* Only what was asked for is given. */
static void test_services(void **state)
{
	static const struct
	{
		const char *row;
		unsigned asked;
		mclmr_token_fault_t fault;
		unsigned services;
	} table[] = {
			{"rsa", MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCDATA),
					MCLMR_TOKEN_GENUINE,
					MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCDATA)},
			{"rsa", MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCVIDEO),
					MCLMR_TOKEN_SCOPE, 0},
			{"rsa", MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_NONE), MCLMR_TOKEN_SCOPE,
					0},
			{"rsa", 0, MCLMR_TOKEN_SCOPE, 0},
			{"scope_video", MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCVIDEO),
					MCLMR_TOKEN_NO_ID, 0},
	};
	mclmr_token_t token;

	(void)state;
	for(size_t i = 0; i < COUNT(table); i++) {
		assert_int_equal(
				check(&mclmr_token_rules_of_sip, token_of(table[i].row),
						table[i].asked, NOW, &token),
				table[i].fault);
		assert_int_equal(token.services, table[i].services);
		assert_int_equal(token.mc_id[MCLMR_SERVICE_MCPTT].len, 0);
	}
}

static void test_times(void **state)
{
	static const struct
	{
		const char *row;
		int64_t skew;
		int64_t now;
		mclmr_token_fault_t fault;
	} table[] = {
			{"rsa", 60, EXP + 59, MCLMR_TOKEN_GENUINE},
			{"rsa", 60, EXP + 60, MCLMR_TOKEN_EXPIRED},
			{"rsa", 0, EXP - 1, MCLMR_TOKEN_GENUINE},
			{"rsa", 0, EXP, MCLMR_TOKEN_EXPIRED},
			{"exp_real", 0, EXP - 1, MCLMR_TOKEN_GENUINE},
			{"exp_real", 0, EXP + 1, MCLMR_TOKEN_EXPIRED},
			{"nbf", 60, NOW - 120, MCLMR_TOKEN_GENUINE},
			{"nbf", 60, NOW - 121, MCLMR_TOKEN_TOO_EARLY},
			{"nbf", 0, NOW - 61, MCLMR_TOKEN_TOO_EARLY},
	};
	mclmr_token_t token;

	(void)state;
	for(size_t i = 0; i < COUNT(table); i++) {
		mclmr_token_rules_t rules = mclmr_token_rules_of_sip;

		rules.skew = table[i].skew;
		assert_int_equal(
				check(&rules, token_of(table[i].row), MCLMR_TOKEN_ALL_SERVICES,
						table[i].now, &token),
				table[i].fault);
	}
}

static void test_parties(void **state)
{
	static const char iss[] = "https://idms.mc.example.org";
	static const struct
	{
		const char *row;
		const char *issuer;
		const char *audience;
		mclmr_token_fault_t fault;
	} table[] = {
			{"rsa", iss, "mc", MCLMR_TOKEN_GENUINE},
			{"rsa", iss, "kms", MCLMR_TOKEN_GENUINE},
			{"rsa", "https://idms.mc.example.or", "", MCLMR_TOKEN_ISSUER},
			{"rsa", "https://idms.mc.example.org/", "", MCLMR_TOKEN_ISSUER},
			{"iss_list", iss, "", MCLMR_TOKEN_ISSUER},
			{"rsa", "", "m", MCLMR_TOKEN_AUDIENCE},
			{"rsa", "", "mcs", MCLMR_TOKEN_AUDIENCE},
			{"aud_text", "", "mc", MCLMR_TOKEN_GENUINE},
			{"aud_text", "", "kms", MCLMR_TOKEN_AUDIENCE},
			{"aud_other", "", "mc", MCLMR_TOKEN_AUDIENCE},
			{"aud_other", "", "mcx", MCLMR_TOKEN_GENUINE},
			{"aud_none", "", "mc", MCLMR_TOKEN_AUDIENCE},
	};
	mclmr_token_t token;

	(void)state;
	for(size_t i = 0; i < COUNT(table); i++) {
		mclmr_token_rules_t rules = mclmr_token_rules_of_sip;

		rules.issuer = mclmr_span(table[i].issuer);
		rules.audience = mclmr_span(table[i].audience);
		assert_int_equal(check(&rules, token_of(table[i].row),
								 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
				table[i].fault);
	}
}

/* What is configured is accepted, and no more; and scopes are configuration. */
static void test_rules(void **state)
{
	mclmr_token_rules_t rules = mclmr_token_rules_of_sip;
	mclmr_token_t token;

	(void)state;
	assert_null(mclmr_token_algorithms_read(
			MCLMR_SPAN(" RS384,RS512, PS256,PS512 ,ES384,ES512"),
			&rules.algorithms));
	for(size_t i = 0; i < n_rows; i++) {
		if(strncmp(rows[i].name, "all_", 4) == 0)
			assert_int_equal(check(&rules, mclmr_span(rows[i].token),
									 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
					MCLMR_TOKEN_GENUINE);
	}
	assert_int_equal(check(&rules, token_of("rsa"), MCLMR_TOKEN_ALL_SERVICES,
							 NOW, &token),
			MCLMR_TOKEN_ALGORITHM);
	rules = mclmr_token_rules_of_sip;
	rules.algorithms = 0;
	assert_int_equal(check(&rules, token_of("none"), MCLMR_TOKEN_ALL_SERVICES,
							 NOW, &token),
			MCLMR_TOKEN_ALGORITHM);
	rules = mclmr_token_rules_of_sip;
	rules.scope[MCLMR_SERVICE_MCPTT] = MCLMR_SPAN("openid");
	rules.scope[MCLMR_SERVICE_MCDATA] = MCLMR_SPAN("");
	assert_int_equal(check(&rules, token_of("rsa"), MCLMR_TOKEN_ALL_SERVICES,
							 NOW, &token),
			MCLMR_TOKEN_GENUINE);
	assert_int_equal(token.services, MCLMR_TOKEN_SERVICE(MCLMR_SERVICE_MCPTT));
	/* What stands between two blanks is no scope. */
	assert_int_equal(check(&rules, token_of("scope_blanks"),
							 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
			MCLMR_TOKEN_SCOPE);
}

static void test_algorithms(void **state)
{
	static const char *const refused[] = {"", "none", "HS256", "RS256,",
			"RS256,,ES256", "rs256", "RS256 ES256", "RS256,HS256", "dir"};
	mclmr_token_algorithms_t algorithms = 7;

	(void)state;
	for(size_t i = 0; i < COUNT(refused); i++) {
		assert_non_null(mclmr_token_algorithms_read(
				mclmr_span(refused[i]), &algorithms));
		assert_int_equal(algorithms, 7);
	}
	assert_null(mclmr_token_algorithms_read(
			MCLMR_SPAN("RS256,ES256"), &algorithms));
	assert_int_equal(algorithms, MCLMR_TOKEN_DEFAULT);
}

/* Without room for what it says a token is refused. */
static void test_arena(void **state)
{
	mclmr_token_wish_t wish = {MCLMR_TOKEN_ALL_SERVICES, NOW};
	mclmr_token_t token;

	(void)state;
	for(size_t size = 0; size < 64; size++) {
		mclmr_arena_t arena = mclmr_arena(memory, size);
		mclmr_token_fault_t fault =
				mclmr_token_check(keys, &mclmr_token_rules_of_sip,
						token_of("rsa"), &wish, &arena, &token);

		/* client_id and the two IDs. */
		assert_int_equal(fault, size < 10 + 24 + 29 ? MCLMR_TOKEN_NO_MEMORY
													: MCLMR_TOKEN_GENUINE);
		assert_true(is_empty(&token) == (fault != MCLMR_TOKEN_GENUINE));
	}
}

/* Each octet of a token counts: another one in its place is refused. */
static void test_each_octet(void **state)
{
	mclmr_span_t good = token_of("ec");
	mclmr_token_t token;
	char text[2048];

	(void)state;
	memcpy(text, good.s, good.len);
	for(size_t i = 0; i < good.len; i++) {
		text[i] = good.s[i] == 'A' ? 'B' : 'A';
		assert_int_not_equal(
				check(&mclmr_token_rules_of_sip, (mclmr_span_t){text, good.len},
						MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
				MCLMR_TOKEN_GENUINE);
		assert_int_not_equal(
				check(&mclmr_token_rules_of_sip, (mclmr_span_t){good.s, i},
						MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
				MCLMR_TOKEN_GENUINE);
		text[i] = good.s[i];
	}
}

static void test_size(void **state)
{
	static char text[MCLMR_TOKEN_MAX_SIZE + 1];
	mclmr_token_parts_t parts;

	(void)state;
	memset(text, 'A', sizeof(text));
	text[4] = text[9] = '.';
	assert_int_equal(
			mclmr_token_cut(
					(mclmr_span_t){text, MCLMR_TOKEN_MAX_SIZE - 2}, &parts),
			MCLMR_TOKEN_GENUINE);
	assert_int_equal(
			mclmr_token_cut((mclmr_span_t){text, sizeof(text)}, &parts),
			MCLMR_TOKEN_TOO_LARGE);
}

#define POINT                                                \
	"\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	"\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define EC_KEY(more) "{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT more "}"
#define A_32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A_340 \
	A_32 A_32 A_32 A_32 A_32 A_32 A_32 A_32 A_32 A_32 "AAAAAAAAAAAAAAAAAAAA"
/* A modulus of 2,048 bits, and one of 2,047. */
#define RSA_KEY_OF(first, e) \
	"{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"" first A_340 "Q\",\"e\":\"" e "\"}"
#define RSA_KEY(e) RSA_KEY_OF("g", e)
#define OKP "{\"kty\":\"OKP\",\"kid\":\"e\"}"

/* Keys of RFC 7515 A.3 in sets that are refused, and why; NULL: they are
 * not. */
static void test_sets(void **state)
{
	static const struct
	{
		const char *text;
		const char *wrong; /* words of it */
	} table[] = {
			{EC_KEY(",\"kid\":\"a\""), NULL},
			{"{\"keys\":[" OKP "," EC_KEY(",\"kid\":\"a\"") "]}", NULL},
			{" \r\n" EC_KEY(",\"kid\":\"a\"") "\n", NULL},
			{"", "neither"},
			{"jwks", "neither"},
			{"[]", "neither"},
			{"{", "no JSON"},
			{"{\"keys\":[],\"keys\":[]}", "no JSON"},
			{"{\"keys\":{}}", "no array"},
			{"{\"keys\":[]}", "no key"},
			{"{\"keys\":[" OKP ",7,[],null]}", "no key"},
			{"{}", "no key"},
			{EC_KEY(""), "kid"},
			{EC_KEY(",\"kid\":7"), "kid"},
			{EC_KEY(",\"kid\":\"\""), "kid"},
			{EC_KEY(",\"kid\":\"a\",\"d\":\"AA\""), "private"},
			{EC_KEY(",\"kid\":\"a\",\"use\":\"enc\""), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"use\":7"), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"key_ops\":[\"sign\"]"), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"key_ops\":\"verify\""), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"alg\":\"ECDH-ES\""), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"alg\":\"HS256\""), "no key"},
			{EC_KEY(",\"kid\":\"a\",\"alg\":\"ES384\""), "alg"},
			{EC_KEY(",\"kid\":\"a\",\"alg\":\"RS256\""), "alg"},
			{"{\"keys\":[" EC_KEY(",\"kid\":\"a\"") "," EC_KEY(
					 ",\"kid\":\"a\"") "]}",
					"same kid"},
			{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","
			 "\"x\":\"AQAB\",\"y\":\"AQAB\"}",
					"curve"},
			{"{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"a\"," POINT "}",
					"curve"},
			{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"a\","
			 "\"x\":\"AQAB\"}",
					"x or y"},
			{"{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQAB\","
			 "\"e\":\"AQAB\"}",
					"2048"},
			{"{\"kty\":\"RSA\",\"kid\":\"a\",\"n\":\"AQ+B\","
			 "\"e\":\"AQAB\"}",
					"n or e"},
			{RSA_KEY("AQAB"), NULL},
			{RSA_KEY_OF("f", "AQAB"), "2048"},
			{RSA_KEY_OF("AAAAf", "AQAB"), "2048"},
			{RSA_KEY("AA"), "exponent"},
			{RSA_KEY("AQ"), "exponent"},
			{RSA_KEY("AAE"), "exponent"},
			{RSA_KEY("Ag"), "exponent"},
			{"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
					"neither"},
			{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
					"neither"},
	};

	(void)state;
	for(size_t i = 0; i < COUNT(table); i++) {
		mclmr_token_keys_t *read = mclmr_token_keys_new();
		size_t which;
		const char *wrong = load(read, table[i].text, NULL, &which);

		assert_int_equal(wrong == NULL, table[i].wrong == NULL);
		if(wrong != NULL && strstr(wrong, table[i].wrong) == NULL)
			fail_msg("%s: %s", table[i].text, wrong);
		mclmr_token_keys_free(read);
		assert_int_equal(ERR_peek_error(), 0);
	}
}

/* A set of keys with numbers as kid. */
static void make_set(char *to, size_t size, unsigned n)
{
	size_t at = (size_t)snprintf(to, size, "{\"keys\":[");

	for(unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s,\"kid\":\"%u\"}",
				i > 0 ? "," : "", "{\"kty\":\"EC\",\"crv\":\"P-256\"," POINT,
				i);
	snprintf(to + at, size - at, "]}");
}

static void test_number_of_keys(void **state)
{
	static char text[MCLMR_TOKEN_MAX_KEY_TEXT + 8];
	mclmr_token_keys_t *read = mclmr_token_keys_new();
	size_t which;

	(void)state;
	make_set(text, sizeof(text), MCLMR_TOKEN_MAX_KEYS);
	assert_null(load(read, text, NULL, &which));
	assert_string_equal(
			load(read, text, pem_text, &which), "there are more than 64 keys");
	assert_int_equal(which, 1);
	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "{", 1);
	strcpy(text + sizeof(text) - 2, "}");
	assert_non_null(strstr(load(read, text, NULL, &which), "larger"));
	mclmr_token_keys_free(read);
}

/* What fails leaves the keys; what succeeds takes their place. */
static void test_load_again(void **state)
{
	char two[8192];
	mclmr_token_t token;
	size_t which;

	(void)state;
	assert_non_null(load(keys, "{", pem_text, &which));
	assert_int_equal(which, 0);
	assert_non_null(load(keys, set_text, "", &which));
	assert_int_equal(which, 1);
	snprintf(two, sizeof(two), "%s%s", pem_text, pem_text);
	assert_non_null(load(keys, set_text, two, &which));
	assert_int_equal(check(&mclmr_token_rules_of_sip, token_of("rsa"),
							 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
			MCLMR_TOKEN_GENUINE);
	assert_null(load(keys, EC_KEY(",\"kid\":\"rsa\""), NULL, &which));
	assert_int_equal(check(&mclmr_token_rules_of_sip, token_of("rsa"),
							 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
			MCLMR_TOKEN_KEY_UNFIT);
	assert_int_equal(check(&mclmr_token_rules_of_sip, token_of("ec"),
							 MCLMR_TOKEN_ALL_SERVICES, NOW, &token),
			MCLMR_TOKEN_NO_KEY);
	assert_null(load(keys, set_text, pem_text, &which));
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* What the check finds of a row's token. */
static mclmr_token_fault_t find_fault(const char *row)
{
	mclmr_token_t token;

	return check(&mclmr_token_rules_of_sip, token_of(row),
			MCLMR_TOKEN_ALL_SERVICES, NOW, &token);
}

static void test_files(void **state)
{
	char folder[] = "/tmp/mclmr-token-XXXXXX";
	char set[64], pem[64], other[64];
	mclmr_token_files_t files = {.n = 2};
	size_t which;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(set, sizeof(set), "%s/set", folder);
	snprintf(pem, sizeof(pem), "%s/idms-pem.pem", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	files.file[0].path = set;
	files.file[1].path = pem;
	write_file(set, set_text);
	assert_non_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(which, 1);
	/* Told once; the file comes. */
	assert_null(mclmr_token_files_refresh(&files, keys, &which));
	write_file(pem, pem_text);
	assert_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(find_fault("pem"), MCLMR_TOKEN_GENUINE);
	/* One is replaced by what is no key, then by other keys, then goes. */
	write_file(other, "{}x");
	assert_int_equal(rename(other, set), 0);
	assert_non_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(which, 0);
	assert_int_equal(find_fault("rsa"), MCLMR_TOKEN_GENUINE);
	write_file(other, EC_KEY(",\"kid\":\"new\""));
	assert_int_equal(rename(other, set), 0);
	assert_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(find_fault("rsa"), MCLMR_TOKEN_NO_KEY);
	assert_int_equal(find_fault("pem"), MCLMR_TOKEN_GENUINE);
	assert_int_equal(unlink(set), 0);
	assert_non_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(find_fault("pem"), MCLMR_TOKEN_GENUINE);
	/* A folder is no file of keys. */
	files.file[0].path = folder;
	assert_non_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(unlink(pem), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_null(load(keys, set_text, pem_text, &which));
}

/* A process that is short of something for a moment does not keep keys that are
 * withdrawn. */
static void test_files_later(void **state)
{
	char path[] = "/tmp/mclmr-token-XXXXXX";
	mclmr_token_files_t files = {.n = 1, .file = {{.path = path}}};
	struct rlimit limit, none;
	int file = mkstemp(path);
	size_t which;

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(close(file), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){0, limit.rlim_max};
	write_file(path, EC_KEY(",\"kid\":\"new\""));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for(int i = 0; i < 2; i++)
		assert_non_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(find_fault("rsa"), MCLMR_TOKEN_GENUINE);
	assert_null(mclmr_token_files_refresh(&files, keys, &which));
	assert_int_equal(find_fault("rsa"), MCLMR_TOKEN_NO_KEY);
	assert_int_equal(unlink(path), 0);
	assert_null(load(keys, set_text, pem_text, &which));
}

/* Each fault has a word of its own and a text. */
static void test_words(void **state)
{
	(void)state;
	for(unsigned i = 0; i < MCLMR_TOKEN_FAULTS; i++) {
		assert_non_null(mclmr_token_fault_words((mclmr_token_fault_t)i));
		for(unsigned j = 0; j < i; j++)
			assert_string_not_equal(
					mclmr_token_fault_word((mclmr_token_fault_t)i),
					mclmr_token_fault_word((mclmr_token_fault_t)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_rows),
			cmocka_unit_test(test_what_it_says),
			cmocka_unit_test(test_services),
			cmocka_unit_test(test_times),
			cmocka_unit_test(test_parties),
			cmocka_unit_test(test_rules),
			cmocka_unit_test(test_algorithms),
			cmocka_unit_test(test_arena),
			cmocka_unit_test(test_each_octet),
			cmocka_unit_test(test_size),
			cmocka_unit_test(test_sets),
			cmocka_unit_test(test_number_of_keys),
			cmocka_unit_test(test_load_again),
			cmocka_unit_test(test_files),
			cmocka_unit_test(test_files_later),
			cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
