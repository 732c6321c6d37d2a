# SPDX-License-Identifier: GPL-2.0-or-later
"""What mc_iwf does by itself if a script does not: the small server without
its list of header fields, and without its challenge."""
import mc

NO_LIST = ("\t\troute(LISTED_FIELDS);\n", "\t\t$var(none) = 0;\n")
NO_PROOF = ("\t\troute(PROVE);\n\t\t$var(user) = $avp(proven);\n",
            "\t\t$var(user) = $si;\n")


def test_fields_of_a_client(new_small):
    """What only a core may say leaves with no message of a client."""
    site = new_small(NO_LIST)
    alice = site.client("alice")
    message = mc.client_message("alice", b"x")
    for name, value in mc.CORE_FIELDS + mc.PEER_FIELDS + mc.FREE_FIELDS:
        message.add(name, value)
    assert alice.ask(message).code == 200
    assert mc.foreign_fields_of(
        site.iwf1.wait_request().message) == mc.FREE_FIELDS


def test_stranger_who_asserts(new_small):
    """P-Asserted-Identity of an address that is no peer proves nothing."""
    site = new_small(NO_PROOF)
    site.client("alice")
    reply = site.stranger("alice").endpoint.ask(
        mc.core_message("alice", b"x"), site.node.address)
    assert reply.code == 407
    assert not site.iwf1.requests()
