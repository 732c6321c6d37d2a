# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs of the node: bounded, whoever writes them, and complete at its end."""
import importlib.util
import os
import re
import signal
import socket
import subprocess
import time

import pytest

import calls
import mc
import mc_invite
import media
import media_calls
import media_endpoint
import node
import sample
import sip
import user_agent

WRITER = node.TOP / "tools" / "bounded_log.py"
STAMP = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ "
KIB = 1024


def load_writer():
    """tools/bounded_log.py as a module."""
    spec = importlib.util.spec_from_file_location("bounded_log", WRITER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Sink:
    """An output that keeps what is written."""

    def __init__(self):
        self.octets = b""

    def write(self, octets):
        """Takes it."""
        self.octets += octets

    def take(self):
        """The lines since the last call, less the time."""
        taken, self.octets = self.octets, b""
        return [re.sub(b"^" + STAMP, b"", line)
                for line in taken.splitlines()]


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture(name="log")
def _log():
    """A bounded log of 1 KiB a minute; its sink and clock are its own."""
    writer = load_writer()
    return writer.BoundedLog(Sink(), KIB, Clock())


def test_lines_have_the_time_and_no_control_characters(log):
    """A line is one line: no sender forges another, or speaks to a terminal."""
    log.feed("one\r\x1b[2Jtwo\0 für\n\n \n".encode())
    assert re.fullmatch(STAMP + "one??[2Jtwo? für\n".encode().replace(
        b"?", rb"\?").replace(b"[", rb"\["), log.output.octets)


def test_long_lines_are_cut(log):
    """1,024 octets, wherever the pieces end; the next line is whole."""
    log.limit = 0
    for piece in (b"a" * 900, b"b" * 900, b"c" * 70000 + b"\nnext",
                  b" line\n"):
        log.feed(piece)
    long, following = log.output.octets.splitlines(keepends=True)
    assert len(long) == 1024 and long.endswith(b"b" * 50 + b"\n")
    assert following.endswith(b"Z next line\n")


def test_pieces_of_a_line_are_one_line(log):
    """Also the last one, without its end."""
    for piece in (b"first ", b"line\nsec", b"ond"):
        log.feed(piece)
    log.close()
    assert log.output.take() == [b"first line", b"second"]


def test_a_minute_has_room_for_so_much(log):
    """What is beyond is counted and told; the next minute has room again."""
    line = b"x" * 100 + b"\n"
    log.feed(line * 20)
    assert log.wait() == 60
    assert len(log.output.octets) <= KIB
    written = len(log.output.take())
    assert 5 < written < 12
    log.clock.now = 59.9
    log.feed(b"short\n" * 3)
    assert log.output.take() == [], "room that is left is for no line"
    log.clock.now = 60
    log.tick()
    left_out = 20 - written + 3
    assert log.output.take() == [b"%d lines left out" % left_out]
    assert log.wait() is None
    log.feed(b"again\n")
    assert log.output.take() == [b"again"]


def test_what_is_left_out_is_told_at_the_end(log):
    """Where the minute does not end any more."""
    log.feed(b"x" * 100 + b"\n" + b"y\n" * 1000)
    log.close()
    assert re.fullmatch(rb"9\d\d lines left out", log.output.take()[-1])


def feed_process(octets, *words, **env):
    """Runs the writer on these octets; what it prints."""
    done = subprocess.run(
        [WRITER, *words], input=octets, stdout=subprocess.PIPE, check=True,
        env=dict(os.environ, **env), timeout=60)
    return done.stdout


def test_default_limit():
    """256 KiB, and what is missing, from a flood of 10 MB."""
    printed = feed_process((b"z" * 99 + b"\n") * 100000)
    assert 255 * KIB < len(printed) < 257 * KIB
    assert re.search(rb"\d+ lines left out\n$", printed)


def test_files_are_rotated(tmp_path):
    """As many as are named, none larger than named, the newest lines last."""
    path = tmp_path / "some.log"
    lines = b"".join(b"%070d\n" % n for n in range(60000))
    for part in (lines[:len(lines) // 2], lines[len(lines) // 2:]):
        assert feed_process(part, path, LOG_LIMIT="0", LOG_SIZE="1",
                            LOG_FILES="2") == b""
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [
        "some.log", "some.log.1", "some.log.2"]
    assert all(file.stat().st_size <= 1 << 20 for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    kept = b"".join(file.read_bytes() for file in files[::-1])
    numbers = [int(n) for n in re.findall(rb"Z (\d+)\n", kept)]
    assert numbers == list(range(numbers[0], 60000))
    assert len(kept) > 2 << 20


def test_copy_and_truncate(tmp_path):
    """Another program's rotation does no harm: the writer goes on after it."""
    path = tmp_path / "some.log"
    with subprocess.Popen([WRITER, path], stdin=subprocess.PIPE) as writer:
        for word in (b"before\n", b"after\n"):
            writer.stdin.write(word)
            writer.stdin.flush()
            node.wait_until(
                lambda: path.exists() and word in path.read_bytes(), word)
            os.truncate(path, 0)
    assert writer.returncode == 0


def test_full_disk():
    """What cannot be written is lost, and whoever writes goes on."""
    assert feed_process(b"line\n" * 1000, "/dev/full") == b""


def test_writer_outlives_signals():
    """It ends with what it reads from, and writes the last lines."""
    with subprocess.Popen([WRITER], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as writer:
        writer.stdin.write(b"first\n")
        writer.stdin.flush()
        assert writer.stdout.readline().endswith(b"first\n")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            writer.send_signal(number)
        printed, _ = writer.communicate(b"last\n", 10)
        assert printed.endswith(b"last\n") and writer.returncode == 0


# The logs of a node

def writers_of(server):
    """Processes that write a log of a node."""
    return list(server.log_writers().values())


def test_node_writes_through_it(site):
    """Each line of both logs has the time; no pipe is left in the folder."""
    text = site.node.path("kamailio.log").read_bytes()
    assert b"Listening on" in text
    for line in text.splitlines():
        assert re.match(STAMP, line), line
    assert len(writers_of(site.node)) == 2
    assert not list(site.node.folder.glob("*.pipe"))


def test_relay_is_quiet(site):
    """Not a line of a call that went well, or of what is no request."""
    log = site.node.path("rtpengine.log")
    before = log.read_bytes()
    with media_endpoint.Talk(media_endpoint.P25) as talk:
        dialog = media_calls.set_up(site, talk, media_calls.invite)
        assert dialog.bye().code == 200
    node.wait_until(lambda: not site.node.relay_calls(), "end of the session")
    control = ("127.0.0.1", int(site.node.media["RTPENGINE_PORT"]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for octets in (b"INVITE sip:x SIP/2.0\r\nSECRET", b"1 d7:SECRET"):
            stranger.sendto(octets, control)
    assert site.node.relay().ask("ping")["result"] == "pong"
    assert log.read_bytes() == before


REFUSED = re.compile(
    r"^\S+Z .*NOTICE: .*refused: (\d+) (\S+) (\S+) (\S+), from (\S+); "
    r"(\d+) more not told$", re.M)


def refusals(server):
    """What the log says of refusals, line by line."""
    return REFUSED.findall(server.log())


def test_refusal_is_told(site):
    """Status, verdict, direction, MC service ID and source of who was
    refused, and nothing of what it wanted to say."""
    before = len(refusals(site.node))
    assert site.from_core(mc.core_message("alice", b"PAYLOAD")).code == 404
    assert site.from_iwf(mc.iwf_message("erin", b"PAYLOAD")).code == 403
    node.wait_until(lambda: len(refusals(site.node)) == before + 2, "lines")
    told = refusals(site.node)[before:]
    assert told[1][5] == "0", "none between the two"
    assert [line[:5] for line in told] == [
        ("404", "sender_unregistered", "to_iwf", mc.mc_id("alice"),
         "127.0.0.5"),
        ("403", "no_lmr_entry", "to_client", mc.mc_id("erin"), "127.0.0.2")]
    assert "PAYLOAD" not in site.node.log()


def test_call_that_is_refused_is_told(site):
    """The same of an INVITE, with nothing of its description."""
    before = len(refusals(site.node))
    alice = site.client("alice")
    with media.Party("127.0.1.1") as party:
        reply = user_agent.Outgoing(
            alice.endpoint, site.node.address, mc_invite.private(
                "alice", calls.UNIT1, party.sdp(media.TETRA)),
            "alice").start().refusal()
    assert reply.code == 488
    node.wait_until(lambda: len(refusals(site.node)) > before, "line")
    status, _, direction, mc_id, source, _ = refusals(site.node)[before]
    assert (status, direction, mc_id, source) == (
        "488", "to_iwf", mc.mc_id("alice"), "127.0.0.1")
    assert "TETRA_ACELP" not in site.node.log()


def test_wrong_passwords_are_told(site):
    """Once a second, with their number and the last source; not what was
    guessed, nor for whom."""
    wrong = re.compile(r"(\d+) wrong passwords, last of 127\.0\.0\.1\n")
    before = len(wrong.findall(site.node.log()))
    uri = f"sip:{mc.DOMAIN}"
    message = sip.request("REGISTER", uri, mc.impu("mallory"),
                          mc.impu("mallory"))
    with sip.UdpEndpoint() as mallory:

        def guess():
            reply = mallory.ask(message.copy(), site.node.address)
            again = sip.with_credentials(message, reply, "mallory", "guess")
            assert mallory.ask(again, site.node.address).code == 401
            return wrong.findall(site.node.log())[before:]

        told = node.wait_until(guess, "line on wrong passwords", timeout=10)
    assert sum(map(int, told)) > 0
    assert "mallory" not in site.node.log()


def refusals_with(site, code):
    """How many refusals with a code the log tells of, and their lines."""
    site.node.settle_log()
    lines = re.findall(
        rf"WARNING: .*?(\d+) refusals with ({code}.*)$", site.node.log(),
        re.M)
    return sum(int(n) for n, _ in lines), [words for _, words in lines]


def plain(site, user, from_user, to):
    """The answer to an ordinary MESSAGE of a user."""
    message = sip.request("MESSAGE", mc.impu(to), mc.impu(from_user),
                          mc.impu(to), [("Content-Type", "text/plain")],
                          b"PAYLOAD")
    return site.client(user).ask(message)


def asked(method, uri="sip:bob@example.net", *fields):
    """A request of a stranger, and the node's answer."""
    def send(site):
        with sip.UdpEndpoint("127.0.1.9") as stranger:
            return stranger.ask(sip.request(
                method, uri, mc.impu("alice"), uri, fields),
                site.node.address)
    return send


# Who sends what, and what the script or a module of Kamailio says.
REFUSED_BY_THE_SCRIPT = {
    "stateless": (asked("FOO"), "405 Method Not Allowed", "127.0.1.9"),
    "no call": (asked("BYE"), "481 Call Does Not Exist", "127.0.1.9"),
    "register": (asked("REGISTER"), "404 Not Our Domain", "127.0.1.9"),
    "module": (lambda site: site.from_core(mc.core_message(
        "alice", b"PAYLOAD").set("CSeq", "1 INVITE")),
               "400 CSeq method does not match request method", "127.0.0.5"),
    "transaction": (lambda site: plain(site, "alice", "bob", "bob"),
                    "403 From Is Not You", "127.0.0.1"),
    "unknown": (lambda site: plain(site, "alice", "alice", "nobody"),
                "404 Not Found", "127.0.0.1"),
}


@pytest.fixture(name="own_site", scope="module")
def _own_site():
    """A node of which no other file's test has had a refusal."""
    with sample.running(sample.SampleNode) as site:
        yield site


@pytest.mark.parametrize("case", REFUSED_BY_THE_SCRIPT)
def test_refusal_of_the_script_is_told(own_site, case):
    """Code, reason and source, once; nothing of the message."""
    send, words, source = REFUSED_BY_THE_SCRIPT[case]
    assert send(own_site).code == int(words[:3])
    assert refusals_with(own_site, words) == (
        1, [f"{words}, last of {source}"])
    for octets in ("FOO", "PAYLOAD", "nobody", "example.net"):
        assert octets not in own_site.node.log()


def test_challenges_are_no_refusals(own_site):
    """Nor is what is answered with a success."""
    own_site.client("alice")
    assert asked("REGISTER", f"sip:{mc.DOMAIN}")(own_site).code == 401
    assert asked("MESSAGE", mc.impu("bob"))(own_site).code == 407
    assert refusals_with(own_site, "(?:200|401|407)") == (0, [])


def test_refusal_is_told_once(site):
    """What the module has refused, without a transaction, is in its own line
    alone."""
    before = refusals_with(site, 403)[0]
    with calls.Line(site, "client") as dialling:
        talk = dialling.talk()
        message = talk.near.request("INFO")
        mc.with_parts(message, [mc.info_part(mc.info_xml("mcptt", mc.identity(
            "mcptt", "calling-user-id", mc.mc_id("carol"))))])
        assert talk.near.endpoint.ask(message, talk.near.server).code == 403
        talk.near.bye()
    calls.wait_quiet(site.node)
    assert refusals_with(site, 403)[0] == before


def test_refusal_of_the_module_hides_none(new_site):
    """Each process has refused something by the module: what the script
    refuses after that is told as before."""
    site = new_site()
    for _ in range(60):
        assert site.from_core(mc.core_message("alice", b"x")).code == 404

    def all_told():
        assert asked("FOO")(site).code == 405
        return refusals_with(site, 405)[0]

    for _ in range(20):
        all_told()
    node.wait_until(lambda: all_told() > 20, "count of all refusals", 20)


def test_refusals_of_the_script_are_a_line_a_second(new_site):
    """A flood of them is a few lines that count them."""
    site = new_site()
    begin = time.monotonic()
    for _ in range(300):
        assert asked("FOO")(site).code == 405
    count, lines = refusals_with(site, 405)
    assert count <= 300 and len(lines) <= node.since(begin, 1)

    def all_told():
        asked("FOO")(site)
        return refusals_with(site, 405)[0] > 300

    node.wait_until(all_told, "count of all refusals", timeout=20)


def test_no_refusal_passes_the_log():
    """A reply within a transaction runs no event: one route alone gives it.
    (The first of several contacts is what the called party said.)"""
    text = "".join(path.read_text() for path in sorted(
        (node.TOP / "cfg").glob("mc-server*.cfg")))
    assert set(re.findall(r"\b(?:send_reply|t_reply)\(.*", text)) == {
        'send_reply("100", "Trying");',
        'send_reply("$var(status)", "$var(reason)");',
        't_reply("$avp(refusal)", "$avp(refusal_reason)");'}


def test_many_refusals_are_counted(new_site):
    """A few lines a second; the next one tells how many there were more."""
    site = new_site()
    begin = time.monotonic()
    for _ in range(100):
        assert site.from_core(mc.core_message("alice", b"x")).code == 404
    assert len(refusals(site.node)) <= node.since(begin, 5)

    def all_told():
        site.from_core(mc.core_message("alice", b"x"))
        lines = refusals(site.node)
        return len(lines) + sum(int(line[-1]) for line in lines) > 100

    node.wait_until(all_told, "count of all refusals", timeout=20)


def test_node_goes_on_without_its_writers(new_site):
    """Who writes the log is not needed to serve, nor is who reads it."""
    site = new_site()
    site.client("alice")
    for writer in writers_of(site.node):
        os.kill(writer, signal.SIGKILL)
    for _ in range(3):
        # A line of the node, into a pipe that is not read.
        site.node.kamcmd("mc_iwf.reload")
        assert site.from_core(mc.core_message("alice", b"x")).code == 200
    os.kill(site.node.relay_pid(), 0)
    assert site.node.relay().ask("ping")["result"] == "pong"


def test_last_lines_and_exit_status(new_site):
    """What Kamailio says when it ends is in the log when the script is done;
    no process writes afterwards."""
    server = new_site().node
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(node.STOP_TIMEOUT) == 0
    assert "sctp_core_destroy" in server.log()
    node.wait_until(lambda: not writers_of(server), "end of the writers")


def test_status_of_a_failed_start():
    """255, and the log says why."""
    with sample.Peers() as peers:
        server = sample.SampleNode(peers, extra="nonsense")
        try:
            with pytest.raises(AssertionError, match="not up"):
                server.start()
            assert server.process.returncode == 255
            assert "parse error in config file" in server.log()
        finally:
            server.remove()


def test_start_that_fails_says_why():
    """Also what the core says: it is silent later only."""
    with sample.Peers() as peers, socket.socket() as other:
        server = sample.SampleNode(peers)
        other.bind(server.address)
        other.listen()
        try:
            with pytest.raises(AssertionError, match="not up"):
                server.start()
            assert "Address already in use" in server.log()
        finally:
            server.remove()


def test_crash(new_site):
    """The log is closed and the status is that of Kamailio; the relay, and
    who writes its log, stay."""
    server = new_site().node
    both = set(writers_of(server))
    server.crash()
    assert server.process.returncode == 128 + signal.SIGKILL
    node.wait_until(lambda: len(writers_of(server)) == 1, "end of a writer")
    assert set(writers_of(server)) < both
    os.kill(server.relay_pid(), 0)
    server.start()
    assert len(writers_of(server)) == 2


def test_started_in_the_background():
    """Start and stop write into the same file of RUN_DIR."""
    with sample.Peers() as peers:
        server = sample.SampleNode(peers)
        try:
            for _ in range(2):
                server.run_script("start")
                server.run_script("stop")
                node.wait_until(
                    lambda: not writers_of(server), "end of the writers")
            log = server.log()
            assert log.count("Listening on") == 2
            assert log.count("sctp_core_destroy") == 2
        finally:
            server.remove()


@pytest.mark.parametrize("unit", ["mc-server", "mc-server-media"])
def test_units_bound_the_journal(unit):
    """Lines in a time, and no core dump, also if no script of ours reads
    what is written."""
    text = (node.TOP / "cfg" / f"{unit}.service").read_text()
    settings = dict(re.findall(r"^(\w+)=(.*)$", text, re.M))
    assert settings["LimitCORE"] == "0"
    seconds = int(settings["LogRateLimitIntervalSec"])
    assert int(settings["LogRateLimitBurst"]) / seconds < 100
