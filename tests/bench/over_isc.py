# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions of a MESSAGE over ISC beside those of one to a
registrar.

Each form less a plain relay of the same messages: the module in a script of few
lines, and the node as it is shipped. The core is an S-CSCF: a MESSAGE of its has
two Routes, P-Served-User and P-Charging-Vector, and it registers the users. Then
the memory that registrations and bindings take in the node, and how long it takes
to register them.
"""
import collections
import json
import re
import socket
import time
import types

import bench
import hostile_register
import isc
import mc
import node_route
import sample
import sip
import tokens
from bench import PAYLOAD, USERS, WORK, say

LIMIT = 5.0  # per cent by which our part over ISC may be above the other one
USER = USERS[0]
SIZES = (1000, 100_000)
WINDOW = 100  # REGISTERs on their way
Form = collections.namedtuple(
    "Form", "name config defines message register called")


def core_of(peers, server):
    """The S-CSCF in front of a node."""
    return isc.Core(types.SimpleNamespace(core=peers.core, node=server))


def of_registrar(_peers, _server, user):
    """A user's message that a core asserts."""
    return mc.core_message(user, PAYLOAD, target=mc.KMF1)


def over_isc(peers, server, user):
    """The same over ISC."""
    message = of_registrar(peers, server, user)
    message.add("P-Charging-Vector",
                "icid-value=1; icid-generated-at=127.0.0.8")
    return core_of(peers, server).hand(message, mc.impu(user))


def by_client(_peers, server, user):
    """A user registers, with a contact of its own."""
    with sip.UdpEndpoint() as endpoint:
        mc.Client(server, user, endpoint).register("mcptt")


def by_core(peers, server, user):
    """A core registers a user."""
    public = mc.impu(user)
    reply = core_of(peers, server).register(public, **{
        "P-Associated-URI": f"<{public}>"})
    assert reply.code == 200, reply.start


FORMS = [Form("registrar", "mc-server.cfg", [], of_registrar, by_client,
              "iwf_contact_set_xavp"),
         Form("over ISC", "mc-as.cfg", ["WITH_ISC"], over_isc, by_core,
              "iwf_register")]


def traffic_to_iwf(peers, server, form, users):
    """Messages of users, each answered."""
    def traffic(n):
        for i in range(n):
            reply = peers.core.ask(form.message(
                peers, server, users[i % len(users)]), server.address)
            assert reply.code == 200, reply.start
        for peer in peers.all():
            peer.forget()
    return traffic


def traffic_to_client(peers, server, _form, users):
    """Messages of an IWF to them."""
    def traffic(n):
        for i in range(n):
            reply = peers.iwf1.ask(mc.iwf_message(
                users[i % len(users)], PAYLOAD), server.address)
            assert reply.code == 200, reply.start
        for peer in peers.all():
            peer.forget()
    return traffic


DIRECTIONS = {"to_iwf": (bench.to_iwf, traffic_to_iwf),
              "to_client": (bench.to_client, traffic_to_client)}


class Counted(bench.Counted):
    """The few lines, of either form."""

    def __init__(self, peers, database, task, direction, form):
        super().__init__(peers, database, task, direction)
        self.defines += form.defines


def alone(peers, database, task, way, form):
    """Instructions per message of the module or a plain relay."""
    direction, make = DIRECTIONS[way]
    with Counted(peers, database, task, direction, form) as server, \
            sip.UdpEndpoint() as endpoint:
        for user in USERS:
            if form.register is by_core:
                by_core(peers, server, user)
            else:
                mc.Client(server, user, endpoint).register("mcptt")
        return server.count(make(peers, server, form, USERS),
                            f"{task}-{way}-{form.config}")


class Registering:
    """Whose register() has the node's worker write down what was counted."""

    def __init__(self, peers, server, form):
        self.peers, self.server, self.form = peers, server, form
        self.endpoint = sip.UdpEndpoint()

    def register(self, *_):
        """A user of the bench registers."""
        if self.form.register is by_core:
            by_core(self.peers, self.server, USER)
        else:
            mc.Client(self.server, USER, self.endpoint).register("mcptt")


def of_node(peers, form):
    """Instructions per message of the node as shipped, by direction."""
    found = {}
    sql = [*sample.users_sql(**{USER: {}})]
    with node_route.Sample(peers, form.config, sql, form.called) as server:
        if form.register is by_client:
            server.edit_node(sample.subscriber_sql(USER))
        client = Registering(peers, server, form)
        client.register()
        for way, (_, make) in DIRECTIONS.items():
            found[way] = server.count(
                client, make(peers, server, form, [USER]),
                f"NODE-{way}-{form.config}")
        client.endpoint.close()
    return found


def compare(what, ours):
    """Our parts of both forms."""
    registrar, over = ours
    say(what, over, f"{over / registrar - 1:+.1%} of the registrar's; "
        + bench.verdict((over / registrar - 1) * 100, LIMIT, " %"))


def print_messages(peers, database):
    """All forms, in both directions."""
    nodes = [of_node(peers, form) for form in FORMS]
    for way in DIRECTIONS:
        print(f"\nA MESSAGE {way.replace('_', ' ')}: instructions, and of them"
              " our part, less a plain relay")
        parts = collections.defaultdict(list)
        for form, whole in zip(FORMS, nodes):
            plain = alone(peers, database, "PLAIN", way, form)
            module = alone(peers, database, "MODULE", way, form)
            say(f"{form.name}: plain relay", plain)
            say(f"{form.name}: module", module, f"our part {module - plain:,.0f}")
            say(f"{form.name}: node as shipped", whole[way],
                f"our part {whole[way] - plain:,.0f}")
            parts["module"].append(module - plain)
            parts["node"].append(whole[way] - plain)
        for what, ours in parts.items():
            compare(f"our part over ISC, {what}", ours)


# What registrations take

class Stopped(sample.SampleNode):
    """A node that writes what many have registered before it is stopped."""

    def stop(self):
        self.run_script("stop")
        self.process.wait()


def taken(server):
    """Octets of shared memory that are not free: data, and heads of pieces."""
    return int(re.search(r"\breal_used: (\d+)",
                         server.kamcmd("core.shmmem")).group(1))


def settled(server):
    """The same, when nothing more is written or freed."""
    before, used = -1, taken(server)
    while used != before:
        time.sleep(5)
        before, used = used, taken(server)
    return used


def send_all(server, messages):
    """Sends REGISTERs of the core and has them answered, some at a time; what
    is lost is sent again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((sample.PEERS["core"], 0))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.settimeout(0.5)
        for first in range(0, len(messages), WINDOW):
            left = dict(messages[first:first + WINDOW])
            while left:
                for octets in left.values():
                    sock.sendto(octets, server.address)
                try:
                    while left:
                        reply = sock.recv(65535)
                        assert reply.startswith(b"SIP/2.0 200 "), reply[:60]
                        left.pop(re.search(rb"branch=([^;\r]+)", reply)[1], 0)
                except TimeoutError:
                    pass


def registrations(peers, server, users, key=None):
    """REGISTERs of the core for users, by their branch: with a token in each
    if there is a key."""
    core = core_of(peers, server)
    for user in users:
        public = mc.impu(user)
        message = core.third_party(public, 7200, **{
            "P-Associated-URI": f"<{public}>"})
        if key:
            shown = tokens.token(key, "ec", "ES256", mcptt_id=public,
                                 mcdata_id=None, client_id=f"urn:uuid:{user}")
            kind, message.body = hostile_register.info(shown, user)
            message.add("Content-Type", kind)
        octets = bytes(peers.core.prepare(message))
        yield message.branch.encode(), octets


def measure_size(peers, count, folder, with_token):
    """Octets of shared memory and seconds that registrations take."""
    key = tokens.ec_key()
    (folder / "jwks.json").write_text(json.dumps(
        {"keys": [tokens.jwk(key, "ec")]}))
    with Stopped(
            peers, config="mc-as.cfg", sql=[*bench.others_sql(count)],
            extra=f'modparam("mc_iwf", "token_keys", "{folder}/jwks.json")\n',
            env={"PIKE_LIMIT": "1000000", "PEER_LIMIT": "1000000",
                 "PROBE_INTERVAL": "3600"}) as server:
        users = [f"x{n}" for n in range(1, count - len(USERS) + 1)]
        messages = list(registrations(peers, server, users,
                                      key if with_token else None))
        used, begin = settled(server), time.monotonic()
        send_all(server, messages)
        seconds = time.monotonic() - begin
        used = settled(server) - used
        assert server.counters()["core_users"] == len(users)
        row = server.rpc("mc_iwf.bindings")["registrations"][0]
        assert len(row["bindings"]) == with_token
        return used / len(users), seconds * 1e6 / len(users)


def print_sizes(peers):
    """The same of few and of many."""
    print("\nRegistrations in the application server as shipped: shared memory"
          " and time of each")
    for with_token in (False, True):
        for count in SIZES:
            octets, micros = measure_size(peers, count, WORK, with_token)
            say(f"{count:,}, {'with' if with_token else 'no'} token", octets,
                f"octets; {micros:,.0f} us")


def main():
    """All figures."""
    WORK.mkdir(parents=True, exist_ok=True)
    database = bench.make_database(len(USERS))
    with sample.Peers() as peers:
        print_messages(peers, database)
        print_sizes(peers)
    for path in WORK.glob("users-*.db*"):
        path.unlink()


if __name__ == "__main__":
    main()
