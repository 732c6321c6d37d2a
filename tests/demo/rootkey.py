#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An LMR root key on its way to one user alone.

An IWF wraps alice's P25 root key; alice opens it; bob, a changed message and
another key period are refused. Exits non-zero if one of them comes out
otherwise.
"""
import argparse
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
PERIOD = 2592000
IWF = "sip:iwf@iwf.example.org"
ALICE = "sip:alice@mc.example.org"


class Failed(Exception):
    """A step came out otherwise than it has to."""


class Demo:
    """The steps, with the tool and the laboratory server in a folder."""

    def __init__(self, tool, folder):
        self.tool = tool
        self.folder = folder
        self.kms = folder / "kms"

    def run(self, *arguments):
        """Exit code and what the tool printed."""
        done = subprocess.run([self.tool, *map(str, arguments)],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def lab(self):
        """The key management server with its users."""
        subprocess.run([TOP / "tools" / "lab.sh"], check=True,
                       stdout=subprocess.DEVNULL, env={
                           **os.environ, "RUN_DIR": str(self.folder),
                           "MCLMR": self.tool})
        print("lab: key management server kms.mc.example.org, key period of "
              "30 days")

    def keys(self, name):
        """The options for what a user does."""
        return ["--keys", self.kms / f"{name}.xml", "--cert",
                self.kms / "cert.xml"]

    def wrap(self, key):
        """The message with alice's root key."""
        (self.folder / "key").write_bytes(key)
        path = self.folder / "message"
        code, _, err = self.run(
            "key", "wrap", "--from", IWF, "--to", ALICE, "--kmf",
            "sip:kmf1@iwf.example.org", "--lmr", "p25", "--purpose", "root",
            "--alg", "84", "--key-id", "0001", "--key", self.folder / "key",
            *self.keys("iwf"), "--out", path)
        if code != 0:
            raise Failed(f"wrap: {err}")
        print(f"wrap: {IWF} made {path.stat().st_size} octets for {ALICE}")
        return path.read_bytes()

    def unwrap(self, name, message, *options):
        """Exit code, the key that came out, and why none did."""
        (self.folder / "in").write_bytes(message)
        out = self.folder / "out"
        out.unlink(missing_ok=True)
        code, _, err = self.run(
            "key", "unwrap", *self.keys(name), "--from", IWF, "--state",
            self.folder / f"{name}.state", "--out", out, *options,
            self.folder / "in")
        return code, out.read_bytes() if out.exists() else None, err.strip()

    def opens(self, message, key):
        """Alice gets the key."""
        code, got, err = self.unwrap("alice", message)
        if (code, got) != (0, key):
            raise Failed(f"alice did not get her key: {err}")
        print("unwrap: alice has the 32 octets that were wrapped")

    def refuses(self, what, name, message, *options):
        """The key is not given out."""
        code, got, err = self.unwrap(name, message, *options)
        if (code, got) != (1, None):
            raise Failed(f"{what}: not refused")
        print(f"refused, {what}: {err.removeprefix('mclmr: ')}")


def flipped(message):
    """The message with one bit of one octet changed."""
    octets = bytearray(message)
    octets[secrets.randbelow(len(octets))] ^= 1 << secrets.randbelow(8)
    return bytes(octets)


def main():
    """Runs the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", default=str(TOP / "modules/mclmr/mclmr"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rootkey-") as folder:
        demo = Demo(arguments.tool, pathlib.Path(folder))
        demo.lab()
        key = secrets.token_bytes(32)
        message = demo.wrap(key)
        demo.opens(message, key)
        demo.refuses("bob", "bob", message)
        demo.refuses("one octet changed", "alice", flipped(message))
        later = int(os.stat(demo.folder / "message").st_mtime) + 2 * PERIOD
        demo.refuses("another key period", "alice", message, "--at", later)
    print("demo: only alice could open it")


if __name__ == "__main__":
    try:
        main()
    except (Failed, OSError, subprocess.CalledProcessError) as wrong:
        sys.exit(f"demo: {wrong}")
