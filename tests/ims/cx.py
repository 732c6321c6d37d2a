# SPDX-License-Identifier: GPL-2.0-or-later
"""What a home subscriber server answers on Cx (TS 29.228, 29.229).

It knows the users of a file: each subscription has private identities, which
prove themselves by their passwords, and one implicit set of public ones.
"""
import hashlib
import json
import re
from xml.sax.saxutils import escape

from diameter import IMS, avp, find

APPLICATION = 16777216
USER_AUTHORIZATION, SERVER_ASSIGNMENT = 300, 301
LOCATION_INFO, MULTIMEDIA_AUTH = 302, 303

# AVPs of RFC 6733 and of TS 29.229.
USER_NAME, APPLICATION_ID, APPLICATION_IDS, VENDOR_ID = 1, 258, 260, 266
RESULT, EXPERIMENTAL, EXPERIMENTAL_CODE = 268, 297, 298
PUBLIC_IDENTITY, SERVER_NAME, USER_DATA, AUTH_ITEMS = 601, 602, 606, 607
AUTH_SCHEME, AUTH_ITEM, ITEM_NUMBER, ASSIGNMENT = 608, 612, 613, 614
CHARGING, CHARGING_FUNCTION, DIGEST = 618, 621, 635
REALM, QOP, ALGORITHM, HA1 = 104, 110, 111, 121

SUCCESS, UNABLE_TO_COMPLY = 2001, 5012
FIRST_REGISTRATION, SUBSEQUENT_REGISTRATION = 2001, 2002
USER_UNKNOWN, IDENTITIES_DO_NOT_MATCH, NOT_REGISTERED = 5001, 5002, 5003
# Server-Assignment-Type: what registers a user; what asks for the profile of
# one who is not registered; all others end a registration.
REGISTRATIONS, PROFILE_ONLY = (1, 2), (0, 3)


def done(*more):
    """The AVPs of success."""
    return [avp(RESULT, SUCCESS), *more]


def outcome(code, *more):
    """The AVPs of a result that Cx defines."""
    return [avp(EXPERIMENTAL, [avp(VENDOR_ID, IMS),
                               avp(EXPERIMENTAL_CODE, code)]), *more]


def ims(code, value):
    """An AVP of TS 29.229."""
    return avp(code, value, IMS)


class Subscription:
    """Users with one implicit set of public identities."""

    def __init__(self, passwords, public):
        self.passwords, self.public = passwords, public
        self.server = None  # the S-CSCF, if registered

    def profile(self, private, criteria):
        """The user profile (TS 29.228 annex B and E) of one of them."""
        identities = "".join(
            f"<PublicIdentity><Identity>{escape(identity)}</Identity>"
            "</PublicIdentity>" for identity in self.public)
        return ('<?xml version="1.0" encoding="UTF-8"?><IMSSubscription>'
                f"<PrivateID>{escape(private)}</PrivateID><ServiceProfile>"
                f"{identities}{criteria}</ServiceProfile></IMSSubscription>")


class Home:
    """The home network's data, and its answers.

    users: the path of the file of users; criteria: that of the initial
    filter criteria; server: the application server's URI, which replaces
    every one in the criteria and serves the PSIs; scscf: URI of the S-CSCF.
    """

    def __init__(self, users, criteria, server, scscf):
        with open(users, encoding="utf-8") as file:
            data = json.load(file)
        self.realm, self.scscf = data["realm"], scscf
        self.services = {psi: server for psi in data["services"]}
        self.subscriptions = {}
        for entry in data["subscriptions"]:
            made = Subscription(entry["private"], entry["public"])
            self.subscriptions.update(dict.fromkeys(made.public, made))
        with open(criteria, encoding="utf-8") as file:
            self.criteria = "".join(re.findall(
                r"<InitialFilterCriteria>.*?</InitialFilterCriteria>",
                re.sub("(<ServerName>)[^<]*", rf"\g<1>{escape(server)}",
                       file.read()), re.S))

    def answer(self, command, avps):
        """The AVPs that answer a command, after those that every answer
        has."""
        public = find(avps, PUBLIC_IDENTITY, IMS).decode()
        private = find(avps, USER_NAME).decode()
        if command == LOCATION_INFO and public in self.services:
            return done(ims(SERVER_NAME, self.services[public]))
        found = self.subscriptions.get(public)
        # Without both identities in it the core hides why it was refused.
        echo = [avp(USER_NAME, private), ims(PUBLIC_IDENTITY, public)] \
            if command == MULTIMEDIA_AUTH else []
        if found is None:
            return outcome(USER_UNKNOWN, *echo)
        if command == LOCATION_INFO:
            return self._locate(found)
        if command == SERVER_ASSIGNMENT:
            kind = int.from_bytes(find(avps, ASSIGNMENT, IMS), "big")
            return self._assign(found, kind, find(avps, SERVER_NAME, IMS))
        if private not in found.passwords:
            return outcome(IDENTITIES_DO_NOT_MATCH, *echo)
        if command == USER_AUTHORIZATION:
            return self._authorize(found)
        if command == MULTIMEDIA_AUTH:
            return done(*echo, *self._challenge(
                private, found.passwords[private]))
        return [avp(RESULT, UNABLE_TO_COMPLY)]

    def _authorize(self, found):
        """May a user register: the S-CSCF for it."""
        code = SUBSEQUENT_REGISTRATION if found.server else FIRST_REGISTRATION
        return outcome(code, ims(SERVER_NAME, found.server or self.scscf))

    def _challenge(self, private, password):
        """What a digest of RFC 2617 is compared with; the S-CSCF makes the
        nonce."""
        secret = f"{private}:{self.realm}:{password}".encode()
        digest = [avp(REALM, self.realm), avp(ALGORITHM, "MD5"),
                  avp(QOP, "auth"), avp(HA1, hashlib.md5(secret).hexdigest())]
        return [ims(AUTH_ITEMS, 1), ims(AUTH_ITEM, [
            ims(ITEM_NUMBER, 1), ims(AUTH_SCHEME, "SIP Digest"),
            ims(DIGEST, digest)])]

    def _assign(self, found, kind, server):
        """Keeps which S-CSCF serves a user, and gives the profile."""
        private = next(iter(found.passwords))
        if kind in REGISTRATIONS:
            found.server = server.decode()
        elif kind not in PROFILE_ONLY:
            found.server = None
            return done(avp(USER_NAME, private))
        return done(avp(USER_NAME, private),
                    ims(USER_DATA, found.profile(private, self.criteria)),
                    ims(CHARGING, [ims(CHARGING_FUNCTION,
                                       f"aaa://ccf.{self.realm}")]))

    def _locate(self, found):
        """Which S-CSCF serves a user."""
        if not found.server:
            return outcome(NOT_REGISTERED)
        return done(ims(SERVER_NAME, found.server))
