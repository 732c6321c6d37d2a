#!/usr/bin/python3 -IS
# SPDX-License-Identifier: GPL-2.0-or-later
"""Copies lines of a log from standard input, so that no flood fills a disk.

Usage: tools/bounded_log.py [FILE]

Each line gets the time, is cut at 1,024 octets and carries no control
characters. 256 KiB are written in a minute; what is beyond is counted, and
the number is told when the minute is over. FILE is renamed to FILE.1 before it
outgrows its limit, FILE.1 to FILE.2 and so on. Without FILE the lines go to
standard output.

It ends when the last process that could write to it has ended, and not before:
signals that end a node are ignored.

Environment: LOG_LIMIT, KiB in a minute, 0 for no limit; LOG_SIZE, MiB of a
file; LOG_FILES, how many old ones are kept.
"""
import os
import select
import signal
import sys
import time

LINE = 1024
MINUTE = 60.0
CONTROL = bytes(range(32)) + b"\x7f"
CLEAN = bytes.maketrans(CONTROL, b"?" * len(CONTROL))


def setting(name, default):
    """A number of the environment; the default if it is none."""
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else default


class Output:
    """Standard output. What cannot be written is lost: a full disk or a
    reader that went away stops no node."""

    def __init__(self, descriptor=1):
        self.descriptor = descriptor

    def write(self, octets):
        """Writes all of this, or as much as can be."""
        try:
            while octets:
                octets = octets[os.write(self.descriptor, octets):]
        except OSError:
            pass


class RotatedFile(Output):
    """A file with its older parts beside it."""

    def __init__(self, path, size, count):
        super().__init__(None)
        self.path, self.size, self.count = path, size, count
        self._open()

    def write(self, octets):
        """The same, in a new file if this one would be too large."""
        if os.fstat(self.descriptor).st_size + len(octets) > self.size:
            self._rotate()
        super().write(octets)

    def _open(self):
        self.descriptor = os.open(
            self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _rotate(self):
        """Makes room; if that is refused the file is emptied."""
        names = [self.path] + [
            f"{self.path}.{n}" for n in range(1, self.count + 1)]
        try:
            for older, newer in zip(names[:0:-1], names[-2::-1]):
                if os.path.exists(newer):
                    os.replace(newer, older)
            old = self.descriptor
            self._open()
            os.close(old)
        except OSError:
            pass
        if os.fstat(self.descriptor).st_size > 0:
            os.ftruncate(self.descriptor, 0)


class BoundedLog:
    """Lines that may be written within a minute, and those left out."""

    def __init__(self, output, limit, clock=time.monotonic):
        self.output, self.limit, self.clock = output, limit, clock
        self.end = None  # of the minute
        self.left = limit
        self.dropped = 0
        self.rest = b""  # of a line that is not complete
        self.cutting = False  # the rest of a line that is too long

    def feed(self, octets):
        """Takes what was read."""
        self.tick()
        *lines, rest = octets.split(b"\n")
        ready = []
        for line in lines:
            if not self.cutting:
                ready.append(self._line(self.rest + line))
            self.rest, self.cutting = b"", False
        if not self.cutting:
            self.rest += rest
            if len(self.rest) > LINE:
                ready.append(self._line(self.rest))
                self.rest, self.cutting = b"", True
        if any(ready):
            self.output.write(b"".join(ready))

    def tick(self):
        """Begins a new minute if it is time for one."""
        if self.end is None or self.clock() >= self.end:
            self._tell()
            self.end, self.left = self.clock() + MINUTE, self.limit

    def wait(self):
        """How long nothing has to be done; None: until something comes."""
        return max(0, self.end - self.clock()) if self.dropped else None

    def close(self):
        """Nothing comes any more."""
        if self.rest:
            self.feed(b"\n")
        self._tell()

    def _line(self, octets):
        """A line as it is written; nothing if there is no room for it."""
        if not octets.strip():
            return b""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()).encode()
        line = (stamp + octets.translate(CLEAN))[:LINE - 1] + b"\n"
        if self.limit and (self.dropped or len(line) > self.left):
            self.dropped += 1
            return b""
        self.left -= len(line)
        return line

    def _tell(self):
        """Says how much is missing."""
        dropped, self.dropped, self.left = self.dropped, 0, self.limit
        if dropped:
            self.output.write(self._line(b"%d lines left out" % dropped))


def copy(log):
    """From standard input, until its end."""
    while True:
        if select.select([0], [], [], log.wait())[0]:
            octets = os.read(0, 65536)
            if not octets:
                return
            log.feed(octets)
        else:
            log.tick()


def main(path=None):
    """Standard input to a file or to standard output."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP,
                   signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    output = RotatedFile(path, setting("LOG_SIZE", 16) << 20, setting(
        "LOG_FILES", 4)) if path else Output()
    log = BoundedLog(output, setting("LOG_LIMIT", 256) << 10)
    copy(log)
    log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
