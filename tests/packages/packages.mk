# The packages in Debian systems of their own.

DEB_SUITES ?= bookworm trixie

.PHONY: deb-test
## deb-test    packages of DEB_SUITES (bookworm trixie): built, lintian, then
##             installed, used, upgraded and purged in fresh systems in
##             MATRIX_DIR: as root, with debootstrap and network
deb-test:
	tests/packages/packages.sh $(MATRIX_DIR) $(DEB_SUITES)
