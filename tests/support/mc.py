# SPDX-License-Identifier: GPL-2.0-or-later
"""Mission-critical messages as clients, IWFs and IMS cores write them.

Names and header fields after TS 29.379 14.1, TS 24.379 and TS 24.282; octets
are put together here and never by the code under test.
"""
import collections
import re

import sip

DOMAIN = "mc.example.org"
ORIG = f"sip:mc-orig@{DOMAIN}"
TERM = f"sip:mc-term@{DOMAIN}"
CTRL = f"sip:mc-ctrl@{DOMAIN}"
IWF1 = "sip:iwf@iwf.example.org"
IWF2 = "sip:iwf@tetra-iwf.example.org"
KMF1 = "sip:kmf1@iwf.example.org"
KMF2 = "sip:kmf2@tetra-iwf.example.org"
INTERWORKING = "application/vnd.3gpp.interworking-data"

Service = collections.namedtuple("Service", "word id_suffix")
SERVICES = {word: Service(word, suffix) for word, suffix in
            (("mcptt", ""), ("mcdata", ".data"), ("mcvideo", ".video"))}

Part = collections.namedtuple("Part", "headers content")


def impu(user):
    """The public identity of a user of the sample."""
    return f"sip:{user}@{DOMAIN}"


def mc_id(user, service="mcptt"):
    """The MC service ID of a user of the sample."""
    return f"sip:{user}{SERVICES[service].id_suffix}@{DOMAIN}"


def icsi(service):
    """The IMS communication service identifier."""
    return f"urn:urn-7:3gpp-service.ims.icsi.{service}"


# What makes a receiver believe or fetch something, by who may say it.
CORE_FIELDS = [(name, "<sip:boss@mc.example.org>") for name in (
    "Remote-Party-ID", "Diversion", "History-Info", "Referred-By", "b",
    "Reply-To", "Call-Info", "Alert-Info", "Error-Info", "P-Custom")] + [
    ("Identity", "c2lnbmF0dXJl"), ("Identity-Info", "<http://x>;alg=rsa-sha1"),
    ("Replaces", "a;to-tag=b;from-tag=c"), ("Join", "a;to-tag=b;from-tag=c"),
    ("Target-Dialog", "a;remote-tag=b;local-tag=c")]
PEER_FIELDS = [("Resource-Priority", "mcpttp.15"), ("Priority", "emergency"),
               ("P-Asserted-Custom", "x")]
LISTED_FIELDS = [("P-Early-Media", "supported"), ("Privacy", "id")]
FREE_FIELDS = LISTED_FIELDS + [("X-Custom", "x")]


def foreign_fields_of(message):
    """Which of these are in a message, as name and value."""
    return [(name, value) for name, value
            in CORE_FIELDS + PEER_FIELDS + FREE_FIELDS
            if value in message.all(name)]


def accept_contact(service):
    """The two Accept-Contact fields of TS 24.379."""
    quoted = icsi(service).replace(":", "%3A")
    return [("Accept-Contact", f"*;+g.3gpp.{service};require;explicit"),
            ("Accept-Contact",
             f'*;+g.3gpp.icsi-ref="{quoted}";require;explicit')]


def contact_tags(*services):
    """The feature tags with which a client registers its contact."""
    refs = ",".join(icsi(s).replace(":", "%3A") for s in services)
    tags = "".join(f";+g.3gpp.{s}" for s in services)
    return f'{tags};+g.3gpp.icsi-ref="{refs}"'


def identity(service, name, value, kind="Normal"):
    """An element of contentType with a URI."""
    return (f'<{service}-{name} type="{kind}"><{service}URI>{value}'
            f"</{service}URI></{service}-{name}>")


def info_xml(service="mcptt", inner=""):
    """An info document around the elements of its Params."""
    return (f'<?xml version="1.0" encoding="UTF-8"?>\r\n'
            f'<{service}info xmlns="urn:3gpp:ns:{service}Info:1.0">'
            f"<{service}-Params>{inner}</{service}-Params>"
            f"</{service}info>").encode()


def info_for(target, service="mcptt"):
    """An info document with a request-uri, or without one."""
    return info_xml(
        service, identity(service, "request-uri", target) if target else "")


def part(media_type, content, **headers):
    """A body part; header fields by keyword, "_" standing for "-"."""
    lines = [f"Content-Type: {media_type}"]
    lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
    return Part("\r\n".join(lines).encode(), content)


def info_part(xml, service="mcptt", **headers):
    """The part of an info document."""
    return part(f"application/vnd.3gpp.{service}-info+xml", xml, **headers)


def data_part(payload, **headers):
    """The interworking part."""
    return part(INTERWORKING, payload, **headers)


def lists_part(*uris):
    """The recipients of the request (RFC 5366)."""
    entries = "".join(f'<entry uri="{uri}"/>' for uri in uris)
    xml = ('<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">'
           f"<list>{entries}</list></resource-lists>")
    return part("application/resource-lists+xml", xml.encode())


def multipart(parts, boundary="mc-boundary"):
    """The octets of a multipart body."""
    mark = b"--" + boundary.encode()
    lines = b"".join(mark + b"\r\n" + p.headers + b"\r\n\r\n" + p.content
                     + b"\r\n" for p in parts)
    return lines + mark + b"--\r\n"


def parts_of(message):
    """The parts of a multipart message, octet for octet."""
    boundary = re.search(r'boundary="?([^";]+)"?',
                         message.get("Content-Type")).group(1).strip()
    mark = rb"\r\n--" + re.escape(boundary.encode())
    pieces = re.split(mark + rb"(?:--)?[ \t]*(?:\r\n|\Z)",
                      b"\r\n" + message.body)
    return [Part(*piece.split(b"\r\n\r\n", 1)) for piece in pieces[1:-1]]


def payload_of(message):
    """The content of the interworking part."""
    return next(p.content for p in parts_of(message)
                if INTERWORKING.encode() in p.headers)


def info_of(message):
    """The text of the info part."""
    return next(p.content for p in parts_of(message)
                if b"-info+xml" in p.headers).decode()


def calling_user(message):
    """The calling-user-id in the info part, None if there is none."""
    found = re.search(r"calling-user-id[^>]*>\s*<[^>]*URI>([^<]*)<",
                      info_of(message))
    return found.group(1) if found else None


def with_parts(message, parts, boundary="mc-boundary"):
    """The request with these parts as its body."""
    message.set("Content-Type", f'multipart/mixed; boundary="{boundary}"')
    message.body = multipart(parts, boundary)
    return message


def client_message(user, payload, service="mcptt", target=None, psi=ORIG):
    """A short message as a client sends it to its MC server."""
    message = sip.request("MESSAGE", psi, impu(user), psi, [
        ("P-Preferred-Service", icsi(service)), *accept_contact(service)])
    return with_parts(message, [
        info_part(info_for(target, service), service), data_part(payload)])


def core_message(user, payload, service="mcptt", target=None, psi=ORIG):
    """The same as a trusted IMS core hands it on: asserted."""
    message = client_message(user, payload, service, target, psi)
    message.drop("P-Preferred-Service")
    message.add("P-Asserted-Service", icsi(service))
    return message.add("P-Asserted-Identity", f"<{impu(user)}>")


def iwf_message(user, payload, service="mcptt", iwf=IWF1, psi=TERM):
    """A short message of an IWF to a user (TS 29.379 14.1.1)."""
    message = sip.request("MESSAGE", psi, iwf, psi, [
        *accept_contact(service), ("P-Asserted-Service", icsi(service)),
        ("P-Asserted-Identity", f"<{iwf}>")])
    return with_parts(message, [
        info_part(info_for(mc_id(user, service), service), service),
        data_part(payload)])


def without_part(message, word):
    """The request less the parts whose headers hold word."""
    return with_parts(message, [p for p in parts_of(message)
                                if word.encode() not in p.headers])


class Client:
    """An MC service client on an endpoint of its own."""

    def __init__(self, node, user, endpoint=None):
        self.node, self.user = node, user
        self.endpoint = endpoint or sip.UdpEndpoint()

    def close(self):
        """Closes its socket; it does not say good-bye."""
        self.endpoint.close()

    @property
    def contact(self):
        """Where it is reached."""
        tcp = ";transport=tcp" if self.endpoint.transport == "tcp" else ""
        return f"sip:{self.user}@{self.endpoint.hostport}{tcp}"

    def ask(self, message, timeout=sip.TIMEOUT):
        """Sends a request, with credentials where they are demanded."""
        reply = self.endpoint.ask(message, self.node.address, timeout)
        if reply.code not in (401, 407):
            return reply
        again = sip.with_credentials(
            message, reply, self.user, f"{self.user}-secret")
        return self.endpoint.ask(again, self.node.address, timeout)

    def ask_once(self, message, timeout=sip.TIMEOUT):
        """Sends a request with credentials for the node; a further challenge
        is the reply."""
        challenged = self.endpoint.ask(message, self.node.address, timeout)
        assert challenged.code == 407, challenged.start
        again = sip.with_credentials(
            message, challenged, self.user, f"{self.user}-secret")
        return self.endpoint.ask(again, self.node.address, timeout)

    def register(self, *services, expires=600, tags="", extra=(), parts=()):
        """Registers its contact for these services, without any for all."""
        uri = f"sip:{DOMAIN}"
        services = services or tuple(SERVICES)
        message = sip.request("REGISTER", uri, impu(self.user),
                              impu(self.user), [
            ("Contact", f"<{self.contact}>{contact_tags(*services)}{tags}"
                        f";expires={expires}"), *extra])
        if parts:
            with_parts(message, parts)
        reply = self.ask(message)
        assert reply.code == 200, reply.start
        return self

    def unregister(self):
        """Takes its contact back."""
        return self.register(expires=0)

    def leave(self):
        """Takes its contact back and closes its socket. If the node does not
        hear it, all contacts of its user go: none is left for later."""
        try:
            self.unregister()
        except (OSError, sip.Timeout):
            self.node.forget_user(self.user)
            raise
        finally:
            self.close()
