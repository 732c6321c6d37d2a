/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * decisions POLICIES PROFILE OFFER [ANSWER]: how many decisions the library
 * takes in a second on one processor, by the processor's own time. With an
 * answer: on that answer to the offer as it left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mclmr/sdp/policy.h"

#define TEXT_SIZE (1 << 16)
#define MEMORY_SIZE (1 << 20)
#define ROUND 1000 /* decisions between two looks at the clock */
#define SECONDS 2.0

/* Reads a file, or ends. */
static mclmr_span_t read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(TEXT_SIZE);
	size_t len =
			file != NULL && text != NULL ? fread(text, 1, TEXT_SIZE, file) : 0;

	if(len == 0 || len == TEXT_SIZE || fclose(file) != 0) {
		(void)fprintf(stderr, "decisions: cannot read %s\n", path);
		exit(2);
	}
	return (mclmr_span_t){text, len};
}

/* One decision; ends if nothing may leave. */
static mclmr_span_t decide(
		const mclmr_policy_request_t *request, mclmr_arena_t *arena)
{
	static mclmr_decision_t decision;

	mclmr_policy_decide(request, arena, &decision);
	if(decision.status != MCLMR_OK || decision.text.len == 0) {
		(void)fprintf(stderr, "decisions: refused\n");
		exit(2);
	}
	return decision.text;
}

/* Decisions in a second of the processor's time. */
static double measure(const mclmr_policy_request_t *request)
{
	static char memory[MEMORY_SIZE];
	clock_t begin = clock(), spent = 0;
	double done = 0;

	while(spent < (clock_t)(SECONDS * CLOCKS_PER_SEC)) {
		for(int i = 0; i < ROUND; i++) {
			mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));

			(void)decide(request, &arena);
		}
		done += ROUND;
		spent = clock() - begin;
	}
	return done * CLOCKS_PER_SEC / (double)spent;
}

int main(int argc, char **argv)
{
	static mclmr_profiles_t profiles;
	static char memory[MEMORY_SIZE];
	mclmr_arena_t arena = mclmr_arena(memory, sizeof(memory));
	mclmr_policy_request_t request = {.profiles = &profiles, .relayed = true};
	size_t line;

	if(argc != 4 && argc != 5)
		return 2;
	if(mclmr_profiles_read(read_file(argv[1]), &profiles, &line) != NULL)
		return 2;
	request.profile = mclmr_profile_find(&profiles, mclmr_span(argv[2]));
	if(request.profile == NULL)
		return 2;
	request.text = read_file(argv[3]);
	if(argc == 5) {
		request.offer = decide(&request, &arena);
		request.text = read_file(argv[4]);
	}
	(void)printf("%.0f\n", measure(&request));
	return 0;
}
