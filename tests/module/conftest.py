# SPDX-License-Identifier: GPL-2.0-or-later
"""What several files of tests share: running nodes."""
import contextlib
import itertools
import os
import random
import resource

import pytest

import call_proxy
import calls
import existing_server
import isc
import node
import preload
import sample
import small_server
import ways


def pytest_configure():
    """Ports and connections of the tests are more than a shell permits at
    first; nothing that they start waits for the disk."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    preload.spare_the_disk()


SEED = os.environ.get("SEED")


def pytest_sessionstart(session):
    """Tells the order, once."""
    shown = session.config.pluginmanager.get_plugin("terminalreporter")
    if SEED and shown:
        shown.write_line(f"random order: SEED={SEED}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """With SEED=n the files come in random order, and so do the tests of
    each; equal seeds give equal orders, in all workers. (pytest then joins
    the tests of one parameter of a file's fixture: its servers start once.)
    """
    if not SEED:
        return
    order = random.Random(SEED)
    files = [list(tests) for _, tests in itertools.groupby(
        items, key=lambda item: item.path)]
    order.shuffle(files)
    for tests in files:
        order.shuffle(tests)
    items[:] = itertools.chain.from_iterable(files)


def is_known(item, line):
    """True for a line that a test says Kamailio may log: known_line(text)."""
    return any(text in line for mark in item.iter_markers("known_line")
               for text in mark.args)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A crash is charged to the test in which it happened, though the node
    is another's as well; a failed test shows what its nodes logged last."""
    report = (yield).get_result()
    crashes = [line for line in node.crashes_since()
               if not is_known(item, line)]
    if crashes and report.outcome == "passed":
        report.outcome = "failed"
        report.longrepr = "crashed meanwhile:\n" + "\n".join(crashes)
    elif crashes:
        report.sections.append(("crashed meanwhile", "\n".join(crashes)))
    if report.failed:
        report.sections += logs(getattr(item, "funcargs", {}))


def logs(fixtures):
    """The last lines of each node among them, once. (After a failed teardown
    its folder is gone.)"""
    sites = {site: name for name, value in fixtures.items()
             if isinstance(site := getattr(value, "site", value),
                           (sample.Site, call_proxy.Site))}
    return [(f"log of {name}", site.node.log_tail())
            for site, name in sites.items()
            if site.node.path("kamailio.log").exists()]


@pytest.fixture(scope="session")
def _sample_site():
    with sample.running(sample.SampleNode) as site:
        yield site


@pytest.fixture(scope="session")
def _native_site():
    with sample.running(small_server.native) as site:
        yield site


@pytest.fixture(scope="session")
def _kemi_site():
    with sample.running(small_server.kemi) as site:
        yield site


@pytest.fixture(scope="session")
def _drop_in_site():
    with sample.running(existing_server.DropIn) as site:
        yield site


@pytest.fixture(scope="session")
def _isc_site():
    """(Its one core registers more users a second than a peer may.)"""
    with sample.running(lambda peers: isc.node_of_core(
            peers, PEER_LIMIT="100000")) as site:
        yield site


@pytest.fixture
def site(_sample_site):
    """The sample node; each test gets it as if just started."""
    yield _sample_site
    _sample_site.reset()


@pytest.fixture
def dial(site):
    """Makes lines on the sample node; all are over at the end."""
    with calls.dialling(site) as make:
        yield make


@pytest.fixture
def native_site(_native_site):
    """The small node in Kamailio's own language."""
    yield _native_site
    _native_site.reset()


@pytest.fixture(scope="module")
def _call_site():
    with call_proxy.running() as found:
        yield found


@pytest.fixture
def call_site(_call_site):
    """The call proxy with a relay and two user agents."""
    yield _call_site
    _call_site.reset()


@pytest.fixture
def drop_in_site(_drop_in_site):
    """Debian's own kamailio.cfg with the recipe in it."""
    yield _drop_in_site
    _drop_in_site.reset()


@pytest.fixture(params=["sample", "native", "kemi", "drop_in"])
def any_site(request):
    """The sample node, the two small servers, and the
    existing server with the recipe."""
    found = request.getfixturevalue(f"_{request.param}_site")
    yield found
    found.reset()


@pytest.fixture(params=ways.WAYS)
def any_way(request):
    """The same nodes, and an application server over ISC in each session
    case."""
    found = ways.of(request, request.param)
    yield found
    found.reset()


@pytest.fixture(params=["sample", *ways.ISC])
def dial_by_way(request):
    """Makes lines on the sample node, and on an application server over ISC in
    each session case; the way is its attribute."""
    found = ways.of(request, request.param)
    with found.dialling() as make:
        make.way = found
        yield make
    found.reset()


@pytest.fixture(params=["native", "kemi", "drop_in"])
def small_site(request):
    """The small nodes, and the existing server with the recipe; each test
    gets them as if just started."""
    found = request.getfixturevalue(f"_{request.param}_site")
    yield found
    found.reset()


@pytest.fixture
def new_site():
    """Makes sites of their own, with other settings or data."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(
            sample.running(lambda peers: sample.SampleNode(peers, **settings)))


@pytest.fixture
def new_small():
    """Makes small sites of their own, with changes of the configuration."""
    with contextlib.ExitStack() as stack:
        yield lambda *changes, **settings: stack.enter_context(
            sample.running(lambda peers: small_server.native(
                peers, changes=changes, **settings)))
