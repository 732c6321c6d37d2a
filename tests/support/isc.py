# SPDX-License-Identifier: GPL-2.0-or-later
"""The S-CSCF of an IMS core in front of its application server, the node: what
a real one wrote, field for field (Kamailio's module ims_isc)."""
import re

import mc
import sample
import sip

REALM = "ims.example.org"
ORIG, TERM = "orig", "term"
TEL = "tel:+15550001"


LONG = (65, 159, 255)  # octets of identities; of rows these are the most
# Those of tests/support/sample.py.
EXTRA = ("mute", "deaf", "abroad", "partner")


def impu(user):
    """The public identity of a user of the IMS sample; a URI stays."""
    return user if ":" in user else f"sip:{user}@{REALM}"


def identity(uri):
    """The public identity there of a user of the other sample; what is no
    user's stays. (Two share that of their car.)"""
    user, _, host = uri.removeprefix("sip:").partition("@")
    if host != mc.DOMAIN or user.startswith("mc-"):
        return uri
    return impu("car7" if user in ("bob", "carol") else user)


def long_impu(size):
    """A public identity of so many octets."""
    return impu("u" * (size - len(impu(""))))


def node_of_core(peers, extra="", options=(), changes=(), **settings):
    """The node with mc-as.cfg, on which a registration ends at once; the second
    IWF is not in the trust domain. extra: more of its configuration; settings:
    more for tools/node.sh."""
    return sample.SampleNode(
        peers, config="mc-as.cfg", extra=sample.CHANGING + extra,
        env={"DEREG_GRACE": "0", **settings},
        sql=["UPDATE mc_iwf_kmfs SET trusted = 0 WHERE peer_set = 2",
             *(f"UPDATE mc_iwf_users SET impu = '{impu(user)}'"
               f" WHERE person = '{user}'" for user in EXTRA),
             *sample.users_sql(**{f"long{n}": {"impu": long_impu(n)}
                                  for n in LONG})],
        options=options, changes=changes)


class Core:
    """The S-CSCF at the place of the sample's core."""

    def __init__(self, site):
        self.site, self.endpoint = site, site.core

    @property
    def uri(self):
        """Its own URI."""
        return f"sip:{self.endpoint.hostport}"

    @property
    def server(self):
        """The node as the ServerName of a filter criterion."""
        host, port = self.site.node.address
        return f"sip:{host}:{port}"

    def mark(self, user, session=ORIG):
        """The Route by which it finds a request again."""
        direction = 0 if session == ORIG else 1
        return (f"<sip:iscmark@{self.endpoint.hostport};lr;s=1;h=1"
                f";d={direction};a={impu(user).encode().hex()}>")

    def third_party(self, user, expires=720, **fields):
        """Its REGISTER for a user."""
        message = sip.Message(f"REGISTER {self.server} SIP/2.0", [
            ("To", f"<{impu(user)}>"),
            ("From", f"<{self.uri}>;tag={sip.token()}"),
            ("CSeq", "10 REGISTER"),
            ("Call-ID", f"{sip.token()}@127.0.0.5"),
            ("Event", "registration"), ("Max-Forwards", "10"),
            ("Expires", str(expires)),
            ("Path", f"<{self.uri};lr>,<sip:term@127.0.0.8:5060;lr>"),
            ("Contact", f"<{self.uri}>"),
            ("P-Visited-Network-ID", REALM),
            ("P-Associated-URI", f"<{impu(user)}, {TEL}>"
             if user == "alice" else f"<{impu(user)}>")])
        for name, value in fields.items():
            message.drop(name)
            if value is not None:
                message.add(name, value)
        return message

    def register(self, user, expires=720, **fields):
        """The answer to it."""
        return self.endpoint.ask(self.third_party(user, expires, **fields),
                                 self.site.node.address)

    def hand(self, message, user, session=ORIG, served=True):
        """The request as it hands it over, with the Routes on top."""
        message.headers.insert(0, (
            "Route", f"<{self.server};lr>, {self.mark(user, session)}"))
        if served:
            message.headers.insert(1, (
                "P-Served-User",
                f"<{impu(user)}>;sescase={session};regstate=reg"))
        return message

    def ask(self, message, user, session=ORIG, **how):
        """The answer to what it hands over."""
        return self.endpoint.ask(self.hand(message, user, session, **how),
                                 self.site.node.address)

    def back(self, got):
        """What came, as its next filter criterion hands it over again: the
        same below a Via of its own."""
        message = got.copy()
        message.headers = [(n, v) for n, v in message.headers
                           if n.lower() != "route"]
        forwards = int(message.get("Max-Forwards"))
        return message.set("Max-Forwards", str(forwards - 1))


def message_of(user, payload=b"x", **what):
    """An IWF short message of a user of the IMS sample, as P-CSCF and S-CSCF
    leave it."""
    message = mc.core_message(user, payload, **what)
    message.set("P-Asserted-Identity", f"<{impu(user)}>")
    message.set("From", f"<{impu(user)}>;tag={sip.token()}")
    return message


def text(sender, target, method="MESSAGE"):
    """An ordinary request between users."""
    return sip.request(method, target, impu(sender), target, [
        ("P-Asserted-Identity", f"<{impu(sender)}>"),
        ("P-Charging-Vector", "icid-value=1; icid-generated-at=127.0.0.8"),
        ("Content-Type", "text/plain")], b"hello")


def marks(message):
    """The marks of the node in the Via fields of a message."""
    return re.findall(r";mcs=([^;,]+)", ",".join(message.all("Via")))
