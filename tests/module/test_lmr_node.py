# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operator sees of calls: keys, commands, profiles, groups, state.

And the ways to set it up: without a module, in KEMI.
"""
import contextlib
import re
import sqlite3
import subprocess

import pytest

import call_proxy
import mc
import documents
import media
import node
import preload

SILENT = mc.info_xml()
MIXED = {**media.TETRA, **media.AMRWB}
KEY_MGMT = "a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyONQ6gAAAAAGAAEAAAA="
CRYPTO = "a=crypto:1 AEAD_AES_128_GCM inline:" + "Q" * 38 + "=="
KEYS = ["op", "decision", "codec", "e2ee", "e2ee_wanted", "srtp",
        "transcode", "warning", "end", "reason", "rtpengine"]
SHOW = 'xlog("L_NOTICE", "KEYS ' + "|".join(
    f"$lmr({key})" for key in KEYS) + '\\n");'
SHOWN = [("\t$dlg_ctx(timeout", f"\t{SHOW}\n\t$dlg_ctx(timeout"),
         ("\trecord_route();", f"\t{SHOW}\n\trecord_route();"),
         ("\t\tiwf_reply();\n\t\texit;",
          f"\t\t{SHOW}\n\t\tiwf_reply();\n\t\texit;"),
         ("\t\tt_on_reply(\"REPLY\");",
          f"\t\t{SHOW}\n\t\tt_on_reply(\"REPLY\");"),
         ("\troute(REPLY_MEDIA);", f"\troute(REPLY_MEDIA);\n\t{SHOW}")]
FLAGS = "trust-address"


def shown(site):
    """What $lmr() said so far, each time."""
    return [dict(zip(KEYS, line.split("|"))) for line in
            re.findall(r"KEYS (.*)", site.node.log())]


def test_keys():
    """$lmr() of an offer, its answer, and a refusal."""
    with call_proxy.running(changes=SHOWN) as site:
        sdp = site.party().sdp({98: media.TETRA_E2EE[98], **media.AMRWB},
                               KEY_MGMT, proto="RTP/SAVP")
        outgoing = site.offer(sdp, "tetra-e2ee")
        incoming = site.incoming(outgoing)
        incoming.reply(200, site.party().sdp(media.TETRA_E2EE,
                                             proto="RTP/SAVP"))
        outgoing.answered()[0].bye()
        site.offer(site.party().sdp(media.AMRWB), "p25").refusal()
        before, offer, answer = shown(site)[:3]
        refused = shown(site)[-1]
        assert {key: before[key] for key in KEYS[:9]} == {
            key: "<null>" for key in KEYS[:9]} | {"op": "offer", "end": "0"}
        assert before["rtpengine"] == FLAGS
        assert {key: offer[key] for key in KEYS[:9]} == {
            "op": "offer", "decision": "edit", "codec": "TETRA_ACELP_BB",
            "e2ee": "on", "e2ee_wanted": "on", "srtp": "mikey-sakke",
            "transcode": "no", "warning": "", "end": "0"}
        assert offer["reason"].startswith("section 1: not_allowed: 96 ")
        assert {key: answer[key] for key in ("op", "decision", "srtp")} == {
            "op": "answer", "decision": "accept", "srtp": "mikey-sakke"}
        assert answer["rtpengine"] == f"{FLAGS} via-branch=1"
        assert {key: refused[key] for key in ("decision", "warning")} == {
            "decision": "refuse", "warning": "302"}


def test_no_key_in_logs_or_state():
    """Keys are in no log, no variable and no explanation."""
    with call_proxy.running(changes=SHOWN) as site:
        outgoing = site.offer(site.party().sdp(
            media.AMRWB, KEY_MGMT, CRYPTO, proto="RTP/SAVP"), "mcptt")
        site.incoming(outgoing).reply(183, site.party().sdp(
            media.AMRWB, CRYPTO, proto="RTP/SAVP"))
        outgoing.wait(183)
        state = site.node.kamcmd("dlg.list")
        assert "mca." in state and "AEAD_AES_128_GCM" in state
        for secret in ("Q" * 20, "AyONQ6gAAAAAG", "AAAAAAAA"):
            assert secret not in site.node.log() + state
        site.incoming(outgoing).reply(486)
        outgoing.refusal()


def test_state_in_pieces(call_site):
    """No variable is over 512 octets; a shorter state leaves no old piece."""
    formats = {n: ("TETRA_ACELP_BB/8000", f"encryption-mode={n % 2}")
               for n in range(96, 112)}
    outgoing = call_site.offer(call_site.party().sdp(formats))
    incoming = call_site.incoming(outgoing)
    incoming.reply(200, call_site.party().sdp(formats))
    dialog, _ = outgoing.answered()
    text = call_site.node.kamcmd("dlg.list")
    pieces = re.findall(r"(mc[ab])\.([0-9a-f]*)\.(\d+): ", text)
    assert {side for side, _, _ in pieces} == {"mca", "mcb"}
    assert {leg for _, leg, _ in pieces} != {""} and len(pieces) > 4
    branch = dialog.send("UPDATE", call_site.party().sdp(media.TETRA))
    other = incoming.dialog()
    other.wait("UPDATE").reply(488)
    call_site.caller.wait_final(branch)
    dialog.bye()


# Commands

def test_policies(call_site):
    """The profiles in force, one by one."""
    text = call_site.node.kamcmd("mc_iwf.policies")
    found = dict(re.findall(r"name: (\S+)\n(.*?)^\}", text, re.M | re.S))
    assert list(found) == ["mcptt", "p25", "tetra", "tetra-e2ee",
                           "tetra-clear", "dmr", "analog"]
    assert "e2ee: required" in found["tetra-e2ee"]
    assert "on_bad_answer: end" in found["tetra-e2ee"]
    assert "transcoder: iwf" in found["analog"]
    assert re.search(r"force: \{\s+p25-imbe\s+\}", found["p25"])


def explain(site, *words):
    """The lines of mc_iwf.sdp_explain."""
    return site.node.kamcmd("mc_iwf.sdp_explain", *words).splitlines()


def test_explain(call_site):
    """The decision line by line, as the command line tells it."""
    sdp = call_site.party().sdp(MIXED).decode()
    lines = explain(call_site, "tetra", sdp)
    tool = subprocess.run(
        [node.TOP / "modules" / "mclmr" / "mclmr", "sdp", "explain",
         "--policies", call_proxy.POLICIES, "--profile", "tetra", "-"],
        input=sdp, capture_output=True, text=True, check=True)
    assert lines == tool.stdout.splitlines()
    assert "decision=edit" in lines
    wanted = explain(call_site, "p25", call_site.party().sdp(
        media.P25).decode(), "on")
    assert "e2ee_wanted=on" in wanted
    assert "no such profile" in explain(call_site, "nothing", sdp)[0]
    assert "on or off" in explain(call_site, "p25", sdp, "perhaps")[0]


def test_printed_explanation(call_site):
    """The printed answer is true."""
    text = documents.PROFILES.read_text()
    profile, path, said = re.search(
        r'mc_iwf\.sdp_explain (\S+) "\$\(cat (\S+)\)"\n((?:\w+=.*\n)+)',
        text).groups()
    sdp = (node.TOP / path).read_text()
    assert "\n".join(explain(call_site, profile, sdp)) == said.strip()


def test_reload_while_calls_run(call_site):
    """A call that is up is decided by the new profile at its next offer or
    answer; a file that is wrong changes nothing."""
    path = call_site.node.policies
    kept = path.read_text()
    try:
        outgoing = call_site.offer(call_site.party().sdp(MIXED))
        incoming = call_site.incoming(outgoing)
        path.write_text("[tetra]\nallow = mcptt-amrwb\n")
        assert "loaded" in call_site.node.kamcmd("mc_iwf.policies_reload")
        incoming.reply(200, call_site.party().sdp(media.TETRA))
        dialog, told = outgoing.answered()
        assert media.ports(told) == [0]
        call_proxy.assert_ended(dialog, incoming.dialog())
        outgoing = call_site.offer(call_site.party().sdp(media.AMRWB))
        incoming = call_site.incoming(outgoing)
        incoming.reply(200, call_site.party().sdp(media.AMRWB))
        dialog, _ = outgoing.answered()
        path.write_text("[tetra]\nallow = nothing\n")
        assert "line 2: no such format" in call_site.node.kamcmd(
            "mc_iwf.policies_reload")
        branch = dialog.send("UPDATE", call_site.party().sdp(MIXED))
        asked = incoming.dialog().wait("UPDATE")
        assert call_proxy.formats_of(asked.sdp) == ["96"]
        asked.reply(488)
        call_site.caller.wait_final(branch)
        dialog.bye()
    finally:
        path.write_text(kept)
        call_site.node.kamcmd("mc_iwf.policies_reload")


# What the info part says

@pytest.mark.parametrize("said, code", [("true", 0), ("false", 0),
                                        ("maybe", 400)])
def test_info_says_what_is_wanted(said, code):
    """end-to-end-security of the info part, with info_e2ee."""
    with call_proxy.running(changes=SHOWN) as site:
        info = mc.info_part(mc.info_xml(inner=(
            "<anyExt><end-to-end-security>%s</end-to-end-security></anyExt>"
            % said)))
        message = call_proxy.mixed(
            site.invite(None, "p25"), info,
            mc.part("application/sdp", site.party().sdp(media.P25)))
        outgoing = site.start(message)
        if code:
            assert outgoing.refusal().code == code
            return
        incoming = site.incoming(outgoing)
        word = {"true": "on", "false": "off"}[said]
        assert shown(site)[1]["e2ee_wanted"] == word
        incoming.reply(200, site.party().sdp(media.P25))
        dialog, _ = outgoing.answered()
        dialog.send("UPDATE", site.party().sdp(media.P25))
        asked = incoming.dialog().wait("UPDATE")
        assert shown(site)[-1]["e2ee_wanted"] == word
        asked.reply(488)
        dialog.bye()


@pytest.mark.parametrize("info, code", [
    (SILENT, None),
    (mc.info_xml(inner="<anyExt><end-to-end-security></anyExt>"), 400),
    (b'<!DOCTYPE x [<!ENTITY a "curity">]>' + SILENT, 400),
    (b"<?xml version='1.0' encoding = 'UTF-7'?><x/>", 400),
    (SILENT.decode().encode("utf-16"), 400),
    (mc.info_xml(inner="<unclosed>"), 400), (b"<x/>", 400)])
def test_info_that_says_nothing_or_hides_it(call_site, info, code):
    """One without the element is as good as none, if it can be read."""
    part = mc.part("application/vnd.3gpp.mcptt-info+xml",
                              info)
    outgoing = call_site.start(call_proxy.mixed(
        call_site.invite(None, "p25"), part, mc.part(
            "application/sdp", call_site.party().sdp(media.P25))))
    if code is None:
        call_site.incoming(outgoing).reply(486)
        code = 486
    assert outgoing.refusal().code == code


# Groups

def test_group():
    """Profile and codec are those of the group's row, as it is now."""
    path = "mc_iwf.db"
    with call_proxy.running(changes=[(
            'modparam("mc_iwf", "policies", POLICIES)',
            'modparam("mc_iwf", "policies", POLICIES)\n'
            'loadmodule "db_sqlite.so"\n'
            f'modparam("mc_iwf", "db_url", "sqlite:///{path}")')],
            prepare=lambda folder: subprocess.run(
                ["sqlite3", folder / path], check=True, input=(
                    node.TOP / "cfg/db_sqlite/mc_iwf-create.sql").read_text()
                + "INSERT INTO mc_iwf_groups (uri, psi, profile, codec) VALUES"
                  " ('sip:fire@x.org', 'sip:iwf@x.org', 'tetra', '');",
                text=True, stdout=subprocess.DEVNULL)) as site:
        formats = {97: ("TETRA_ACELP/8000", None),
                   98: ("TETRA_ACELP_BB/8000", None)}

        def offered():
            outgoing = site.offer(site.party().sdp(formats), "sip:fire@x.org")
            incoming = site.incoming(outgoing)
            incoming.reply(486)
            outgoing.refusal()
            return call_proxy.formats_of(incoming.sdp)

        assert offered() == ["97", "98"]
        with contextlib.closing(
                sqlite3.connect(site.node.path(path))) as database:
            with database:
                database.execute("UPDATE mc_iwf_groups SET codec = "
                                 "'TETRA_ACELP_BB/8000'")
        node.wait_until(lambda: offered() == ["98"], "the new codec")
        refused = site.offer(site.party().sdp(formats), "sip:none@x.org")
        assert refused.refusal().code == 500


# Other set-ups

NO_DIALOG = """
request_route {
	if(is_method("OPTIONS")) {
		sl_send_reply("200", "OK");
	} else if(lmr_sdp_offer("tetra")) {
		sl_send_reply("480", "Judged");
	} else {
		iwf_reply();
	}
}
"""


def test_without_dialog():
    """The module loads without module dialog; its functions refuse, and one
    line of each process tells."""
    def prepare(folder):
        for name in ("calls.cfg", "calls-modules.cfg"):
            text = (folder / name).read_text().partition("request_route {")[0]
            (folder / name).write_text(
                re.sub(r'.*"dialog\b.*\n', "", text))
        with (folder / "calls.cfg").open("a") as file:
            file.write(NO_DIALOG)
    with call_proxy.running(prepare=prepare) as site:
        for _ in range(4):
            outgoing = site.offer(site.party().sdp(media.TETRA))
            assert outgoing.refusal().code == 500
        lines = re.findall(r"^ *(\d+)\(.*need module dialog", site.node.log(),
                           re.M)
        assert lines and len(lines) == len(set(lines))


def test_without_dlg_manage():
    """A call that is not kept: 500."""
    with call_proxy.running(changes=[("\tdlg_manage();\n", "")]) as site:
        outgoing = site.offer(site.party().sdp(media.TETRA))
        assert outgoing.refusal().code == 500


def test_without_profiles():
    """No default file: the functions refuse with profile_unknown."""
    with call_proxy.running(make=preload.without_policies(call_proxy.CallNode),
                            changes=[
            ('modparam("mc_iwf", "policies", POLICIES)', "")]) as site:
        reply = site.offer(site.party().sdp(media.TETRA)).refusal()
        assert (reply.code, reply.reason) == (500, "media profile unknown")
        site.node.wait_log("there are no media profiles")


@pytest.mark.parametrize("text, said", [
    (None, "No such file"), ("[x]\n", "has no allow"), ("x" * 70000, "large")])
def test_wrong_file(text, said):
    """A file that is named and missing, or wrong, stops the start."""
    def prepare(folder):
        (folder / "policies.ini").unlink()
        if text:
            (folder / "policies.ini").write_text(text)
    with pytest.raises(AssertionError, match=f"policies: .*{said}"):
        with call_proxy.running(prepare=prepare):
            pass


@pytest.mark.parametrize("value", ["lmr", "$var(x)", "$avp(", "$avp(i:5)"])
def test_wrong_avp(value):
    """sdp_read has to be an AVP."""
    with pytest.raises(AssertionError, match=r"sdp_read: .* is no \$avp"):
        with call_proxy.running(changes=[(
                'modparam("mc_iwf", "policies", POLICIES)',
                'modparam("mc_iwf", "policies", POLICIES)\n'
                f'modparam("mc_iwf", "sdp_read", "{value}")')]):
            pass


KEMI = """
function ksr_request_route() {
	if (KSR.is_OPTIONS()) {
		KSR.sl.sl_send_reply(200, "OK");
		return;
	}
	KSR.tm.t_newtran();
	KSR.dialog.dlg_manage();
	var said = [KSR.pv.get("$lmr(op)"),
		KSR.mc_iwf.lmr_sdp_answer("tetra"), KSR.mc_iwf.lmr_sdp_offer("p25"),
		KSR.mc_iwf.lmr_sdp_offer("tetra"), KSR.mc_iwf.lmr_sdp_commit(),
		KSR.mc_iwf.lmr_sdp_close(), KSR.mc_iwf.lmr_sdp_commit()];
	KSR.tm.t_reply(480, said.join(" "));
}
"""


def test_kemi():
    """The same functions in another language."""
    def prepare(folder):
        (folder / "calls.js").write_text(KEMI)
        text = (folder / "calls.cfg").read_text()
        (folder / "calls.cfg").write_text(
            text.partition("request_route {")[0] + """
loadmodule "app_jsdt.so"
modparam("app_jsdt", "load", "calls.js")
cfgengine "jsdt"
""")
    with call_proxy.running(prepare=prepare) as site:
        reply = site.offer(site.party().sdp(media.TETRA)).refusal()
        assert reply.reason == "offer -1 -1 1 -1 1 1"
