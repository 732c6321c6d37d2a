# SPDX-License-Identifier: GPL-2.0-or-later
"""By which way a request of a user or of an IWF comes to a node: from them and
from a core that asserts, as to a registrar; or over ISC, in the session case of
who sends or of who is called."""
import collections

import calls
import isc
import mc
import sip
import user_agent

Case = collections.namedtuple("Case", "session served iwf")

# Session case of the S-CSCF's mark (none: the I-CSCF, which has no mark), whether
# P-Served-User says it too, and whether what is of an IWF comes by the core.
ISC = {"orig": Case(isc.ORIG, True, False),
       "orig-by-route": Case(isc.ORIG, False, True),
       "term": Case(isc.TERM, True, True),
       "icscf": Case(None, False, True)}


class Straight:
    """To a node with clients of its own."""

    def __init__(self, site, name):
        self.site, self.name = site, name

    def identity(self, uri):
        """What a user of the sample is called there."""
        return uri

    def register(self, user):
        """A user has a device, and the node knows it."""
        self.site.client(user)

    def ask(self, source, message):
        """The answer to what one of the peers sends over TCP."""
        with sip.TcpEndpoint(getattr(self.site, source).address[0]) as own:
            return own.ask(message, self.site.node.address)

    def receivers(self):
        """Who could be sent to."""
        return [self.site.iwf1, self.site.iwf2,
                *(client.endpoint for client in self.site.clients)]

    def dialling(self):
        """Makes lines."""
        return calls.dialling(self.site)

    def reset(self):
        """As it was."""
        self.site.reset()


class OverIsc(Straight):
    """To an application server."""

    def __init__(self, site, name):
        super().__init__(site, name)
        self.case, self.core = ISC[name], isc.Core(site)
        self.registered = []

    def identity(self, uri):
        return isc.identity(uri)

    def register(self, user):
        public = isc.identity(mc.impu(user))
        assert self.core.register(public, **{
            "P-Associated-URI": f"<{public}>"}).code == 200
        self.registered.append(public)

    def hand(self, message):
        """The request as the core hands it over. It serves who is asserted,
        alice if no one is, or the PSI that is called."""
        case, server = self.case, self.core.server
        if case.session is None:
            message.headers.insert(0, ("Route", f"<{server}>"))
            return message
        asserted = message.get("P-Asserted-Identity", "<alice>").strip("<>")
        user = asserted if case.session == isc.ORIG else message.uri
        return self.core.hand(message, user, case.session, case.served)

    def ask(self, source, message):
        if source != "core" and not self.case.iwf:
            return super().ask(source, message)
        return super().ask("core", self.hand(message))

    def receivers(self):
        return [self.site.iwf1, self.site.iwf2, self.site.core]

    def dialling(self):
        return calls.dialling(self.site, line=lambda *form: IscLine(
            self, *form))

    def reset(self):
        for public in self.registered:
            assert self.core.register(public, expires=0).code == 200
        self.registered.clear()
        super().reset()


class IscLine(calls.Line):
    """A caller and a callee, users among them by the core."""

    def __init__(self, way, *form):
        self.way = way
        super().__init__(way.site, *form)
        self.user = None

    def _endpoint(self, name):
        endpoint = getattr(self.site, name, None)
        if endpoint is None:
            self.way.register(name)
            endpoint = self.site.core
        endpoint.script = user_agent.manners
        return endpoint

    def dial(self, sdp=b"", message=None):
        if message is None:
            message = self.form.invite(self.offer() if sdp == b"" else sdp)
        own = self.form.caller in ("iwf1", "iwf2")
        if not own:
            public = isc.identity(mc.impu(self.form.caller))
            message.set("From", f"<{public}>;tag={sip.token()}")
            message.set("P-Asserted-Identity", f"<{public}>")
            message.drop("P-Preferred-Service")
        if not own or self.way.case.iwf:
            self.caller = self.site.core
            self.way.hand(message)
        return user_agent.Outgoing(
            self.caller, self.node.address, message).start()


WAYS = ["sample", "native", "kemi", "drop_in", *ISC]


def of(request, name):
    """The way of this name, by the fixtures of the sites."""
    if name in ISC:
        return OverIsc(request.getfixturevalue("_isc_site"), name)
    return Straight(request.getfixturevalue(f"_{name}_site"), name)
