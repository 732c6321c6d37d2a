# SPDX-License-Identifier: GPL-2.0-or-later
"""A real IMS core for tests, and the clients that register with it.

Its addresses are those of the sample, its ports are free ones: several cores
run side by side.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import mc
import node
import sip

DOMAIN = "ims.example.org"
TEL = "tel:+15550001"  # of alice
CAR7 = f"sip:car7@{DOMAIN}"  # of bob and carol
SCSCF, ICSCF, PCSCF = "127.0.0.5", "127.0.0.15", "127.0.0.16"
# Kamailio's own words for a process that fell over.
_CRASH = re.compile(r"core was (not )?generated|exited by a signal")


def impu(user):
    """The public identity of a user of the sample."""
    return f"sip:{user}@{DOMAIN}"


def own(client, message):
    """A request as a client of the core writes it."""
    message.set("From", f"<{client.public}>;tag={sip.token()}")
    return message.set("Contact", f"<sip:{client.endpoint.hostport}>")


def wait_registered(server, user, registered=True):
    """Returns when the node knows of a registration, or of its end: it is
    told beside the client's answer."""
    def known():
        verdict = server.rpc("mc_iwf.explain", mc.IWF1, "mcptt",
                             mc.mc_id(user))["verdict"]
        return (verdict != "target_unregistered") == registered
    node.wait_until(known, f"{user} registered: {registered}", sip.TIMEOUT)


class Core(node.Started):
    """HSS, I-, S- and P-CSCF around an application server."""

    def __init__(self, server, iwf):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ims-"))
        self.port = node.free_port()
        self.environment = dict(
            os.environ, IMS_DIR=str(self.folder), IMS_PORT=str(self.port),
            DIAMETER_PORT=str(node.free_port()), IWF_URI=f"sip:{iwf}",
            AS_URI=f"sip:{server}", KAMAILIO_BIN=node.KAMAILIO_BIN,
            KAMAILIO_LIBDIR=node.KAMAILIO_LIBDIR, KAMCMD=node.KAMCMD)
        self.pcscf, self.scscf, self.icscf = (
            (address, self.port) for address in (PCSCF, SCSCF, ICSCF))

    def run(self, *words, **environment):
        """What tools/ims.sh says, and its status."""
        return subprocess.run(
            [f"{node.TOP}/tools/ims.sh", *words], text=True, timeout=200,
            capture_output=True, env=dict(self.environment, **environment))

    def start(self, *parts):
        """Starts all of it, or some parts; returns when they answer."""
        done = self.run("start", *parts)
        assert done.returncode == 0, done.stderr
        return self

    def stop(self, *parts):
        """Stops it; fails if one of its processes has crashed."""
        done = self.run("stop", *parts)
        assert done.returncode == 0, done.stderr
        crashes = [line for log in self.folder.glob("*.log") for line in
                   log.read_text(errors="replace").splitlines()
                   if _CRASH.search(line)]
        assert not crashes, "\n".join(crashes)

    def remove(self):
        """Ends what still runs, and removes its folder."""
        self.run("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def pids(self):
        """The first process of each part, by its name."""
        return {path.stem: int(path.read_text())
                for path in self.folder.glob("*.pid")}

    def route(self, address=SCSCF):
        """A Route to one of its servers."""
        return ("Route", f"<sip:{address}:{self.port};lr>")


class Client:
    """A user's device, registered through the P-CSCF."""

    def __init__(self, core, user, public=None, private=None):
        self.core, self.user = core, user
        self.public = public or impu(user)
        self.private = private or f"{user}@{mc.DOMAIN}"
        self.endpoint = sip.UdpEndpoint()
        self.registered = False

    def ask(self, message):
        """The answer to what goes to the P-CSCF."""
        return self.endpoint.ask(message, self.core.pcscf)

    def try_register(self, expires=600, parts=(), password=None):
        """Proves who it is, as TS 24.229 5.1.1.2 wants; the answer. What is
        sent last is kept."""
        realm = f"sip:{DOMAIN}"
        message = sip.request("REGISTER", realm, self.public, self.public, [
            ("Contact", f"<sip:{self.endpoint.hostport}>"
                        f"{mc.contact_tags('mcptt')}"),
            ("Expires", str(expires))])
        if parts:
            mc.with_parts(message, parts)
        first = message.copy().add("Authorization", (
            f'Digest username="{self.private}", realm="{mc.DOMAIN}", '
            f'nonce="", uri="{realm}", response=""'))
        reply = self.ask(first)
        # The S-CSCF sends a challenge before it keeps it: an answer that is
        # too early gets another one, on a busy machine several times.
        end = time.monotonic() + sip.TIMEOUT
        while reply.code == 401 and time.monotonic() < end:
            reply = self.ask(sip.with_credentials(
                message, reply, self.private,
                password or f"{self.user}-secret"))
        return reply

    def register(self, expires=600, parts=()):
        """Registers; itself."""
        reply = self.try_register(expires, parts)
        assert reply.code == 200, reply.start
        self.registered = expires > 0
        return self

    def message(self, body, uri=mc.ORIG, method="MESSAGE", headers=()):
        """A request of its user, with the feature tags of MCPTT."""
        found = sip.request(method, uri, self.public, uri, [
            ("Contact", f"<sip:{self.endpoint.hostport}>"),
            *mc.accept_contact("mcptt"),
            ("Content-Type", mc.INTERWORKING), *headers], body)
        return found

    def leave(self):
        """Takes its contact back and closes its socket."""
        try:
            if self.registered:
                self.register(expires=0)
        finally:
            self.endpoint.close()
