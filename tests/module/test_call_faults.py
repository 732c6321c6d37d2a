# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls while something fails: the media relay, a party, the node itself."""
import contextlib
import os
import pathlib
import re
import signal
import sqlite3
import time

import pytest

import calls
import media
import node
import sample
import sip
import user_agent

ENDED = 8  # seconds until BYE: at the ACK, or if it was too quick, 5 s
SHORT = 2.5  # seconds in which a relay that hangs may hold a message


@pytest.fixture
def faulty(new_site):
    """A node of its own, whose relay may be ended."""
    return new_site(env={"WRITE_PROBE": "1"})


@pytest.fixture
def dial(faulty):
    """Makes lines on that node."""
    with contextlib.ExitStack() as stack:
        yield lambda form="private": stack.enter_context(
            calls.Line(faulty, form))


def hang(server):
    """The relay stops where it is; a function that lets it go on."""
    server.hang_relay()
    return server.resume_relay


def kill(server):
    """The relay is gone; a function that starts it again."""
    os.kill(server.relay_pid(), signal.SIGKILL)
    return server.start_relay


FAULTS = pytest.mark.parametrize("fault", [hang, kill])


@contextlib.contextmanager
def faulting(fault, server):
    """While the relay hangs or is gone."""
    heal = fault(server)
    try:
        yield
    finally:
        heal()


@FAULTS
def test_no_relay_no_call(dial, faulty, fault):
    """An INVITE gets 503 with Retry-After, soon, and no phone rings."""
    here = dial()
    with faulting(fault, faulty.node):
        begin = time.monotonic()
        out = here.dial()
        reply = out.refusal()
        assert time.monotonic() - begin < SHORT
        assert reply.code == 503
        assert int(reply.get("Retry-After")) > 0
        assert not here.callee.requests("INVITE")
    here.callee.script = sip.answer(486)
    node.wait_until(lambda: here.dial().refusal().code == 486,
                    "a call after the fault", 15)


@FAULTS
def test_no_relay_no_new_offer(dial, faulty, fault):
    """A re-INVITE and an UPDATE get 503; the call stays as it was."""
    talk = dial().talk()
    with faulting(fault, faulty.node):
        for method in ("INVITE", "UPDATE"):
            assert talk.near.ask(method, talk.line.offer()).code == 503
            assert not talk.far.requests(method)
    assert talk.far.bye().code == 200


def restart(server):
    """The relay begins anew and knows no call."""
    kill(server)()
    return lambda: None


ALL_FAULTS = pytest.mark.parametrize("fault", [hang, kill, restart])


CANDIDATE = b"a=candidate:1 1 UDP 1 127.0.1.99 40000 typ host\r\n"


@ALL_FAULTS
def test_answer_without_relay(dial, faulty, fault):
    """The relay fails between INVITE and 200: port 0, no way around, and the
    call ends."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(100)  # a relay may take longer to start than tm waits
    with faulting(fault, faulty.node):
        got.reply(200, here.answer() + CANDIDATE)
        near, told = out.answered()
        assert media.ports(told) == [0]
        assert b"candidate" not in told
        far = got.dialog()
        far.wait("BYE", timeout=ENDED)
        near.wait("BYE", timeout=ENDED)
    node.wait_until(lambda: faulty.node.calls()["all"] == 0, "end of calls")


@ALL_FAULTS
def test_early_media_without_relay(dial, faulty, fault):
    """An unreliable 183 loses its description; nothing goes around the
    relay."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(100)  # a relay may take longer to start than tm waits
    with faulting(fault, faulty.node):
        got.reply(183, here.answer())
        assert out.wait(183).body == b""
        got.reply(486)
        out.wait(486)


@ALL_FAULTS
def test_reliable_answer_without_relay(dial, faulty, fault):
    """A reliable 183: port 0, and the call ends once it is answered."""
    here = dial()
    out = here.dial()
    got = here.arrived(out)
    got.reply(100)  # a relay may take longer to start than tm waits
    with faulting(fault, faulty.node):
        got.reply(183, here.answer(), rseq=1)
        reply = out.wait(183)
        assert media.ports(user_agent.sdp_of(reply)) == [0]
        early = out.dialog(reply)
        branch = early.prack(reply)
        far = got.dialog()
        far.wait("PRACK").reply(200)
        assert here.caller.wait_final(branch).code == 200
        got.reply(200)
        near, _ = out.answered()
        near.wait("BYE", timeout=ENDED)
        far.wait("BYE", timeout=ENDED)


@FAULTS
def test_answer_in_ack_without_relay(dial, faulty, fault):
    """Offerless, and the relay fails before the ACK: port 0, and BYE."""
    here = dial()
    out = here.dial(None)
    got = here.arrived(out)
    got.reply(200, here.answer())
    near, _ = out.answered(ack=False)
    with faulting(fault, faulty.node):
        near.ack(here.offer())
        far = got.dialog()
        assert media.ports(far.wait("ACK").sdp) == [0]
        near.wait("BYE", timeout=ENDED)
        far.wait("BYE", timeout=ENDED)


def test_new_relay_in_a_call(dial, faulty):
    """The relay starts anew while a call is up: a new offer brings the
    media back."""
    talk = dial("from-lmr").talk()
    restart(faulty.node)
    here = talk.line
    talk.again("INVITE", talk.far, here.answer(), here.offer())
    talk.speech()
    assert talk.near.bye().code == 200
    talk.wait_over()


# A party that does not do its part

def test_no_ack_of_a_bad_answer(dial):
    """A bad answer whose ACK never comes: BYE to both within about 5 s."""
    here = dial("tetra")
    out = here.dial()
    got = here.arrived(out)
    got.reply(200, here.b.sdp(
        {98: ("TETRA_ACELP_BB/8000", "payload-type=0;encryption-mode=0")}))
    begin = time.monotonic()
    near, told = out.answered(ack=False)
    assert media.ports(told) == [0]
    near.wait("BYE", timeout=ENDED)
    got.dialog().wait("BYE", timeout=ENDED)
    assert time.monotonic() - begin > 3
    calls.wait_quiet(here.node)


def test_no_ack_as_it_is_documented():
    """Module dialog looks every 90 s, and gives 10 s then: what the page
    says is made of our own limit. (Waiting for it would take 2 minutes.)"""
    setting = (node.TOP / "cfg/mc-server-modules.cfg").read_text()
    page = (node.TOP / "docs/operations.md").read_text()
    limit, = re.findall(r'"dialog", "noack_timeout", (\d+)\)', setting)
    said, = re.findall(r"\| No ACK \| cleaned away (\d+) to (\d+) s", page)
    assert said == (str(int(limit) + 10), str(int(limit) + 10 + 90))


# The caller's 200 may come before module dialog 5.6.3 has sent the second BYE.
@pytest.mark.known_line("dlg_unref_helper(): bogus ref -1 with cnt 2")
def test_parties_that_vanish(dial):
    """A caller and a callee that no longer answer OPTIONS within the call:
    BYE to the others. (30 s are the least that module dialog permits.)"""
    no_caller, no_callee = dial("private").talk(), dial("tetra").talk()
    no_caller.line.caller.reachable = False
    no_callee.line.callee.reachable = False
    no_caller.far.wait("BYE", timeout=75)
    no_callee.near.wait("BYE", timeout=75)
    calls.wait_quiet(no_caller.line.node, timeout=75)


# The node itself

def wait_saved(site, talk):
    """Returns when a call is on disk; 2 s, operations.md promises."""
    node.wait_until(lambda: calls.saved(site.node, talk.near.call_id),
                    "call in the database", sip.TIMEOUT)


def test_call_survives_a_crash(dial, faulty):
    """kill -9 of the node: the call goes on, its re-INVITE is checked, its
    end is its end."""
    talk = dial().talk()
    wait_saved(faulty, talk)
    faulty.node.crash()
    talk.speech()
    faulty.node.start()
    talk.speech()
    here = talk.line
    reply = talk.near.ask("INVITE", here.a.sdp(media.AMRWB))
    assert (reply.code, calls.warning(reply)) == (488, "302")
    # The same payload type as another codec: the bindings are known still.
    reply = talk.far.ask("INVITE", here.b.sdp(
        {100: ("TETRA_ACELP_BB/8000", None)}))
    assert reply.code == 488
    talk.again("INVITE", talk.far, here.answer(), here.offer())
    talk.speech()
    assert talk.near.bye().code == 200
    talk.wait_over()


# Variables that release 0.2 kept, in the order of the lists of now.
OF_0_2 = {
    "mc_call": ("mc_profile", "mc_caller", "mc_caller_user", "mc_called",
                "mc_called_user", "mc_from", "mc_routes"),
    "mc_sides": ("mc_caller_at", "mc_caller_contact", "mc_caller_invite",
                 "mc_called_at", "mc_called_contact", "mc_called_invite")}


def as_0_2_kept_it(path):
    """Turns the one call of a database into a call of release 0.2."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for key, names in OF_0_2.items():
            where, number, text = connection.execute(
                "DELETE FROM dialog_vars WHERE dialog_key = ? RETURNING "
                "hash_entry, hash_id, dialog_value", (key,)).fetchone()
            values = zip(names, text.split("\n"), strict=True)
            connection.executemany(
                "INSERT INTO dialog_vars (hash_entry, hash_id, dialog_key,"
                " dialog_value) VALUES (?, ?, ?, ?)",
                [(where, number, *pair) for pair in values if pair[1]])


@pytest.mark.parametrize("form", ["private", "client", "from-lmr"])
def test_call_of_an_earlier_release(dial, faulty, form):
    """It goes on after the upgrade: each party is known, may offer, has the
    name that it had, and may not leave the call; its end is its end."""
    talk = dial(form).talk()
    wait_saved(faulty, talk)
    name = talk.far.remote
    faulty.node.stop()
    as_0_2_kept_it(faulty.node.path("dialog.db"))
    faulty.node.start()
    here = talk.line
    message = talk.near.request("INFO")
    message.start = f"INFO sip:x@{faulty.iwf2.hostport} SIP/2.0"
    assert talk.near.endpoint.ask(message, talk.near.server).code == 403
    message = talk.near.request("INFO")
    message.set("From", f"<sip:boss@x>;tag={user_agent.tag_of(name)}")
    assert talk.near.endpoint.ask(message, talk.near.server).code == 200
    assert talk.far.wait("INFO").message.get("From") == name
    assert talk.far.ask("INFO").code == 200
    talk.again("INVITE", talk.near, here.offer(), here.answer())
    talk.again("INVITE", talk.far, here.answer(), here.offer())
    talk.speech()
    assert talk.near.bye().code == 200
    talk.wait_over()


# Whoever has taken the places of a call keeps them when the test lets it.
HELD = [
    ("route[TAKE_SIDES] {",
     "route[TAKE_SIDES] {\n\t$shv(takers) = $shv(takers) + 1;"),
    ('\tpv_printf("$dlg_var(mc_sides)", "$var(caller_at)\\n$var(caller_contact)',
     """
	while($hdr(X-Held) == "yes" && $shv(released) != 1) {
		usleep("100000");
	}
	pv_printf("$dlg_var(mc_sides)", "$var(caller_at)\\n$var(caller_contact)""")]


def test_places_noted_at_once(new_site):
    """What one process notes of a call is not lost by what another notes: here
    an INVITE, without which its ACK would not be sent on."""
    site = new_site(changes=HELD, extra=(
        'modparam("pv", "shvset", "takers=i:0")\n'
        'modparam("pv", "shvset", "released=i:0")'))

    def takers():
        return int(re.search(r"\d+", site.node.kamcmd(
            "pv.shvGet", "takers").split("value")[-1]).group())

    with calls.Line(site) as line:
        talk = line.talk()
        before = takers()
        update = talk.near.send("UPDATE")
        talk.far.wait("UPDATE").reply(200, headers=[("X-Held", "yes")])
        node.wait_until(lambda: takers() == before + 1, "places that are held")
        invite = talk.far.send("INVITE", line.answer())
        node.wait_until(lambda: takers() == before + 2, "INVITE to be noted")
        with pytest.raises(sip.Timeout):
            talk.near.wait("INVITE", timeout=1)
        site.node.kamcmd("pv.shvSet", "released", "int", "1")
        talk.near.wait("INVITE").reply(200, line.offer())
        assert talk.near.endpoint.wait_final(update).code == 200
        assert talk.far.endpoint.wait_final(invite).code == 200
        talk.far.ack()
        talk.near.wait("ACK")
        assert talk.near.bye().code == 200
        talk.wait_over()


def test_state_that_does_not_read(dial, faulty):
    """What the call has said is not as it was written: no offer or answer is
    judged by it, and none passes."""
    talk = dial().talk()
    wait_saved(faulty, talk)
    faulty.node.crash()
    sample.edit(faulty.node.path("dialog.db"),
                "UPDATE dialog_vars SET dialog_value = dialog_value || 'x' "
                "WHERE dialog_key LIKE 'mca.%'",
                "UPDATE dialog_vars SET dialog_value = "
                "replace(dialog_value, '100', '101') "
                "WHERE dialog_key LIKE 'mca.%'")
    faulty.node.start()
    here = talk.line
    assert talk.near.ask("INVITE", here.offer()).code == 500
    assert not talk.far.requests("INVITE")
    assert talk.near.bye().code == 200
    faulty.node.wait_log("state of the call is not readable")


def test_call_while_its_database_is_locked(dial, faulty):
    """It is made and carries speech; when the database is free it is saved."""
    keeper = sqlite3.connect(faulty.node.path("dialog.db"), timeout=20,
                             isolation_level=None)
    keeper.execute("BEGIN IMMEDIATE")
    talk = dial().talk()
    talk.speech()
    faulty.node.wait_log(r"can be written .*dialog\.db 0", 20)
    assert not calls.saved(faulty.node, talk.near.call_id)
    keeper.execute("ROLLBACK")
    keeper.close()
    wait_saved(faulty, talk)
    faulty.node.crash()
    faulty.node.start()
    assert faulty.node.calls()["ongoing"] == 1
    assert talk.near.bye().code == 200
    talk.wait_over()


def test_stop_and_start(dial, faulty):
    """Stopped in order: the relay ends with it. Started again, the call is
    there, and a new offer brings its media back."""
    talk = dial().talk()
    wait_saved(faulty, talk)
    pid = faulty.node.relay_pid()
    faulty.node.stop()
    assert not runs(pid)
    faulty.node.start()
    assert faulty.node.calls()["ongoing"] == 1
    here = talk.line
    talk.again("INVITE", talk.near, here.offer(), here.answer())
    talk.speech()
    assert talk.far.bye().code == 200
    talk.wait_over()


def runs(pid):
    """True for a process; one that ended may wait for its parent."""
    command = pathlib.Path(f"/proc/{pid}/cmdline")
    return command.exists() and bool(command.read_bytes())
