# Manual pages and completion, both made from what --help and the reference say,
# and installing.

MAN_DIR = build/man
COMPLETION = build/completion/mclmr
MAN_PY = $(wildcard tools/man/*.py)
RELEASE = $(shell sed -nE 's/^.define MCLMR_VERSION "(.*)"/\1/p' \
	modules/mclmr/base/version.h)
RELEASE_DATE = $(shell sed -nE 's/^\#\# .*\((.*)\)$$/\1/p' CHANGELOG.md | \
	head -n 1)

## man         manual pages in build/man, and the completion for bash
.PHONY: man
man: $(MAN_DIR)/mclmr.1 $(MAN_DIR)/mc_iwf.7 $(COMPLETION)

# The page of the tool comes last of them all.
$(MAN_DIR)/mclmr.1: $(MCLMR_TOOL) $(MAN_PY) CHANGELOG.md
	@rm -f $(@D)/*.1; mkdir -p $(@D)
	$(call say,MAN)
	$(Q)$(PYTHON) -B tools/man/commands.py $(MCLMR_TOOL) $(RELEASE) \
		$(RELEASE_DATE) $(@D)

$(MAN_DIR)/mc_iwf.7: docs/reference.md $(MAN_PY) CHANGELOG.md
	@mkdir -p $(@D)
	$(call say,MAN)
	$(Q)$(PYTHON) -B tools/man/reference.py $< $(RELEASE) $(RELEASE_DATE) $@

$(COMPLETION): $(MCLMR_TOOL) $(MAN_PY)
	@mkdir -p $(@D)
	$(call say,BASH)
	$(Q)$(PYTHON) -B tools/man/completion.py $(MCLMR_TOOL) $@

## install     module, tool, tables, node, recipes, documents, under DESTDIR
## uninstall   takes it away; changed media profiles stay
.PHONY: install uninstall
install: all man
	DESTDIR=$(DESTDIR) tools/install.sh install

uninstall:
	DESTDIR=$(DESTDIR) tools/install.sh uninstall

## deb         Debian packages for the Kamailio that is installed, in build/deb
.PHONY: deb
deb: | $(DEPS)
	KAMAILIO_SRC=$(KAMAILIO_SRC) tools/deb.sh
