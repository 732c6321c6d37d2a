# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of subscriber without a whole hash: no user is proven by them."""
import contextlib
import re

import pytest

import calls
import documents
import existing_server
import mc
import mc_invite
import media
import sample
import sip
from test_challenges import COUNTED, change, counts, is_challenge

LONG = f"alice@{mc.DOMAIN}"
NAMES = {"hash": "alice", "long_hash": LONG}
SUFFIX = {"MD5": "", "SHA-256": "_sha256"}


SAMPLES = ["MD5", "SHA-256"]
RECIPES = ["native", "kemi", "drop_in"]


@contextlib.contextmanager
def sample_site(algorithm):
    """The sample node with hashes of this kind."""
    options = ["-A", "WITH_SHA256"] * (algorithm == "SHA-256")
    with sample.running(lambda peers: sample.SampleNode(
            peers, options=options)) as found:
        yield found


@pytest.fixture(scope="module")
def _hash_sites():
    """The sample nodes, each made when it is asked for."""
    with contextlib.ExitStack() as stack:
        made = {}
        def get(algorithm):
            if algorithm not in made:
                made[algorithm] = stack.enter_context(sample_site(algorithm))
            return made[algorithm]
        yield get


@pytest.fixture(params=[*SAMPLES, *RECIPES])
def any_row(request, _hash_sites):
    """alice's row, to be changed, on nodes of each kind."""
    kind = request.param
    site = (_hash_sites(kind) if kind in SAMPLES
            else request.getfixturevalue(f"_{kind}_site"))
    row = Row(site, kind if kind in SAMPLES else "MD5")
    yield row
    row.write(**row.whole)
    site.reset()


@pytest.fixture
def row(any_row):
    """The same; a test names the kinds."""
    return any_row


samples = pytest.mark.parametrize("any_row", SAMPLES, indirect=True)
recipes = pytest.mark.parametrize("any_row", RECIPES, indirect=True)


class Row:
    """The hashes of alice in the database of a node."""

    def __init__(self, site, algorithm="MD5"):
        self.site, self.algorithm = site, algorithm
        self.whole = {
            kind: sip.digest(f"{name}:{mc.DOMAIN}:alice-secret",
                             algorithm)
            for kind, name in NAMES.items()}

    def write(self, **hashes):
        """Changes them."""
        for kind, value in hashes.items():
            column = ("ha1" if kind == "hash" else "ha1b") + SUFFIX[
                self.algorithm]
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


@samples
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


@recipes
@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("make", [
    lambda: lookup(), lambda: mc.client_message("alice", b"x")],
    ids=["REGISTER", "MESSAGE"])
def test_cut_hash_of_a_recipe(row, kind, make):
    """The same through the recipes; a message counts as a refusal."""
    message = make()
    row.write(**{kind: row.whole[kind][:-1]})
    before = row.site.node.counters()["refused_unauthenticated"]
    reply = row.ask(row.client(), message, NAMES[kind],
                    ha1=row.whole[kind][:-1] + "\0")
    assert reply.code in (401, 407) and is_challenge(reply)
    after = row.site.node.counters()["refused_unauthenticated"]
    assert after - before == (message.method == "MESSAGE")
    assert not row.site.iwf1.requests()


def test_cut_hash_of_a_caller(drop_in_site):
    """An INVITE through the drop-in."""
    row = Row(drop_in_site)
    row.write(hash=row.whole["hash"][:-1])
    with media.Party("127.0.1.1") as party:
        message = mc_invite.private("alice", calls.UNIT1, party.sdp(media.P25))
        reply = row.ask(row.client(), message, "alice",
                        ha1=row.whole["hash"][:-1] + "\0")
    row.write(**row.whole)
    assert reply.code == 407
    assert not drop_in_site.iwf1.requests("INVITE")


@pytest.fixture
def guarded_site():
    """The existing server asks for passwords of its own; with the words of
    docs/guide.md for that."""
    words = re.search(r"`(if \(!auth_check.*?)`", documents.GUIDE.read_text())
    words = words.group(1).replace("\\|", "|")
    asks = '\t\tif (!auth_check("$fd", "subscriber", "1")) {'
    def make(peers):
        server = existing_server.DropIn(peers, features=["WITH_AUTH"],
                                        DBURL="sqlite:///kamailio.db")
        text = server.config.read_text()
        assert asks in text
        server.config.write_text(text.replace(asks, words))
        return server
    with sample.running(make) as found:
        yield found


def test_cut_hash_in_a_file_of_ones_own(guarded_site):
    """An ordinary request, that the recipe does not serve."""
    row = Row(guarded_site)
    def ask(**how):
        return row.ask(row.client(), sip.request(
            "INFO", mc.impu("bob"), mc.impu("alice"), mc.impu("bob")),
            "alice", **how).code
    assert ask() == 404
    row.write(hash=row.whole["hash"][:-1])
    assert ask(ha1=row.whole["hash"][:-1] + "\0") == 407


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
    """Credentials that are not checked do not hide which hash was taken."""
    other, = set(NAMES.values()) - {NAMES[kind]}
    forged = (f'Digest username="{other}", realm="{realm}", nonce="x",'
              ' uri="sip:x", response="' + "0" * len(row.whole[kind]) + '"')
    row.write(**{kind: row.whole[kind][:-1]})
    reply = row.ask(row.client(), lookup(), NAMES[kind], [(field, forged)],
                    ha1=row.whole[kind][:-1] + "\0")
    assert reply.code == 401
