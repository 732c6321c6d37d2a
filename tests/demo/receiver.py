# SPDX-License-Identifier: GPL-2.0-or-later
"""A receiver of the demo: answers 200 and keeps what it read, octet for octet.

Usage: receiver.py ADDRESS PORT FOLDER. Prints the port when it listens (0
takes a free one); each MESSAGE goes to a file of its own, named by the time it
came.
"""
import pathlib
import signal
import socket
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
import sip  # noqa: E402


def keep(folder, octets):
    """Writes one datagram; the file appears whole."""
    name = f"{time.time_ns()}.msg"
    (folder / name).with_suffix(".part").write_bytes(octets)
    (folder / name).with_suffix(".part").rename(folder / name)


def serve(sock, folder):
    """Reads datagrams until the process is stopped."""
    while True:
        octets, peer = sock.recvfrom(65536)
        message = sip.Message.parse(octets)
        if not message.is_request:
            continue
        if message.method == "MESSAGE":
            keep(folder, octets)
        sock.sendto(bytes(sip.response(message, 200)), peer)


def main():
    """Binds, says where, serves."""
    address, port, folder = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, int(port)))
        print(sock.getsockname()[1], flush=True)
        serve(sock, pathlib.Path(folder))


if __name__ == "__main__":
    main()
