#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A stand-in for a home subscriber server, for a core on one machine: what
I- and S-CSCF ask on Cx, over Diameter on TCP. It keeps nothing on disk."""
import argparse
import socket
import socketserver
import sys

import cx
import diameter
from diameter import IMS, avp, find

CAPABILITIES, WATCHDOG, DISCONNECT = 257, 280, 282
SESSION_ID, SESSION_STATE, NO_STATE = 263, 277, 1
HOST, HOST_ADDRESS, REALM = 264, 257, 296
SUPPORTED_VENDOR, PRODUCT = 265, 269
UNSUPPORTED = 3001  # a command that it does not know

APPLICATION = avp(cx.APPLICATION_IDS, [
    avp(cx.VENDOR_ID, IMS), avp(cx.APPLICATION_ID, cx.APPLICATION)])
COMMANDS = {cx.USER_AUTHORIZATION, cx.SERVER_ASSIGNMENT, cx.LOCATION_INFO,
            cx.MULTIMEDIA_AUTH}


class Connection(socketserver.StreamRequestHandler):
    """One of the CSCFs."""

    def handle(self):
        """Answers until it ends, or says what is no Diameter."""
        try:
            while (message := diameter.read_message(self.rfile)) is not None:
                if message.flags & diameter.REQUEST:
                    self.wfile.write(bytes(self._answer(message)))
                if message.command == DISCONNECT:
                    return
        except (OSError, ValueError) as error:
            print(f"hss: a connection ends: {error}", file=sys.stderr)

    def _answer(self, message):
        """The answer to one request."""
        avps, command = message.avps(), message.command
        known = [avp(HOST, self.server.host),
                 avp(REALM, self.server.home.realm)]
        if command in COMMANDS:
            return message.answered(
                avp(SESSION_ID, find(avps, SESSION_ID)), APPLICATION,
                avp(SESSION_STATE, NO_STATE), *known,
                *self._cx(command, avps))
        if command == CAPABILITIES:
            return message.answered(*cx.done(), *known, *self._capabilities())
        if command in (WATCHDOG, DISCONNECT):
            return message.answered(*cx.done(), *known)
        return message.answered(avp(cx.RESULT, UNSUPPORTED), *known)

    def _capabilities(self):
        """Who we are and what we speak."""
        address = b"\0\1" + socket.inet_aton(self.server.host)
        return (avp(HOST_ADDRESS, address), avp(cx.VENDOR_ID, IMS),
                avp(PRODUCT, "HSS stand-in"), avp(SUPPORTED_VENDOR, IMS),
                avp(cx.APPLICATION_ID, cx.APPLICATION), APPLICATION)

    def _cx(self, command, avps):
        """The home network's answer, which is told."""
        public = find(avps, cx.PUBLIC_IDENTITY, IMS).decode()
        answer = self.server.home.answer(command, avps)
        print(f"hss: {command} {public}", file=sys.stderr)
        return answer


class Server(socketserver.ThreadingTCPServer):
    """Listens at one address."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host, port, home):
        self.host, self.home = host, home
        super().__init__((host, port), Connection)


def main():
    """Runs until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="ADDRESS:PORT")
    for name, what in (("users", "file of users"),
                       ("criteria", "file of initial filter criteria"),
                       ("server", "URI of the application server"),
                       ("scscf", "URI of the S-CSCF")):
        parser.add_argument(f"--{name}", required=True, help=what)
    given = parser.parse_args()
    host, _, port = given.listen.rpartition(":")
    home = cx.Home(given.users, given.criteria, given.server, given.scscf)
    with Server(host, int(port), home) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
