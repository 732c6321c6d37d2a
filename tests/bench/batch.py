#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `mclmr key wrap --batch` takes for many users, from the table to the
files, on all cores: process, tables and all."""
import os
import pathlib
import tempfile
import time

import key_commands

USERS = 10000


def main():
    """Makes a laboratory server and a table, wraps, opens one message."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lab = key_commands.Lab(folder / "kms", at=int(time.time()), periods=1)
        table, out = folder / "table.csv", folder / "out"
        table.write_text("to,key-id,key-hex\n" + "".join(
            f"sip:u{i}@mc.example.org,{i:04x},{os.urandom(32).hex()}\n"
            for i in range(USERS - 1))
            + f"{key_commands.ALICE},ffff,{'5a' * 32}\n")
        table.chmod(0o600)
        begin = time.monotonic()
        key_commands.good("key", "wrap", "--batch", table, "--outdir", out,
                          "--from", key_commands.IWF, "--kmf",
                          key_commands.KMF, "--lmr",
                          "p25", "--purpose", "root", "--alg", "84",
                          *lab.by("iwf"))
        seconds = time.monotonic() - begin
        assert len(list(out.glob("*.mikey"))) == USERS
        message, = out.glob("*.ffff.*")
        assert key_commands.answer("key", "unwrap", *lab.by("alice"),
                                   "--reveal",
                                   message)["key"] == "5a" * 32
    print(f"  {USERS} users, table to files, on {os.cpu_count()} cores"
          f" {seconds:9.2f} s")


if __name__ == "__main__":
    main()
