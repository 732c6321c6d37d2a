# SPDX-License-Identifier: GPL-2.0-or-later
"""That a crash of a node which many tests share is told by the test in which
it happened, and by no other one; so is a client that it leaves there. The order
of tests."""
import os
import re
import socket
import subprocess
import sys

import pytest

import node
import sip

TESTS = """\
import node

SERVER = node.Kamailio(None)
node._running.append(SERVER)


def log(text):
    with SERVER.path("kamailio.log").open("a") as file:
        file.write(text)


def test_before():
    log("0(1) INFO: all is well\\n")


def test_crash():
    log({line!r} + "\\n")


def test_behind():
    log("0(1) INFO: all is well again\\n")


def test_end():
    SERVER.remove()
"""
LINES = {
    "dialog": " 3(7) CRITICAL: dialog [dlg_hash.c:1095]: dlg_unref_helper():"
              " bogus ref -1 with cnt 2",
    "signal": " 0(1) ALERT: <core> [main.c:767]: handle_sigs(): child process"
              " 7 exited by a signal 11",
    "bug": " 2(6) BUG: tm [t_lookup.c:1]: no such thing"}
HARMLESS = " 0(1) CRITICAL: <core> [pass_fd.c:277]: receive_fd(): EOF on 5"


def pytest_says(folder, *options, seed=""):
    """What pytest prints of the tests in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "conftest",
         "-p", "no:cacheprovider", "--rootdir", folder, folder],
        capture_output=True, text=True, check=False, cwd=folder,
        env=dict(os.environ, SEED=seed, PYTHONPATH=os.pathsep.join(
            str(node.TOP / "tests" / name) for name in ("support", "module")))
    ).stdout


def outcomes(folder, line):
    """What pytest says of each of these tests, where one logs a line."""
    (folder / "test_them.py").write_text(TESTS.format(line=line))
    text = pytest_says(folder, "-v")
    return [word.split()[1] for word in text.splitlines()
            if "::test_" in word and "[" in word], text


@pytest.mark.parametrize("text, outcome", [
    ("bogus ref -1", "PASSED"), ("bogus ref -2", "FAILED")])
def test_known_line(tmp_path, text, outcome):
    """What a test says that Kamailio may log is no crash, and that alone."""
    (tmp_path / "test_them.py").write_text(
        f"import pytest\npytestmark = pytest.mark.known_line({text!r})\n"
        + TESTS.format(line=LINES["dialog"]))
    said = re.findall(r"::test_crash (\w+)", pytest_says(tmp_path, "-v"))
    assert said == [outcome]


@pytest.mark.parametrize("kind", LINES)
def test_charged_to_its_test(tmp_path, kind):
    """The others pass; the line is shown."""
    said, text = outcomes(tmp_path, LINES[kind])
    assert said == ["PASSED", "FAILED", "PASSED", "PASSED"]
    assert LINES[kind].strip() in text


def test_pipes_that_close(tmp_path):
    """What processes say when the node stops is no crash."""
    assert outcomes(tmp_path, HARMLESS)[0] == ["PASSED"] * 4


def test_client_whose_connection_was_closed(site):
    """It takes its contact back on another one."""
    alice = site.client("alice", endpoint=sip.TcpEndpoint())
    flow, = alice.endpoint.flows()
    flow.sock.shutdown(socket.SHUT_RDWR)
    node.wait_until(lambda: flow.ended, "end of the connection")
    site.reset()
    assert not site.contacts("alice")


def test_client_that_cannot_be_taken_back(site):
    """This is told once, and its contact and all others are gone."""
    bob, carol = site.client("bob"), site.client("carol")
    bob.endpoint.close()
    with pytest.raises(OSError):
        site.reset()
    site.reset()
    assert not site.contacts("bob") + site.contacts("carol")
    with pytest.raises(OSError):
        carol.endpoint.send_octets(b"x", site.node.address)


def test_random_order(tmp_path):
    """Files come one after the other in the order of the seed, and so do
    their tests; without a seed they come as they are written."""
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text("".join(
            f"def test_{number}():\n    pass\n" for number in range(8)))

    def order(seed):
        text = pytest_says(tmp_path, "--collect-only", "-q", seed=seed)
        return re.findall(r"test_(\w)\.py::test_(\d)", text)

    written = [(name, str(number)) for name in "abcd" for number in range(8)]
    assert order("") == written
    one, two = order("1"), order("2")
    assert one == order("1") and one != two
    for found in (one, two):
        assert found != written and sorted(found) == written
        files = [name for name, _ in found]
        assert len([1 for a, b in zip(files, files[1:]) if a != b]) == 3
