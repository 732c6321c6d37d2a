# SPDX-License-Identifier: GPL-2.0-or-later
"""PUBLISH of service settings as an S-CSCF hands it over."""
import isc
import mc
import sip

POC = "application/poc-settings+xml"
CLIENT = "urn:uuid:00000000-0000-1000-8000-aabbccddeeff"
OTHER = "urn:uuid:00000000-0000-1000-8000-aabbccddee00"
TAG = "[0-9a-f]{32}"


def settings(client=CLIENT):
    """A document of settings."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<poc-settings'
            ' xmlns="urn:oma:params:xml:ns:poc:poc-settings">'
            f'<entity id="{client}"><am-settings><answer-mode>automatic'
            "</answer-mode></am-settings></entity></poc-settings>").encode()


def info(service="mcptt", client=CLIENT, token=None):
    """An info document of a client, with or without an access token."""
    def element(name, value):
        return (f'<{service}-{name} type="Normal"><{service}String>{value}'
                f"</{service}String></{service}-{name}>")
    token = element("access-token", token) if token is not None else ""
    return (f'<{service}info xmlns="urn:3gpp:ns:{service}Info:1.0">'
            f"<{service}-Params>{token}{element('client-id', client)}"
            f"</{service}-Params></{service}info>").encode()


def info_type(service="mcptt"):
    """The media type of that."""
    return f"application/vnd.3gpp.{service}-info+xml"


def multipart(*parts, boundary="b1"):
    """Pairs of a media type and a content, as one body."""
    body = b"".join(
        f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode() + content
        + b"\r\n" for kind, content in parts)
    return body + f"--{boundary}--\r\n".encode()


def publish(user, body=None, kind=None, expires=3600, etag=None, **fields):
    """A PUBLISH of a user, without what the core adds on the way."""
    message = sip.request("PUBLISH", mc.ORIG, isc.impu(user), mc.ORIG, [
        ("P-Asserted-Identity", f"<{isc.impu(user)}>"),
        ("P-Charging-Vector", "icid-value=1; icid-generated-at=127.0.0.8"),
        ("Contact", f"<{isc.impu(user)}>;+g.3gpp.mcptt"),
        ("Accept-Contact", "*;+g.3gpp.mcptt;require;explicit"),
        ("Event", "poc-settings")])
    if expires is not None:
        message.add("Expires", str(expires))
    if etag is not None:
        message.add("SIP-If-Match", etag)
    if body is not None:
        message.add("Content-Type", kind or POC)
        message.body = body
    for name, value in fields.items():
        name = name.replace("_", "-")
        message.drop(name)
        if value is not None:
            message.add(name, value)
    return message
