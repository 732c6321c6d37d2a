# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages that are hard to read: one of our own for each case of RFC 4475 and
of RFC 5118, written from what the RFCs say of the case.

A case makes the octets of a request of alice, for whom it has whatever proof
it needs, or changes what bob answers to an ordinary one. Its fates stand beside
it, one of which is right: a status that alice hears, ARRIVES (bob gets it, and
she hears his answer), REGISTERED, NOTHING, or the counter of group node that
counts it as dropped.
"""
import collections

import mc
import media
import sip

ALICE, BOB = mc.impu("alice"), mc.impu("bob")
ARRIVES, REGISTERED, NOTHING = "arrives", "registered", "nothing"
UNREADABLE, BROKEN = "dropped_unreadable", "dropped_broken"
DROPPED_REPLY = "dropped_replies"
REFUSED = 400
BODY = b"a body that says \xc2\xa7 and \x00"

Case = collections.namedtuple("Case", "clause make fates")
REQUESTS, REPLIES = {}, {}


def request(clause, *fates):
    """Registers what alice sends, under the function's name."""
    def register(make):
        REQUESTS[make.__name__] = Case(clause, make, fates)
        return make
    return register


def reply(clause, *fates):
    """Registers what bob answers."""
    def register(make):
        REPLIES[make.__name__] = Case(clause, make, fates)
        return make
    return register


class Writer:
    """What alice knows when she writes: her place, a way to prove herself;
    and the endpoint that she writes from."""

    def __init__(self, client, endpoint=None):
        self.client, self.endpoint = client, endpoint or client.endpoint

    @property
    def contact(self):
        """Where she is reached."""
        return self.client.contact

    def via(self):
        """A Via of a new transaction."""
        return (f"SIP/2.0/{self.endpoint.transport.upper()} "
                f"{self.endpoint.hostport};rport;branch=z9hG4bK{sip.token()}")

    def proof(self, method, uri=BOB):
        """A field with credentials for one request."""
        asked = method == "REGISTER"
        probe = sip.request(method if asked else "MESSAGE", uri, ALICE, uri)
        challenged = self.endpoint.ask(probe, self.client.node.address)
        name = "WWW-Authenticate" if asked else "Proxy-Authenticate"
        value = sip.credentials(challenged.get(name), method, uri, "alice",
                                "alice-secret")
        return ("Authorization" if asked else "Proxy-Authorization"), value

    def fields(self, method="MESSAGE", uri=BOB, proven=True, **changed):
        """The lines of a good request; a field that is None is left out, "_"
        in a name stands for "-"."""
        found = {"Via": self.via(), "Max-Forwards": "70",
                 "From": f"<{ALICE}>;tag={sip.token()}", "To": f"<{BOB}>",
                 "Call-ID": sip.token("c"), "CSeq": f"1 {method}"}
        if method in ("INVITE", "REGISTER"):
            found["Contact"] = f"<{self.contact}>"
        if method == "INVITE":
            found["Content-Type"] = "application/sdp"
        elif method == "MESSAGE":
            found["Content-Type"] = "text/plain"
        if proven:
            name, value = self.proof(method, uri)
            found[name] = value
        found.update({name.replace("_", "-"): value
                      for name, value in changed.items()})
        return [f"{name}: {value}" for name, value in found.items()
                if value is not None]

    def write(self, lines, body=BODY, method="MESSAGE", uri=BOB, start=None,
              length=None):
        """The octets of a request with these lines."""
        start = start or f"{method} {uri} SIP/2.0"
        length = len(body) if length is None else length
        lines = [start, *lines]
        if length != "":
            lines.append(f"Content-Length: {length}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def message(self, body=BODY, length=None, start=None, uri=BOB, **changed):
        """A MESSAGE to bob with other fields."""
        return self.write(self.fields("MESSAGE", uri, **changed), body,
                          uri=uri, start=start, length=length)

    def invite(self, start=None, sdp=None, uri=BOB, **changed):
        """An INVITE to bob with other fields."""
        return self.write(self.fields("INVITE", uri, **changed),
                          speech() if sdp is None else sdp, "INVITE", uri,
                          start)

    def options(self, uri=f"sip:{mc.DOMAIN}", start=None, method="OPTIONS",
                **changed):
        """An OPTIONS to the node with other fields."""
        return self.write(self.fields(method, uri, proven=False, **changed),
                          b"", method, uri, start)

    def register(self, proven=True, uri=f"sip:{mc.DOMAIN}", **changed):
        """A REGISTER with other fields."""
        changed.setdefault("To", f"<{ALICE}>")
        return self.write(self.fields("REGISTER", uri, proven, **changed),
                          b"", "REGISTER", uri)


def speech():
    """A description that the profile of clients permits."""
    return media.description("127.0.0.1", media.audio(4000, media.AMRWB))


# RFC 4475 3.1.1: valid messages

@request("4475 3.1.1.1", ARRIVES)
def tortuous(writer):
    """Compact and full names in any case, folded lines, blanks wherever they
    may stand, escaped quotes, unknown fields and parameters, several Vias."""
    name, value = writer.proof("INVITE")
    via = writer.via().replace("SIP/2.0/", "SIP  / 2.0\r\n  / ")
    return writer.write([
        f"vIa :\r\n  {via}", f"{name} : {value}", "TO :",
        f'  <{BOB}>', f'fRoM: "A \\"quoted\\\\\\" name" <{ALICE}>',
        "  ; \ttag =  1918181833n", "MAX-Forwards:  0068",
        f"i: {sip.token()}", "Content-Type:\tapplication/SDP",
        "cSeq:\r\n 0009  INVITE", "subject:", "  a subject, and\r\n\tmore",
        "NewFangledHeader:   newfangled value\r\n continued newfangled value",
        "UnknownHeaderWithUnusualValue: ;;,,;;,;",
        "s   : not twice", "Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch"
        "=390skdjuw", f'm:"a \\"\\"" <{writer.contact}>;\r\n newparam ='
        " newvalue ;\r\n  secondparam ; q = 0.33"], speech(), "INVITE")


@request("4475 3.1.1.1", BROKEN)
def folded_number(writer):
    """A line that is folded between the number and the method of CSeq, which
    Kamailio's core does not read."""
    return writer.options(CSeq="0009\r\n  OPTIONS")


@request("4475 3.1.1.2", 405)
def characters(writer):
    """Every character that a method, a user and a token may have."""
    method = "!interesting-Method0123456789_*+`.%indeed'~"
    uri = ("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,"
           f"weird!*pas$wo~d_too.(doesn't-it)@{mc.DOMAIN}")
    token = "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    return writer.options(uri, method=method, Call_ID=token,
                          CSeq=f"139122385 {method}",
                          extension_header="\u03bc\u2615")


@request("4475 3.1.1.2", BROKEN)
def odd_name(writer):
    """A field whose name has all that a token may have: Kamailio's core does
    not read it."""
    return writer.options(**{"extensionHeader-!.%*+_`'~": "value"})


@request("4475 3.1.1.2", REFUSED)
def control_characters(writer):
    """DEL and NUL as quoted pairs: stricter here than the grammar."""
    return writer.options(From=f'"a \\\x7f \\\0 b" <{ALICE}>;tag=1')


@request("4475 3.1.1.3", ARRIVES)
def escapes(writer):
    """The users' names with escapes, in either case of hexadecimal digits."""
    return writer.message(uri=f"sip:%62o%62@{mc.DOMAIN}",
                          From=f"<sip:%61lic%65@{mc.DOMAIN}>;tag=1")


@request("4475 3.1.1.4", 403)
def escaped_nulls(writer):
    """A registration of users whose names hold NUL."""
    return writer.register(
        To=f"sip:null-%00-null@{mc.DOMAIN}",
        Contact="<sip:%00@127.0.0.1>, <sip:%00%00@127.0.0.1>")


@request("4475 3.1.1.5", 405)
def no_escape(writer):
    """% in a method and in a name is a character like others: this is no
    REGISTER."""
    return writer.options(method="RE%47IST%45R",
                          From=f'"%Z%45" <{ALICE}>;tag=1')


@request("4475 3.1.1.6", 200)
def no_blank(writer):
    """No blank between a name and <."""
    return writer.options(From=f"caller<{ALICE}>;tag=323")


@request("4475 3.1.1.7", ARRIVES)
def long_values(writer):
    """Long names, parameters, and a long way that it has come."""
    hops = "".join(f", SIP/2.0/TCP sip{n}.example.com;received=192.0.2.{n}"
                   f";branch=ver{'y' * 60}long{n}" for n in range(1, 35))
    return writer.invite(
        From=f'"I have a {"long " * 20}name" <{ALICE}>;tag=1{"2" * 200}'
             f';{"unknown" * 20}name={"unknown" * 20}value',
        To=f'"I have a {"user " * 20}name" <{BOB}>',
        Call_ID="longreq.one" + "real" * 40, Via=writer.via() + hops,
        **{"Unknown-" + "Long" * 30: "long " * 100})


@request("4475 3.1.1.8", REGISTERED)
def two_in_one(writer):
    """A second request after the end of the first: it is not there."""
    return writer.register() + writer.message(proven=False)


@request("4475 3.1.1.9", 200)
def semicolons(writer):
    """A parameter within the user part of the Request-URI."""
    return writer.options(f"sip:user;par=u%40example.net@{mc.DOMAIN}")


@request("4475 3.1.1.10", 200)
def transports(writer):
    """Vias over every transport, and over one that does not exist."""
    more = "".join(f", SIP/2.0/{name} t{n}.example.com;branch=z9hG4bK{n}"
                   for n, name in enumerate(
                       ("SCTP", "TLS", "UNKNOWN", "TCP", "UDP")))
    return writer.options(Via=writer.via() + more)


@request("4475 3.1.1.11", ARRIVES)
def multipart(writer):
    """A multipart body with a binary part and an odd boundary."""
    body = (b"--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
            b"--7a9cbec02ceef655\r\nContent-Type: application/octet-stream"
            b"\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\x80\r\r\n--\xff"
            b"\r\n--7a9cbec02ceef655--\r\n")
    return writer.message(
        body, Content_Type="multipart/mixed;boundary=7a9cbec02ceef655")


# RFC 4475 3.1.2: invalid messages

@request("4475 3.1.2.1", UNREADABLE)
def separators(writer):
    """Separators with nothing between them, in Via and Contact."""
    return writer.invite(Via=writer.via() + ";;,;,,",
                         Contact='"Joe" <sip:joe@example.org>;;;;')


@request("4475 3.1.2.2", REFUSED)
def longer_than_it_is(writer):
    """Content-Length is more than there is."""
    return writer.message(length=9999)


@request("4475 3.1.2.3", BROKEN)
def negative_length(writer):
    """Content-Length is a negative number."""
    return writer.message(length=-999)


@request("4475 3.1.2.4", REFUSED)
def large_numbers(writer):
    """Numbers that no 32 bits hold."""
    return writer.register(
        proven=False, CSeq="36893488147419103232 REGISTER",
        Max_Forwards="300", Expires="10000000000000000000000000000000",
        Contact=f"<{writer.contact}>;expires=280297596632815")


@request("4475 3.1.2.6", BROKEN)
def open_quote(writer):
    """A display name that begins with a quote and has no second one."""
    return writer.message(To=f'"Mr. B. User <{BOB}>')


@request("4475 3.1.2.7", REFUSED)
def bracketed_uri(writer):
    """The Request-URI in < >."""
    return writer.message(start=f"MESSAGE <{BOB}> SIP/2.0")


@request("4475 3.1.2.8", UNREADABLE)
def blank_in_uri(writer):
    """A blank within the Request-URI."""
    return writer.message(start=f"MESSAGE {BOB}; lr SIP/2.0")


@request("4475 3.1.2.9", UNREADABLE)
def blanks_between(writer):
    """Several blanks between the words of the start line."""
    return writer.message(start=f"MESSAGE  {BOB}  SIP/2.0")


@request("4475 3.1.2.10", REFUSED)
def blanks_after(writer):
    """Blanks after the version."""
    return writer.message(start=f"MESSAGE {BOB} SIP/2.0  ")


@request("4475 3.1.2.11", REFUSED, ARRIVES)
def headers_in_uri(writer):
    """Header fields in the Request-URI."""
    uri = BOB + "?Route=%3Csip:example.com%3E"
    return writer.message(uri=uri)


@request("4475 3.1.2.12", ARRIVES)
def wrong_date(writer):
    """A Date that is not GMT: of no concern to a proxy."""
    return writer.message(Date="Fri, 01 Jan 2010 16:00:00 EST")


@request("4475 3.1.2.13", 403)
def bare_contact(writer):
    """A Contact whose URI has header fields, without < >."""
    return writer.register(
        Contact=f"{writer.contact}?Route=%3Csip:sip.example.com%3E")


@request("4475 3.1.2.14", REFUSED, ARRIVES)
def blanks_in_brackets(writer):
    """Blanks within < >."""
    return writer.message(To=f"< {BOB} >")


@request("4475 3.1.2.15", REFUSED, ARRIVES)
def comma_in_name(writer):
    """A display name with a comma, without quotes."""
    return writer.message(From=f"Bell, Alice <{ALICE}>;tag=43")


@request("4475 3.1.2.16", NOTHING)
def other_version(writer):
    """A version that there is not."""
    return writer.message(start=f"MESSAGE {BOB} SIP/7.0")


@request("4475 3.1.2.17", REFUSED)
def other_method(writer):
    """CSeq has another method than the start line."""
    return writer.message(CSeq="8 INVITE")


@request("4475 3.1.2.18", REFUSED, 405)
def other_unknown_method(writer):
    """The same with a method that there is not."""
    return writer.options(method="NEWMETHOD", CSeq="8 INVITE")


# RFC 4475 3.2 and 3.3: transactions, applications

@request("4475 3.2.1", 200, REFUSED)
def no_branch(writer):
    """A branch with the magic cookie and no more."""
    via = writer.via()
    return writer.options(Via=via[:via.index("z9hG4bK")] + "z9hG4bK")


@request("4475 3.3.1", BROKEN)
def no_from(writer):
    """From is missing."""
    return writer.message(From=None)


@request("4475 3.3.1", BROKEN)
def no_to(writer):
    """To is missing."""
    return writer.message(To=None)


@request("4475 3.3.1", BROKEN)
def no_call_id(writer):
    """Call-ID is missing."""
    return writer.message(Call_ID=None)


@request("4475 3.3.2", REFUSED, 416)
def unknown_scheme(writer):
    """A Request-URI of a scheme that does not exist."""
    return writer.options("unknownscheme:totallyopaquecontent")


@request("4475 3.3.3", REFUSED, 416)
def other_scheme(writer):
    """A Request-URI of a scheme that is none of SIP's."""
    return writer.options("soap.beep://192.0.2.103:3002")


@request("4475 3.3.4", REFUSED, 403, 416)
def schemes_in_fields(writer):
    """Other schemes in From, To and Contact."""
    return writer.register(To="isbn:2983792873",
                           From="<http://www.example.com>;tag=3234233",
                           Contact="<name:John_Smith>")


@request("4475 3.3.5", 420)
def extensions(writer):
    """Proxy-Require asks for what does not exist."""
    return writer.message(Require="nothingSupportsThis",
                          Proxy_Require="noProxiesSupportThis")


@request("4475 3.3.6", 400, 403, 415, 488)
def unknown_body(writer):
    """A call whose body is of a type that does not exist."""
    return writer.invite(sdp=b"<audio>\x00</audio>",
                         Content_Type="application/unknownformat")


@request("4475 3.3.7", 401)
def unknown_proof(writer):
    """Credentials of a scheme that does not exist."""
    return writer.register(
        proven=False, Authorization="NoOneKnowsThisScheme opaque-data=here")


@request("4475 3.3.8", REFUSED, BROKEN)
def several_values(writer):
    """Two of each field that may be there once."""
    lines = writer.fields() + [
        "CSeq: 59 MESSAGE", "Call-ID: another", "Max-Forwards: 5",
        f"From: <{mc.impu('carol')}>;tag=2", f"To: <{mc.impu('dave')}>"]
    return writer.write(lines)


@request("4475 3.3.9", REFUSED, BROKEN)
def several_lengths(writer):
    """Two Content-Length that contradict."""
    return writer.write([*writer.fields(), "Content-Length: 5"])


@request("4475 3.3.11", 200, 483)
def no_more_hops(writer):
    """Max-Forwards 0 at the node itself."""
    return writer.options(Max_Forwards="0")


@request("4475 3.3.11", 483)
def no_more_hops_for_another(writer):
    """The same for another."""
    return writer.message(Max_Forwards="0")


@request("4475 3.3.12", REGISTERED)
def contact_parameter(writer):
    """An unknown parameter of Contact."""
    return writer.register(Contact=f"{writer.contact};unknownparam")


@request("4475 3.3.13", REGISTERED)
def uri_parameter(writer):
    """An unknown parameter of the URI in Contact."""
    return writer.register(Contact=f"<{writer.contact};unknownparam>")


@request("4475 3.3.14", 403)
def headers_in_contact(writer):
    """Header fields of the URI in Contact: they would steer our requests."""
    return writer.register(
        Contact=f"<{writer.contact}?Route=%3Csip:sip.example.com%3E>")


@request("4475 3.3.15", ARRIVES)
def unknown_accept(writer):
    """What alice accepts is for bob to judge."""
    return writer.invite(Accept="text/nobodyKnowsThis")


@request("4475 3.4.1", REFUSED)
def of_2543(writer):
    """A call as RFC 2543 writes it: no branch, tag, Max-Forwards, Contact."""
    via = writer.via()
    return writer.invite(Via=via[:via.index(";rport")], Max_Forwards=None,
                         From=f"<{ALICE}>", Contact=None)


# RFC 4475: what bob answers

@reply("4475 3.1.1.12", 200)
def reason_in_utf8(answer):
    """A reason in UTF-8."""
    answer.start = "SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e"


@reply("4475 3.1.1.13", 200)
def no_reason(answer):
    """No reason, but the blank before it."""
    answer.start = "SIP/2.0 200 "


@reply("4475 3.1.2.5", BROKEN)
def large_numbers_in_reply(answer):
    """Numbers that no 32 bits hold."""
    answer.start = "SIP/2.0 503 Service Unavailable"
    answer.set("CSeq", "9292394834772304023312 MESSAGE")
    answer.add("Retry-After", "949302838503028349304023988")
    answer.add("Warning", '1812 overture "In Progress"')


@reply("4475 3.1.2.19", UNREADABLE)
def large_code(answer):
    """A status of ten digits."""
    answer.start = "SIP/2.0 4294967301 better not break the receiver"


@reply("4475 3.3.10", DROPPED_REPLY)
def broadcast(answer):
    """A reply to nothing, whose way back is everybody."""
    first, second = answer.all("Via")[:2]
    answer.drop("Via")
    answer.headers[:0] = [
        ("Via", first.replace("branch=", "branch=z9hG4bKother")),
        ("Via", second.split()[0] + " 255.255.255.255;branch=z9hG4bK1saber23")]


# RFC 5118: IPv6

@request("5118 4.1", ARRIVES)
def reference(writer):
    """IPv6 in From's tag-less neighbours: Via of an earlier hop, Contact."""
    return writer.message(Via=writer.via() + ", SIP/2.0/UDP [2001:db8::9:1]"
                          ";branch=z9hG4bKas3-111")


@request("5118 4.2", REFUSED)
def no_reference(writer):
    """An IPv6 address in a Request-URI without brackets."""
    return writer.options("sip:2001:db8::10")


@request("5118 4.3", 404)
def ambiguous_port(writer):
    """A port that stands within the brackets: it is part of the address."""
    return writer.register(proven=False, uri="sip:[2001:db8::10:5070]")


@request("5118 4.4", 404)
def clear_port(writer):
    """A port after the brackets."""
    return writer.register(proven=False, uri="sip:[2001:db8::10]:5070")


@request("5118 4.5", 200)
def received_in_brackets(writer):
    """received with brackets in the Via of an earlier hop."""
    return writer.options(Via=writer.via() + ", SIP/2.0/UDP [2001:db8::9:1]"
                          ";received=[2001:db8::9:255];branch=z9hG4bKas3-112")


@request("5118 4.5", 200)
def received_without_brackets(writer):
    """The same without."""
    return writer.options(Via=writer.via() + ", SIP/2.0/UDP [2001:db8::9:1]"
                          ";received=2001:db8::9:255;branch=z9hG4bKas3-113")


@request("5118 4.6", ARRIVES)
def description(writer):
    """IPv6 addresses in a description."""
    return writer.invite(sdp=speech().replace(b"IN IP4 127.0.0.1",
                                              b"IN IP6 ::1"))


@request("5118 4.7", ARRIVES)
def mixed_addresses(writer):
    """IPv4 and IPv6 side by side in the way that it has come."""
    return writer.message(Via=writer.via()
                          + ", SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bK7"
                          ", SIP/2.0/UDP 192.0.2.1;received=2001:db8::9:255"
                          ";branch=z9hG4bKaz3")


@request("5118 4.8", ARRIVES)
def mixed_description(writer):
    """Sections at addresses of both kinds."""
    return writer.invite(sdp=speech() + b"m=video 0 RTP/AVP 30\r\n"
                                        b"c=IN IP6 2001:db8::1\r\n")


@request("5118 4.9", ARRIVES)
def mapped(writer):
    """An IPv4 address within an IPv6 one."""
    return writer.message(
        Via=writer.via() + ", SIP/2.0/UDP [::ffff:192.0.2.10]:19823"
        ";branch=z9hG4bKbh19",
        From=f"<{ALICE}>;tag=81x2")


@request("5118 4.10", 200)
def many_colons(writer):
    """Three colons, as an early grammar had it."""
    return writer.options(Via=writer.via() + ", SIP/2.0/UDP "
                          "[2001:db8:::192.0.2.1];branch=z9hG4bKas3-111")
