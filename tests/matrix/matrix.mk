# The product in Debian systems of their own, see docs/platforms.md.

MATRIX_DIR ?= build/matrix
SUITES ?= bookworm trixie testing arm64

.PHONY: matrix matrix-full
## matrix      build, unit tests, demos, scenarios, installation on SUITES
##             (bookworm trixie testing arm64), each in a system of its own in
##             MATRIX_DIR: as root, with debootstrap and network
matrix:
	tests/matrix/matrix.sh $(MATRIX_DIR) quick $(SUITES)

## matrix-full the same and the tests of the modules
matrix-full:
	tests/matrix/matrix.sh $(MATRIX_DIR) full $(SUITES)
