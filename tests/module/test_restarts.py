# SPDX-License-Identifier: GPL-2.0-or-later
"""Start, stop and crash of the whole node: what ends, what stays, what is
told, and which registrations are there afterwards."""
import configparser
import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import pytest

import calls
import isc
import many_users
import mc
import mc_invite
import node
import sample
import sip
import user_agent
from test_bindings import register

MANY = 3000  # users; private memory of 8 MiB holds about 4,000 rows
LOADS = 40000  # users, for the better part of a second
WRITTEN = 2  # seconds, as docs/operations.md promises


@pytest.fixture
def server():
    """A node that is not started, and whatever runs of it at the end."""
    with sample.Peers() as peers:
        found = sample.SampleNode(peers, env={"PIKE_LIMIT": "30000"})
        found.peers = peers
        try:
            yield found
        finally:
            script(found, "stop")
            found.remove()


def script(server, *words):
    """Runs tools/node.sh; its exit status and what it says."""
    return subprocess.run(
        [f"{node.TOP}/tools/node.sh", *words], capture_output=True,
        text=True, timeout=100, env=server.script_environment())


def told(server, *words):
    """What tools/node.sh says when it refuses."""
    done = script(server, *words)
    assert done.returncode == 1, done.stdout
    return done.stderr


def started(server, *words):
    """The node, started in the background."""
    done = script(server, "start", *words)
    assert done.returncode == 0, done.stderr
    return server


def pid_of(server, name):
    """The process of a pid file."""
    return int(server.path(f"{name}.pid").read_text())


def runs(pid):
    """True for a process that has not ended, whoever waits for it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_end(*pids):
    """Returns when none of them runs."""
    node.wait_until(lambda: not any(map(runs, pids)), f"end of {pids}", 10)


def ask(server, message):
    """The answer to a request of a client."""
    with sip.UdpEndpoint() as client:
        return client.ask(message, server.address)


# What ends

def test_first_process_is_killed(server):
    """The other processes end too, rtpengine stays, a start takes over."""
    started(server)
    pids, relay = server.kamailio_pids(), pid_of(server, "rtpengine")
    assert len(pids) > 10
    os.kill(pids[0], signal.SIGKILL)
    wait_end(*pids)
    assert runs(relay)
    node.wait_until(
        lambda: "Kamailio ended with status 137" in server.log(), "a line")
    started(server)
    assert pid_of(server, "rtpengine") == relay
    assert script(server, "stop").stdout == "node: stopped\n"
    assert not runs(relay)


@pytest.mark.parametrize("command", ["start", "stop"])
def test_workers_that_nobody_watches(server, command):
    """Script and first process are gone: what is left is ended."""
    started(server)
    pids = server.kamailio_pids()
    for pid in (pid_of(server, "node"), pids[0]):
        os.kill(pid, signal.SIGKILL)
    assert runs(pids[1])
    assert script(server, command).returncode == 0
    wait_end(*pids)


def test_kamailio_without_its_script(server):
    """It serves on, is not started twice, and is stopped in order."""
    started(server)
    os.kill(pid_of(server, "node"), signal.SIGKILL)
    pids = server.kamailio_pids()
    assert f"runs already in {server.folder}" in told(server, "start")
    assert script(server, "stop").stdout == "node: stopped\n"
    wait_end(*pids)
    assert not server.crashes()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_signal_of_the_terminal(new_site, number):
    """It goes to all of the script's group; the node stops in order, with
    what has registered at the last moment."""
    site = new_site()
    site.client("alice").endpoint.close()
    site.clients.clear()
    server = site.node
    pids = server.kamailio_pids()
    os.killpg(server.process.pid, number)
    assert server.process.wait(node.STOP_TIMEOUT) == 0
    wait_end(*pids)
    assert many_users.rows(server) == [{"alice"}, {"alice"}]
    assert not server.crashes()


def test_node_that_hangs(server):
    """A process that does not end is killed, soon, and with it all others."""
    started(server)
    pids = server.kamailio_pids()
    os.kill(pids[0], signal.SIGSTOP)
    begin = time.monotonic()
    assert "hangs and is killed" in script(server, "stop").stderr
    assert time.monotonic() - begin < 40
    wait_end(*pids)


def test_script_that_was_stopped(server):
    """A signal at the terminal, Ctrl-Z: it goes on, and stops in order."""
    users = registered(server, 1)
    pids = server.kamailio_pids()
    os.kill(pid_of(server, "node"), signal.SIGSTOP)
    done = script(server, "stop")
    assert (done.returncode, done.stdout) == (0, "node: stopped\n")
    wait_end(*pids)
    assert many_users.rows(server) == [set(users), set(users)]


def edited_script(server, *changes):
    """Runs stop of tools/node.sh with less patience, and with changes."""
    tools = node.TOP / "tools"
    text = (tools / "node.sh").read_text().replace(
        '. "$top/tools/processes.sh"\n', (tools / "processes.sh").read_text())
    for old, new in (("STOP_TIMEOUT=10 ", "STOP_TIMEOUT=2 "), *changes):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return subprocess.run(
        ["sh", "-c", text, f"{node.TOP}/tools/node.sh", "stop"],
        capture_output=True, text=True, timeout=30,
        env=server.script_environment())


def test_script_that_hangs(server):
    """It is killed, the node is stopped without it, and stop says so."""
    users = registered(server, 1)
    pids = [pid_of(server, "node"), *server.kamailio_pids()]
    relay = pid_of(server, "rtpengine")
    os.kill(pids[0], signal.SIGSTOP)
    done = edited_script(server, ("kill -CONT", "true"))
    assert (done.returncode, done.stdout) == (1, "node: stopped\n")
    assert done.stderr.startswith(
        f"node: the script, pid {pids[0]}, hangs and is killed\n")
    wait_end(*pids, relay)
    assert many_users.rows(server) == [set(users), set(users)]
    assert script(server, "stop").returncode == 0


@contextlib.contextmanager
def looks_like(server, name):
    """A process that the script takes for one of this node's."""
    words, files = ["sleep", "60"], {}
    if name == "kamailio":
        words = ["sh", "-c", "sleep 60; :",
                 str(server.path("kamailio.pid")), "-DD"]
    lock = os.open(server.path("rtpengine.lock"), os.O_CREAT | os.O_WRONLY)
    if name == "rtpengine":
        files = {"preexec_fn": lambda: os.dup2(lock, 9), "close_fds": False}
    with subprocess.Popen(words, start_new_session=True, **files) as found:
        server.path(f"{name}.pid").write_text(f"{found.pid}\n")
        try:
            yield found.pid
        finally:
            os.killpg(found.pid, signal.SIGKILL)
            os.close(lock)


@pytest.mark.parametrize("name, said", [
    ("kamailio", "cannot end Kamailio's processes {}"),
    ("rtpengine", "cannot end rtpengine, pid {}")])
def test_process_that_cannot_be_ended(server, name, said):
    """Whoever stops the node hears of it; he does not wait for ever."""
    with looks_like(server, name) as pid:
        done = edited_script(server, ("set -eu\n", "set -eu\nkill() { :; }\n"))
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == f"node: {said.format(pid)}"
        assert runs(pid)


@pytest.mark.parametrize("name", ["node", "kamailio", "rtpengine"])
def test_pid_of_a_stranger(server, name):
    """A pid file of before the last boot names another process: left alone."""
    with subprocess.Popen(["sleep", "60"]) as stranger:
        server.path(f"{name}.pid").write_text(f"{stranger.pid}\n")
        started(server)
        assert pid_of(server, name) != stranger.pid
        script(server, "stop")
        server.path(f"{name}.pid").write_text(f"{stranger.pid}\n")
        assert script(server, "stop").stdout == "node: does not run\n"
        assert stranger.poll() is None
        stranger.kill()


def test_pid_of_another_node(server, site):
    """A node of another folder is a stranger too."""
    for name in ("kamailio", "rtpengine"):
        server.path(f"{name}.pid").write_text(
            site.node.path(f"{name}.pid").read_text())
    assert script(server, "stop").stdout == "node: does not run\n"
    assert site.node.kamcmd("core.uptime")
    assert runs(site.node.relay_pid())


# What is refused

def test_started_twice(server):
    """The second start says why not, and leaves the first alone."""
    started(server)
    pid = pid_of(server, "node")
    assert f"runs already in {server.folder}, pid {pid}" in told(
        server, "start")
    assert f"runs already in {server.folder}, pid {pid}" in told(
        server, "run")
    assert pid_of(server, "node") == pid
    assert server.kamcmd("core.uptime")


def test_started_twice_at_once(server):
    """One of both is the node, and stop finds it."""
    done = []
    threads = [threading.Thread(
        target=lambda: done.append(script(server, "start")))
        for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(d.returncode for d in done) == [0, 1], done
    pids = server.kamailio_pids()
    assert script(server, "stop").stdout == "node: stopped\n"
    wait_end(*pids)


def test_folder_that_cannot_be(server):
    """One line that names the folder."""
    server.env["RUN_DIR"] = str(server.path("kamailio.db") / "run")
    assert told(server, "start") == (
        f"node: cannot make the folder {server.env['RUN_DIR']}\n")
    del server.env["RUN_DIR"]


@pytest.mark.parametrize("name", ["location", "dialog"])
def test_database_that_is_none(server, name):
    """One line that names the file, and what is wrong with it."""
    for path in server.folder.glob(f"{name}.db*"):
        path.unlink()
    server.path(f"{name}.db").write_bytes(b"not a database" * 100)
    said = told(server, "start")
    assert f"cannot use {server.folder}/{name}.db" in said
    assert "not a database" in said


def test_database_that_somebody_keeps(server):
    """The same where another program has it for itself."""
    with sqlite3.connect(server.path("location.db")) as keeper:
        keeper.execute("PRAGMA locking_mode=EXCLUSIVE")
        keeper.execute("UPDATE version SET table_version = table_version")
        keeper.commit()
        said = told(server, "start")
        assert f"cannot use {server.folder}/location.db" in said
        assert "database is locked" in said
    keeper.close()


def test_start_says_why_not(server):
    """The line of the log that tells, not only its name."""
    said = told(server, "start", "-A", "DEBUG=nonsense")
    assert "did not start" in said
    assert "parse error in config file" in said


# Registrations

def test_registrations_after_a_restart(server):
    """Start returns when all of them are known; a folder made by an older
    release is taken over."""
    with sqlite3.connect(server.path("location.db")) as old:
        old.execute("PRAGMA journal_mode=DELETE")
        old.execute("DROP INDEX location_attrs_ruid_idx")
    old.close()
    many_users.fill(server, MANY)
    started(server)
    assert many_users.contacts(server) == MANY
    assert known(server, "u000000") and known(server, f"u{MANY - 1:06d}")


def known(server, user):
    """True if the node knows the user's contact."""
    return f"<sip:{user}@" in server.kamcmd(
        "ul.lookup", "location", mc.impu(user)[4:]).replace(" sip:", " <sip:")


def test_memory_that_does_not_suffice(server):
    """Start says so, and does not say that the node answers."""
    many_users.fill(server, 2 * MANY)
    said = told(server, "start", "-M", "8")
    assert "did not start" in said
    assert "memory" in said


def test_more_users_than_planned(server):
    """USERS is what is planned for; who is there is taken anyway."""
    many_users.fill(server, 2 * MANY)
    server.env["USERS"] = "100"
    started(server)
    assert many_users.contacts(server) == 2 * MANY


def test_closed_while_it_loads_or_stops(server):
    """New requests hear 503 with Retry-After; within a call all goes on."""
    started(server)
    server.kamcmd("pv.shvSet", "open", "int", "0")
    uri = f"sip:{mc.DOMAIN}"
    contact = [("Contact", "<sip:alice@127.0.0.1:9>")]
    for method, tag in (("REGISTER", ""), ("REGISTER", ";tag=x"),
                        ("OPTIONS", ""), ("MESSAGE", ""), ("INVITE", "")):
        message = sip.request(method, uri, mc.impu("alice"),
                              mc.impu("alice"), contact)
        message.set("To", message.get("To") + tag)
        reply = ask(server, message)
        assert reply.code == 503, method
        assert int(reply.get("Retry-After")) > 0
    bye = sip.request("BYE", uri, mc.impu("alice"), mc.impu("bob"))
    bye.set("To", bye.get("To") + ";tag=x")
    assert ask(server, bye).code == 481


@pytest.fixture
def closing(site):
    """Closes the node, as tools/node.sh does before it stops it."""
    yield lambda: site.node.kamcmd("pv.shvSet", "open", "int", "0")
    site.node.kamcmd("pv.shvSet", "open", "int", "1")


def refused_new(site, message):
    """True if a new request hears that it comes too late."""
    with sip.UdpEndpoint() as stranger:
        return stranger.ask(message, site.node.address).code == 503


@pytest.mark.parametrize("end", ["cancel", "answer"])
@pytest.mark.parametrize("form", ["private", "from-lmr", "client"])
def test_call_that_rings_while_closed(site, closing, form, end):
    """Its INVITE, repeated, gets the last reply again and no other; it is
    taken back, or answered and ended, as ever."""
    with calls.Line(site, form) as here:
        out = here.dial()
        arrived = here.arrived(out)
        arrived.reply(180)
        out.wait(180)
        closing()
        assert refused_new(site, here.form.invite(here.offer()))
        out.endpoint.send_octets(bytes(out.message), site.node.address)
        out.wait(180, n=2)
        if end == "cancel":
            out.cancel()
            user_agent.incoming(here.callee, site.node.address, "CANCEL",
                                out.call_id)
            arrived.reply(487)
            out.wait(487)
        else:
            arrived.reply(200, here.answer())
            near, _ = out.answered()
            arrived.dialog().wait("ACK")
            assert near.bye().code == 200
        assert not out.replies(503)
        assert len([r for r in here.callee.requests("INVITE")
                    if r.message.get("Call-ID") == out.call_id]) == 1
    calls.wait_quiet(site.node)


def test_cancel_of_a_refused_call_while_closed(site, closing):
    """There is none to be taken back, nor does its ACK get an answer."""
    closing()
    with sip.UdpEndpoint() as client:
        out = user_agent.Outgoing(client, site.node.address, mc_invite.private(
            "alice", calls.UNIT1, b"")).start()
        assert out.refusal().code == 503
        cancel = out.message.copy().set("CSeq", "1 CANCEL")
        cancel.start = cancel.start.replace("INVITE", "CANCEL")
        client.send_octets(bytes(cancel), site.node.address)
        assert client.wait_final(out.message.branch, n=2).code == 481
        assert len(client.responses(out.message.branch)) == 2


def test_message_under_way_while_closed(site, closing):
    """A sender who repeats it does not hear that he should send it anew."""
    alice = site.client("alice")
    alice.endpoint.script = sip.silent
    message = mc.iwf_message("alice", b"x")
    branch = site.iwf1.send(message, site.node.address)
    request = alice.endpoint.wait_request()
    closing()
    assert refused_new(site, mc.client_message("alice", b"x"))
    site.iwf1.send_octets(bytes(message), site.node.address)
    assert not site.iwf1.responses(branch)
    request.flow.send(bytes(sip.response(request.message, 200)))
    assert site.iwf1.wait_final(branch).code == 200
    site.iwf1.send_octets(bytes(message), site.node.address)
    assert site.iwf1.wait_final(branch, n=2).code == 200
    assert {r.code for r in site.iwf1.responses(branch)} == {200}
    assert len(alice.endpoint.requests()) == 1


def test_answers_when_all_are_loaded(server):
    """Not one worker takes a request while another one loads."""
    many_users.fill(server, LOADS)
    server.start()
    assert many_users.contacts(server) == LOADS


def registered(server, count):
    """Users who have just registered."""
    users = [f"u{number:06d}" for number in range(count)]
    many_users.subscribe(server, users)
    started(server)
    assert set(many_users.register(server, users)) == set(users)
    return users


def test_stop_behind_a_rush(server):
    """What was answered 200 until the end is there after the next start."""
    users = registered(server, MANY)
    alice = mc.Client(server, "alice").register("mcptt")
    done = script(server, "stop")
    assert (done.stdout, done.stderr) == ("node: stopped\n", "")
    assert many_users.rows(server) == [{*users, "alice"}, {*users, "alice"}]
    assert not server.crashes()
    started(server)
    assert many_users.contacts(server) == MANY + 1
    for service, code in (("mcptt", 200), ("mcdata", 480)):
        message = mc.iwf_message("alice", b"x", service)
        assert server.peers.iwf1.ask(message, server.address).code == code
    alice.endpoint.wait_request()
    alice.close()


def test_crash_in_a_rush(server):
    """After kill -9 all is there that was answered WRITTEN s before."""
    users = [many_users.name(number) for number in range(MANY)]
    many_users.subscribe(server, users)
    started(server)
    pids, killed = server.kamailio_pids(), []

    def kill():
        killed.append(time.monotonic())
        os.kill(pids[0], signal.SIGKILL)
    threading.Timer(5, kill).start()
    done = many_users.register(server, users, rate=500, quiet=2)
    wait_end(*pids)
    old = {user for user, when in done.items()
           if when < killed[0] - WRITTEN}
    assert len(old) > 500
    found = many_users.rows(server)
    assert old <= found[0] and old <= found[1]
    started(server)
    assert many_users.contacts(server) == len(found[0])


def test_refreshes_are_written(server):
    """A second REGISTER changes the rows, its attributes too."""
    users = registered(server, 200)
    time.sleep(WRITTEN)
    assert set(many_users.register(server, users, cseq=11)) == set(users)
    script(server, "stop")
    assert many_users.rows(server) == [set(users), set(users)]
    with sqlite3.connect(server.path("location.db")) as base:
        assert base.execute("SELECT count(*), min(cseq) FROM location"
                            ).fetchone() == (200, 12)
    base.close()


# Databases that cannot be written

def writable(server, name):
    """The gauge of /metrics on a database."""
    found = re.search(
        rf'database_writable{{database="{name}"}} ([01])$', server.metrics(),
        re.M)
    return found and int(found.group(1))


@pytest.mark.parametrize("name", ["location", "dialog"])
def test_locked_database(server, name):
    """Who registers is served; a gauge and a line tell; when it is free
    again everything is written."""
    many_users.subscribe(server, ["u000000"])
    server.env["WRITE_PROBE"] = "1"
    started(server)
    node.wait_until(lambda: writable(server, name) == 1, "the gauge", 15)
    keeper = sqlite3.connect(server.path(f"{name}.db"), timeout=20)
    keeper.execute("BEGIN IMMEDIATE")
    assert set(many_users.register(server, ["u000000"])) == {"u000000"}
    node.wait_until(lambda: writable(server, name) == 0, "the gauge", 15)
    server.wait_log(rf"can be written .*{name}\.db 0")
    assert known(server, "u000000")
    keeper.rollback()
    keeper.close()
    node.wait_until(lambda: writable(server, name) == 1, "the gauge", 15)
    server.wait_log(rf"can be written .*{name}\.db 1")
    assert script(server, "stop").stderr == ""
    assert many_users.rows(server) == [{"u000000"}, {"u000000"}]


def test_stop_tells_what_is_lost(server):
    """Registrations that could not be written are not lost in silence."""
    many_users.subscribe(server, ["u000000"])
    started(server)
    keeper = sqlite3.connect(server.path("location.db"), timeout=20)
    keeper.execute("BEGIN IMMEDIATE")
    assert set(many_users.register(server, ["u000000"])) == {"u000000"}
    said = script(server, "stop").stderr
    keeper.rollback()
    keeper.close()
    assert said == ("node: location.db cannot be written: registrations are"
                    " lost\n")


def test_stop_tells_what_is_lost_of_a_core():
    """The same of what a core has registered at an application server; what
    can be written is."""
    with sample.Peers() as peers:
        server = sample.SampleNode(peers, config="mc-as.cfg")
        site = sample.Site(peers, server)
        try:
            for locked in True, False:
                started(server)
                keeper = sqlite3.connect(server.path("mc_iwf.db"), timeout=20)
                if locked:
                    keeper.execute("BEGIN IMMEDIATE")
                assert register(site, isc.identity(mc.impu("alice")),
                                720) == 200
                said = script(server, "stop").stderr
                keeper.rollback()
                rows = keeper.execute("SELECT COUNT(*) FROM mc_iwf_bindings")
                assert bool(rows.fetchone()[0]) != locked
                keeper.close()
                assert said == (
                    "node: registrations of the core cannot be written: they"
                    " are lost\n" if locked else "")
        finally:
            script(server, "stop")
            server.remove()


# The unit files

def unit(name):
    """A unit file of cfg/, read."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(node.TOP / "cfg" / name)
    return parser


def test_unit_files():
    """They end whole groups, run commands that exist, and let the relay
    outlive a crash of the node."""
    for name, command in (("mc-server.service", "run"),
                          ("mc-server-media.service", "relay")):
        service = unit(name)["Service"]
        program, word = service["ExecStart"].split()
        assert service["KillMode"] == "control-group"
        assert program == "/usr/lib/mc-server/tools/node.sh"
        assert word == command
        assert service["Restart"] == "on-failure"
        assert service["LimitCORE"] == "0"
        assert int(service["LogRateLimitBurst"]) <= 4096
    node_unit = unit("mc-server.service")
    assert "MEDIA=other" in node_unit["Service"]["Environment"]
    assert node_unit["Service"]["ExecStop"].endswith("/tools/node.sh stop")
    assert "mc-server-media.service" in node_unit["Unit"]["Wants"]


def test_relay_of_its_own(server):
    """As the unit files have it: the node neither starts nor ends it."""
    server.env["MEDIA"] = "other"
    environment = server.script_environment()
    with subprocess.Popen([f"{node.TOP}/tools/node.sh", "relay"],
                          env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as relay:
        node.wait_until(lambda: listens(server), "the relay", 20)
        started(server)
        assert server.relay().ask("ping")["result"] == "pong"
        script(server, "stop")
        assert relay.poll() is None
        relay.terminate()


def listens(server):
    """True if the relay's control port is taken."""
    with socket.socket() as sock:
        return sock.connect_ex(
            ("127.0.0.1", int(server.media["RTPENGINE_CLI_PORT"]))) == 0
