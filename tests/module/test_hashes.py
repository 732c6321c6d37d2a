# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of subscriber without a whole hash: nobody is proven by them."""
import pytest

import conftest
import mc
import sample
import sip
from test_challenges import COUNTED, change, counts, is_challenge

LONG = f"alice@{mc.DOMAIN}"
NAMES = {"hash": "alice", "long_hash": LONG}
SUFFIX = {"MD5": "", "SHA-256": "_sha256"}


@pytest.fixture(scope="module", params=["MD5", "SHA-256"])
def _hash_site(request):
    options = ["-A", "WITH_SHA256"] * (request.param == "SHA-256")
    with conftest.running(lambda peers: sample.SampleNode(
            peers, options=options)) as found:
        found.algorithm = request.param
        yield found


@pytest.fixture
def row(_hash_site):
    """alice's row, to be changed, on nodes of both kinds."""
    row = Row(_hash_site)
    yield row
    row.write(**row.whole)
    _hash_site.reset()


class Row:
    """The hashes of alice in the database of a node."""

    def __init__(self, site):
        self.site = site
        self.whole = {
            kind: sip.digest(f"{name}:{mc.DOMAIN}:alice-secret",
                             site.algorithm)
            for kind, name in NAMES.items()}

    def write(self, **hashes):
        """Changes them."""
        for kind, value in hashes.items():
            column = ("ha1" if kind == "hash" else "ha1b") + SUFFIX[
                self.site.algorithm]
            self.site.node.edit_node(
                f"UPDATE subscriber SET {column} = '{value}'"
                " WHERE username = 'alice'")

    def client(self, endpoint=None):
        """A client that has not registered."""
        return self.site.stranger("alice", endpoint)

    def ask(self, client, message, name, before=(), **how):
        """The reply to a request that is proven under this name; other
        credentials may stand before."""
        challenge = client.endpoint.ask(message, client.node.address)
        assert is_challenge(challenge)
        again = sip.with_credentials(
            message, challenge, name, "alice-secret", **how)
        again.headers[-1:-1] = before
        return client.endpoint.ask(again, client.node.address)


def lookup(user="alice"):
    """A REGISTER that asks for the contacts of a user."""
    return sip.request("REGISTER", f"sip:{mc.DOMAIN}", mc.impu(user),
                       mc.impu(user))


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("request_kind", COUNTED)
def test_hash_that_is_cut(row, kind, request_kind):
    """The rest of it would be an octet 0: a wrong password, counted."""
    make, verdicts = COUNTED[request_kind]
    row.write(**{kind: row.whole[kind][:-1]})
    before = counts(row.site)
    reply = row.ask(row.client(), make(), NAMES[kind],
                    ha1=row.whole[kind][:-1] + "\0")
    assert reply.code in (401, 407) and is_challenge(reply)
    assert change(row.site, before) == (verdicts, 1, 0)


@pytest.mark.parametrize("value", ["{}0", "{}{}", "{:>.31}x"])
def test_hash_of_another_length(row, value):
    """One of another digest, or no digits: the right password is refused."""
    whole = row.whole["hash"]
    row.write(hash=value.format(whole, whole))
    assert row.ask(row.client(), lookup(), "alice").code == 401


@pytest.mark.parametrize("empty", NAMES)
def test_other_form_is_whole(row, empty):
    """Who uses the form whose hash is there is proven by it, and no other."""
    row.write(**{empty: ""})
    for kind, name in NAMES.items():
        assert row.ask(row.client(), lookup(), name).code == (
            401 if kind == empty else 200)


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("field", ["Authorization", "Proxy-Authorization"])
@pytest.mark.parametrize("realm", ["x.example", mc.DOMAIN])
def test_form_of_other_credentials(row, kind, field, realm):
    """Credentials that nobody checks do not hide which hash was taken."""
    other, = set(NAMES.values()) - {NAMES[kind]}
    forged = (f'Digest username="{other}", realm="{realm}", nonce="x",'
              ' uri="sip:x", response="' + "0" * len(row.whole[kind]) + '"')
    row.write(**{kind: row.whole[kind][:-1]})
    reply = row.ask(row.client(), lookup(), NAMES[kind], [(field, forged)],
                    ha1=row.whole[kind][:-1] + "\0")
    assert reply.code == 401
