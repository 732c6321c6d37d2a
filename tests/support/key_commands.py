# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of mclmr, those on keys above all: how tests run them, and a
key management server with users, made by them."""
import os
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
TOOL = os.environ.get("MCLMR_TOOL", str(TOP / "build/test/mclmr"))
DATA = TOP / "tests" / "data"
CERT = DATA / "kms-cert-own.xml"
ALICE_KEYS = DATA / "kms-keys-alice-own.xml"
IWF_KEYS = DATA / "kms-keys-iwf-own.xml"
PERIOD = 2592000
NTP_UNIX = 2208988800

KMS = "kms.mc.example.org"
IWF = "sip:iwf@iwf.example.org"
ALICE = "sip:alice@mc.example.org"
BOB = "sip:bob@mc.example.org"
KMF = "sip:kmf1@iwf.example.org"


def run(*arguments, stdin=b"", timeout=120):
    """The tool's exit code, standard output and standard error."""
    done = subprocess.run([TOOL, *map(str, arguments)], input=stdin,
                          capture_output=True, timeout=timeout, check=False)
    assert b"Sanitizer" not in done.stderr, done.stderr.decode()
    assert b"runtime error" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout, done.stderr.decode()


def fields(out):
    """Lines name=value as pairs."""
    return [tuple(line.split("=", 1)) for line in out.decode().splitlines()]


def good(*arguments, stdin=b""):
    """Standard output of a run that has to end well."""
    code, out, err = run(*arguments, stdin=stdin)
    assert code == 0, err
    return out


def answer(*arguments, stdin=b""):
    """The lines of a run that has to end well, as a dict."""
    return dict(fields(good(*arguments, stdin=stdin)))


def refused(*arguments, stdin=b"", code=1):
    """The complaint of a run that is refused and prints nothing."""
    got, out, err = run(*arguments, stdin=stdin)
    assert (got, out) == (code, b""), err
    assert err.startswith("mclmr: ") or code == 2
    return err


def vectors():
    """The vectors of messages A, B and C."""
    lines = (DATA / "imessage-own.txt").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines
                if "=" in line and not line.startswith("#"))


class Lab:
    """A key management server with users, made by the command line."""

    def __init__(self, folder, at="2026-01-01T00:00:00Z", periods=2):
        self.folder = folder
        self.at = at
        good("kms", "init", "--uri", KMS, "--period", PERIOD, "--offset", 0,
             "--out", folder)
        for name, user in ("alice", ALICE), ("bob", BOB), ("iwf", IWF):
            self.user(name, user, periods)

    def user(self, name, user, periods=1):
        """Writes the keys of a user to name.xml."""
        good("kms", "user", "--dir", self.folder, "--user", user, "--at",
             self.at, "--periods", periods, "--out", self.keys(name))

    def keys(self, name):
        """The file of a user's keys."""
        return self.folder / f"{name}.xml"

    @property
    def cert(self):
        """The file of the certificate."""
        return self.folder / "cert.xml"

    def by(self, name):
        """The options for what a user does."""
        return ["--keys", self.keys(name), "--cert", self.cert]
