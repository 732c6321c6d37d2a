# SPDX-License-Identifier: GPL-2.0-or-later
"""What clients of an IMS core have published outlives a node that dies, and a
second node knows it: who refreshes it needs no token there."""
import pytest

import databases
import mc
import node
import sample
from publications import (
    CLIENT, OTHER, POC, info, info_type, multipart, publish, settings)
from test_bindings import register, rows
from test_kept_bindings import Pair
from test_publications import tag_of

MIXED = "multipart/mixed;boundary=b1"


def ask(site, body=None, kind=POC, **how):
    """The answer to a PUBLISH of alice."""
    return site.from_core(publish("alice", body, kind, **how, **{
        "P_Asserted_Identity": f"<{mc.impu('alice')}>"}))


def with_token(site, client=CLIENT):
    """The answer to one with a token."""
    token = site.node.token(mcptt_id=mc.mc_id("alice"))
    return ask(site, multipart((info_type(), info(client=client, token=token)),
                               (POC, settings(client))), MIXED)


def bound(site):
    """What alice's clients have published: client and ID."""
    row, = rows(site, mc.impu("alice"))
    return sorted((b["client_id"], b["mc_id"]) for b in row["bindings"]
                  if b["origin"] == "publish")


@pytest.fixture(name="pair")
def _pair():
    """Two nodes at one database."""
    server, peers = databases.Sqlite(), sample.Peers()
    try:
        found = Pair(peers, server.start().create().load_sample())
        with found.nodes[0], found.nodes[1]:
            yield found
    finally:
        peers.close()
        server.remove()


def test_node_dies(pair):
    """After kill -9 tags and IDs are there again, without an ID too; what has
    ended is not."""
    site, one = pair.sites[0], pair.nodes[0]
    assert register(site, mc.impu("alice"), 720) == 200
    tag, other = tag_of(with_token(site)), tag_of(ask(site, settings(OTHER)))
    gone = tag_of(ask(site, settings("urn:uuid:1")))
    assert ask(site, etag=gone, expires=0).code == 200
    expected = [(OTHER, ""), (CLIENT, mc.mc_id("alice"))]
    assert bound(site) == expected
    one.wait_saved()
    one.kill()
    one.start()
    assert bound(site) == expected
    assert ask(site, etag=gone).code == 412
    for known in tag, other:
        fresh = tag_of(ask(site, etag=known))
        assert ask(site, etag=known).code == 412
        tag_of(ask(site, etag=fresh, expires=0))
    assert not bound(site)


def refreshed(site, tag):
    """The tag of the answer, as soon as a node knows the one before it."""
    replies = []

    def is_known():
        replies.append(ask(site, etag=tag))
        return replies[-1].code == 200
    node.wait_until(is_known, "the publication of the other node")
    return tag_of(replies[-1])


def test_second_node(pair):
    """What is published at one node is refreshed and ended at the other."""
    first, second = pair.sites
    assert register(first, mc.impu("alice"), 720) == 200
    tag = tag_of(with_token(first))
    pair.wait(1, mc.impu("alice"))
    for site in second, first, second:
        tag = refreshed(site, tag)
        assert bound(site) == [(CLIENT, mc.mc_id("alice"))]
    assert ask(second, etag=tag, expires=0).code == 200
    node.wait_until(lambda: not bound(first), "its end at the first")
