# SPDX-License-Identifier: GPL-2.0-or-later
"""Registrations on a database server, as docs/operations.md tells it."""
import pathlib

import pytest

import databases
import mc
import node
import sample
import sip

SCHEMA = pathlib.Path("/usr/share/kamailio/postgres")
GAUGE = 'kamailio_database_writable{database="location"} 1'
LINES = (node.TOP / "cfg" / "recipe" / "usrloc-postgres.cfg").read_text()


@pytest.fixture(name="server")
def _server():
    found = databases.Postgres()
    try:
        yield found.start()
    finally:
        found.remove()


def site_on(peers, table):
    """A node, not started, whose registrations stand there."""
    found = sample.SampleNode(peers, env={"WRITE_PROBE": "1"},
                              extra=LINES.replace(
        "postgres://USER:PASSWORD@HOST/DATABASE", table.url))
    return found


def register(server, user):
    """The answer to a user's REGISTER."""
    with sip.UdpEndpoint() as client:
        message = sip.request(
            "REGISTER", f"sip:{mc.DOMAIN}", mc.impu(user), mc.impu(user),
            [("Contact", f"<sip:{user}@{client.hostport}>")])
        challenge = client.ask(message, server.address)
        return client.ask(sip.with_credentials(
            message, challenge, user, f"{user}-secret"), server.address)


def test_registrations_on_a_server(server):
    """They are written when they are answered, and there after kill -9;
    if the server is down, no client hears that it is registered; the gauge
    does not see it."""
    table = server.create()
    table.load(SCHEMA / "standard-create.sql", SCHEMA / "usrloc-create.sql")
    with sample.Peers() as peers, site_on(peers, table) as found:
        assert register(found, "alice").code == 200
        assert "alice" in table.run("SELECT username FROM location")
        found.crash()
        found.start()
        assert "alice" in found.kamcmd("ul.dump")
        node.wait_until(lambda: GAUGE in found.metrics(), "the gauge", 15)
        server.stop()
        assert register(found, "bob").code == 500
        assert GAUGE in found.metrics()
        server.start()
        assert register(found, "bob").code == 200
