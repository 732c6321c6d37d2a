# SPDX-License-Identifier: GPL-2.0-or-later
"""A plugin of pytest: failures that are known by name.

`pytest -p known --known=FILE`: a line of FILE is the name of a test as pytest
prints it, two blanks or more, and the reason. Such a test has to fail: if it
passes, that is an error, and so is a name that no test has.
"""
import pathlib
import re

import pytest


def pytest_addoption(parser):
    """--known=FILE."""
    parser.addoption("--known", help="failures that are known by name")


def read(text):
    """The reason of each name in the text of a list."""
    lines = [line for line in text.splitlines()
             if line.strip() and not line.startswith("#")]
    return dict(re.split(r"\s{2,}", line, maxsplit=1) for line in lines)


def pytest_collection_modifyitems(config, items):
    """Marks what is known; names that the collected files lack are errors."""
    path = config.getoption("--known")
    if not path or not pathlib.Path(path).exists():
        return
    reasons = read(pathlib.Path(path).read_text(encoding="utf-8"))
    for item in items:
        if item.nodeid in reasons:
            item.add_marker(pytest.mark.xfail(
                reason=reasons.pop(item.nodeid), strict=True))
    files = {item.nodeid.partition("::")[0] for item in items}
    lost = [name for name in reasons if name.partition("::")[0] in files]
    if lost:
        raise pytest.UsageError(f"{path} names what is no test: {lost}")
