# SPDX-License-Identifier: GPL-2.0-or-later
"""What the RPC commands answer, by kamcmd and over HTTP."""
import re

import pytest

import mc


@pytest.mark.parametrize("question, answer", [
    ([mc.impu("alice"), "mcptt"], "ok"),
    ([mc.impu("alice"), "mcptt", mc.KMF1], "ok"),
    ([mc.impu("alice"), "mcptt", mc.KMF2], "kmf_foreign"),
    ([mc.impu("frank"), "mcptt"], "kmf_ambiguous"),
    ([mc.impu("frank"), "mcptt", mc.KMF2], "ok"),
    ([mc.impu("frank"), "mcptt", "", "tetra"], "ok"),
    ([mc.impu("erin"), "mcptt"], "no_lmr_entry"),
    ([mc.impu("bob"), "mcptt"], "sender_unregistered"),
    ([mc.impu("nobody"), "mcptt"], "sender_unknown"),
    ([mc.IWF1, "mcdata", mc.mc_id("alice", "mcdata")], "ok"),
    ([mc.IWF2, "mcptt", mc.mc_id("alice")], "iwf_foreign"),
    ([mc.IWF1, "mcptt", mc.mc_id("bob")], "target_unregistered"),
])
def test_explain(site, question, answer):
    """The verdict on such a message, from both kinds of RPC."""
    for user in ("alice", "frank", "erin"):
        site.client(user)
    said = site.node.kamcmd("mc_iwf.explain", *question)
    assert re.search(r"verdict: (\w+)", said).group(1) == answer
    assert site.node.rpc("mc_iwf.explain", *question)["verdict"] == answer


@pytest.mark.parametrize("question, error", [
    ([mc.impu("alice")], "sender and service"),
    ([mc.impu("alice"), "telephony"], "service is"),
    ([mc.impu("alice"), "mcptt", "", "walkie"], "no such LMR type"),
])
def test_explain_of_nonsense(site, question, error):
    """What is missing or wrong is named."""
    assert error in site.node.kamcmd("mc_iwf.explain", *question)


def test_users_of_an_impu(site):
    """One IMPU, three services; an MC service ID alone is one."""
    ids = [user["mc_id"] for user in
           site.node.rpc("mc_iwf.users", mc.impu("alice"))]
    assert sorted(ids) == sorted(mc.mc_id("alice", s) for s in mc.SERVICES)
    (video,) = site.node.rpc("mc_iwf.users", mc.mc_id("alice", "mcvideo"))
    assert video["service"] == "mcvideo"
    assert "no such user" in site.node.kamcmd("mc_iwf.users", "sip:x@y.org")
