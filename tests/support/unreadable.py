# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that no parser can read, each with a secret where it breaks.

A form is a function that makes the octets of one message; what becomes of it
stands beside it: the counter that counts it, or the status of the reply. PORT
in it stands for the port of the node.
"""
import sip

SECRET = b"U0VDUkVULUtFWS1NQVRFUklBTA"
BODY = (b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\n"
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + SECRET + b"\r\n")
START = b"MESSAGE sip:bob@mc.example.org SIP/2.0"
REPLY = b"SIP/2.0 200 OK"
UNREADABLE, BROKEN = "dropped_unreadable", "dropped_broken"
FORMS = {}


def form(name, fate):
    """Registers a form under its name."""
    def register(make):
        FORMS[name] = (make, fate)
        return make
    return register


def fields():
    """The header fields of a good MESSAGE, by name."""
    return {b"Via": b"SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK"
                    + sip.token().encode(),
            b"Max-Forwards": b"70",
            b"From": b"<sip:alice@mc.example.org>;tag=" + SECRET,
            b"To": b"<sip:bob@mc.example.org>",
            b"Call-ID": sip.token(SECRET.decode()).encode(),
            b"CSeq": b"1 MESSAGE"}


def message(start=START, leave=(), size=0, **changed):
    """The octets of a message; "_" in a name stands for "-"."""
    head = fields()
    head.update({name.replace("_", "-").encode(): value
                 for name, value in changed.items()})
    for name in leave:
        del head[name]
    body = BODY + b"x" * max(0, size - len(BODY))
    head.setdefault(b"Content-Length", b"%d" % len(body))
    lines = [start] + [name + b": " + v for name, v in head.items()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@form("garbage", UNREADABLE)
def garbage(size=0):
    """No SIP at all."""
    return SECRET + message(size=size).replace(START + b"\r\n", b"\r\n", 1)


@form("status", UNREADABLE)
def status(size=0):
    """A reply whose code is no number."""
    return message(b"SIP/2.0 2x0 " + SECRET, size=size)


@form("first-via", UNREADABLE)
def first_via(size=0):
    """A Via without a host."""
    return message(Via=b"SIP/2.0/UDP ;;;" + SECRET, size=size)


@form("quoted-via", UNREADABLE)
def quoted_via(size=0):
    """A quoted string in it that does not end."""
    return message(Via=b'SIP/2.0/UDP 192.0.2.1;branch="' + SECRET, size=size)


@form("reply-via", UNREADABLE)
def reply_via(size=0):
    """The same in a reply."""
    return message(REPLY, Via=b"SIP/2.0/UDP ;;;" + SECRET, size=size)


@form("no-colon", BROKEN)
def no_colon(size=0):
    """A field without its colon, in the middle."""
    return message(size=size).replace(b"Max-Forwards: ", b"Max-Forwards ")


@form("no-colon-at-end", BROKEN)
def no_colon_at_end(size=0):
    """The same after all fields that the core needs."""
    return message(size=size).replace(
        b"Content-Length: ", b"Content-Length " + SECRET)


@form("to", BROKEN)
def to(size=0):
    """A To that does not end."""
    return message(To=b"<sip:" + SECRET, size=size)


@form("cseq", BROKEN)
def cseq(size=0):
    """A CSeq that is no number."""
    return message(CSeq=b"x" + SECRET, size=size)


@form("reply-cseq", BROKEN)
def reply_cseq(size=0):
    """The same in a reply."""
    return message(REPLY, CSeq=b"x" + SECRET, size=size)


@form("length", BROKEN)
def length(size=0):
    """A Content-Length that is no number."""
    return message(Content_Length=b"x" + SECRET, size=size)


@form("second-via", BROKEN)
def second_via(size=0):
    """A broken Via after a good one."""
    return message(size=size).replace(
        b"CSeq: ", b"Via: SIP/2.0/UDP ;;;" + SECRET + b"\r\nCSeq: ")


@form("nul", BROKEN)
def nul(size=0):
    """NUL octets in the header."""
    return message(size=size).replace(b"CSeq: ", b"\0\0" + SECRET + b"CSeq: ")


@form("no-via", BROKEN)
def no_via(size=0):
    """No Via."""
    return message(leave=[b"Via"], size=size)


@form("no-from", BROKEN)
def no_from(size=0):
    """No From."""
    return message(leave=[b"From"], size=size)


@form("no-to", BROKEN)
def no_to(size=0):
    """No To."""
    return message(leave=[b"To"], size=size)


@form("no-cseq", BROKEN)
def no_cseq(size=0):
    """No CSeq."""
    return message(leave=[b"CSeq"], size=size)


@form("no-call-id", BROKEN)
def no_call_id(size=0):
    """No Call-ID."""
    return message(leave=[b"Call-ID"], size=size)


@form("reply-without-via", BROKEN)
def reply_without_via(size=0):
    """A reply to no request."""
    return message(REPLY, leave=[b"Via"], size=size)


@form("no-end", BROKEN)
def no_end(size=0):
    """A header that goes over into the body."""
    return message(size=size).replace(b"\r\n\r\nv=0", b"\r\nv=0")


@form("uri", 400)
def uri(size=0):
    """A Request-URI that is none."""
    return message(b"MESSAGE sip:" + SECRET + b"@[ SIP/2.0", size=size)


@form("scheme", 400)
def scheme(size=0):
    """An unknown scheme."""
    return message(b"MESSAGE xx:" + SECRET + b" SIP/2.0", size=size)


@form("from", 400)
def sender(size=0):
    """A From that does not end."""
    return message(From=b"<sip:" + SECRET, size=size)


@form("to-uri", 400)
def to_uri(size=0):
    """A To whose URI is none."""
    return message(To=b"<sip:" + SECRET + b"@[>", size=size)


@form("method", 400)
def method(size=0):
    """A method that is not the one in CSeq."""
    return message(SECRET + b" sip:bob@mc.example.org SIP/2.0", size=size)


@form("hops", 483)
def hops(size=0):
    """Max-Forwards that is no number."""
    return message(Max_Forwards=b"x" + SECRET, size=size)


@form("credentials", 407)
def credentials(size=0):
    """Credentials that do not end."""
    return message(Proxy_Authorization=b'Digest username="' + SECRET,
                   size=size)


@form("register", 401)
def register(size=0):
    """The same in a REGISTER."""
    return message(b"REGISTER sip:mc.example.org SIP/2.0",
                   CSeq=b"1 REGISTER", Authorization=b"Digest " + SECRET,
                   Contact=b"<sip:" + SECRET, size=size)


@form("dialog", 481)
def dialog(size=0):
    """A request of a dialog whose number is none."""
    return message(b"BYE sip:bob@192.0.2.1 SIP/2.0", CSeq=b"1 BYE",
                   To=b"<sip:bob@mc.example.org>;tag=1",
                   Route=b"<sip:127.0.0.1:PORT;lr;did=" + SECRET + b">",
                   size=size)
