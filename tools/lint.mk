# Format, static analysis, and the scripts.

LINT_C = $(wildcard modules/*/*.[ch] modules/*/*/*.[ch] \
	modules/*/*/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] \
	tests/media/*.[ch] tests/locks/*.[ch] tests/neighbour/*.c tests/oracle/*.[ch] tests/bench/*.c)
LINT_TIDY = $(MCLMR_SRC) $(MCLMR_TOOL_SRC) $(MEDIA_SRC)
# Left out: neighbours of one type are often the contract, _GNU_SOURCE is no
# name of ours, no libc here has C11's Annex K, and clang 14 takes va_start()
# for nothing.
TIDY_CHECKS = -*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-clang-analyzer-valist.Uninitialized

.PHONY: lint lint-floors lint-words lint-format lint-tidy lint-cppcheck \
	lint-headers
## lint        who includes whom, words, clang-format, clang-tidy, cppcheck, the
##             headers of each Kamailio; a tool of another version is left out
lint: lint-floors lint-words lint-format lint-tidy lint-cppcheck lint-headers

lint-floors:
	$(PYTHON) tools/floors.py

lint-words:
	$(PYTHON) tools/words.py

lint-format: | $(DEPS)
	tools/versioned.sh clang-format 14 --dry-run -Werror $(LINT_C)

lint-tidy: $(KAMAILIO_FLAGS)
	tools/versioned.sh clang-tidy 14 --quiet --warnings-as-errors='*' --checks='$(TIDY_CHECKS)' \
		$(LINT_TIDY) -- -std=gnu11 $(MCLMR_CPPFLAGS)
	@eval "set -- $$(tr '\n' ' ' <$(KAMAILIO_FLAGS))"; \
	tools/versioned.sh clang-tidy 14 --quiet --warnings-as-errors='*' --checks='$(TIDY_CHECKS)' \
		$(MC_COMMON_SRC) $(MC_IWF_SRC) -- -std=gnu11 $(MCLMR_CPPFLAGS) \
		-DMOD_NAME='"mc_iwf"' -DMOD_NAMEID=mc_iwf "$$@" \
		-isystem $(KAMAILIO_SRC)/src

lint-cppcheck: | $(DEPS)
	tools/versioned.sh cppcheck 2.10 --quiet --error-exitcode=1 --std=c11 --inline-suppr \
		--enable=warning,performance,portability \
		--suppress=missingInclude -Imodules $(MCLMR_SRC) $(MCLMR_TOOL_SRC) \
		$(MC_COMMON_SRC) $(MC_IWF_SRC)

# The modules compile on each Kamailio: on headers of Debian's source packages,
# kept in build/headers, and on those that KAMAILIO_SRC_VERSION names.
HEADERS_OF = 5.6 5.7 5.8 6.0 6.1
SUITE_5.6 = bookworm
SUITE_6.0 = trixie
lint-headers: $(HEADERS_OF:%=lint-headers-%)

.PHONY: $(HEADERS_OF:%=lint-headers-%)
$(HEADERS_OF:%=lint-headers-%): lint-headers-%: $(KAMAILIO_FLAGS)
	@tools/with-headers.sh $* '$(KAMAILIO_SRC_$*)' '$(SUITE_$*)' \
		$(CC) -std=gnu11 -fsyntax-only $(WARNINGS) -Werror @$(KAMAILIO_FLAGS) \
		-DMOD_NAME='"mc_iwf"' -DMOD_NAMEID=mc_iwf $(MCLMR_CPPFLAGS) \
		$(MC_COMMON_SRC) $(MC_IWF_SRC)
