# SPDX-License-Identifier: GPL-2.0-or-later
"""Third-party REGISTERs with bodies that no honest client writes, at an
application server that reads access tokens (mc-as.cfg). tests/attack sends more
of them, and faster."""
import json

import pytest

import hostile_register
import isc
import node
import sample

ROUNDS = 3
LOG = 64 << 10    # octets
SPARE = 256 << 10
PRIVATE = 4 << 20  # of all processes


@pytest.fixture(scope="module", name="_kept")
def _running(tmp_path_factory):
    """A site, and a body that binds."""
    body, keys = hostile_register.good()
    path = tmp_path_factory.mktemp("keys") / "jwks.json"
    path.write_text(json.dumps(keys))
    with sample.running(lambda peers: isc.node_of_core(
            peers, f'\nmodparam("mc_iwf", "token_keys", "{path}")',
            LOG_LIMIT="0")) as site:
        yield isc.Core(site), body


@pytest.fixture(name="core")
def _core(_kept):
    """alice has bound her MCPTT ID."""
    core, body = _kept
    assert hostile_register.answered(
        core, hostile_register.register(core, "alice", body)) == 200
    assert_bound(core.site)
    yield core
    for user in ("alice", "dave"):
        assert core.register(user, expires=0).code == 200
    core.site.reset()


def assert_bound(site):
    """That, and nothing else."""
    assert hostile_register.bound(site) == [
        (isc.impu("alice"), "sip:alice@mc.example.org")]


@pytest.mark.parametrize("name", hostile_register.FORMS)
def test_hostile_body(core, name):
    """The user is registered all the same, soon; nothing is bound by it, and
    what was bound stays; nothing of it is logged."""
    make = hostile_register.FORMS[name]
    for user in ("dave", "alice"):
        message = hostile_register.register(core, user, make(user))
        assert hostile_register.answered(core, message) == 200
        assert core.ask(isc.message_of(user), user).code == 200
    assert_bound(core.site)
    assert hostile_register.SECRET not in core.site.node.log()


def test_what_they_leave(core):
    """Neither memory nor a long log."""
    site = core.site
    for _ in range(ROUNDS):
        log, used = len(site.node.log()), site.node.shared_memory()
        private = site.node.private_memory()
        for make in hostile_register.FORMS.values():
            assert hostile_register.answered(core, hostile_register.register(
                core, "dave", make("dave"))) == 200
        assert core.register("dave", expires=0).code == 200
    node.wait_until(lambda: site.node.shared_memory() - used < SPARE,
                    "shared memory back")
    assert site.node.private_memory() - private < PRIVATE
    assert len(site.node.log()) - log < LOG
