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
import types

import bench
import isc
import mc
import node_route
import sample
import sip
from bench import PAYLOAD, USERS, WORK, say

LIMIT = 5.0  # per cent by which our part over ISC may be above the other one
USER = USERS[0]
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


def main():
    """All figures."""
    WORK.mkdir(parents=True, exist_ok=True)
    database = bench.make_database(len(USERS))
    with sample.Peers() as peers:
        print_messages(peers, database)
    for path in WORK.glob("users-*.db*"):
        path.unlink()


if __name__ == "__main__":
    main()
