# SPDX-License-Identifier: GPL-2.0-or-later
"""Strangers that open TCP connections and do nothing good with them. They run
in a process of their own, so as not to slow down who measures."""
import itertools
import multiprocessing
import resource
import socket
import time

SPARE = 200  # descriptors for all else
# What slow ones say, an octet at a time.
TEXT = b"REGISTER sip:mc.example.org SIP/2.0\r\nX-Slow: " + b"x" * 10000


def _allow(count):
    """Lets this process have that many connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE
    assert hard == resource.RLIM_INFINITY or wanted <= hard, (
        f"this attack needs {wanted} descriptors, the limit is {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class _Connection:
    """One connection, opened again where it was closed."""

    def __init__(self, address, source, slow):
        self.address, self.source, self.slow = address, source, slow
        self.sock, self.said = None, 0

    def open(self):
        """Connects without waiting for it."""
        self.sock, self.said = socket.socket(), 0
        self.sock.setblocking(False)
        self.sock.bind((self.source, 0))
        self.sock.connect_ex(self.address)

    def is_open(self):
        """Looks for an end of the connection, and speaks where it is slow."""
        try:
            if self.slow:
                self.sock.send(TEXT[self.said:self.said + 1])
                self.said += 1
            return bool(self.sock.recv(100))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def look(self, again):
        """One look at it; true if it is up."""
        if self.sock and self.is_open():
            return True
        if self.sock:
            self.sock.close()
            self.sock = None
        if again:
            self.open()
        return False


def _run(connections, up, going):
    """Looks at every connection once a second."""
    _allow(len(connections))
    while True:
        begin = time.monotonic()
        up.value = sum(c.look(going.is_set()) for c in connections)
        time.sleep(max(0.0, begin + 1 - time.monotonic()))


class Strangers:
    """Idle and slow connections from several sources.

    up is how many of them are connected; after stop() none is opened any
    more, and those that are there stay as they are.
    """

    def __init__(self, address, idle, slow, sources):
        around = itertools.cycle(sources)
        connections = [_Connection(address, next(around), number < slow)
                       for number in range(idle + slow)]
        self._up, self._going = multiprocessing.Value(
            "i", 0), multiprocessing.Event()
        self._going.set()
        self._process = multiprocessing.Process(
            target=_run, args=(connections, self._up, self._going),
            daemon=True)

    @property
    def up(self):
        """How many of them were connected a second ago."""
        return self._up.value

    def stop(self):
        """Nothing new from now on; slow ones still speak."""
        self._going.clear()

    def __enter__(self):
        self._process.start()
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.join()
