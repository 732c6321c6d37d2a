# SPDX-License-Identifier: GPL-2.0-or-later
"""Small SIP endpoints on real sockets, written from the RFCs.

Messages are octets: nothing a peer sent is re-coded. Each endpoint reads in
threads of its own, records what came, and answers by a script. Every wait has
a deadline and ends as soon as what it waits for is there.
"""
import collections
import hashlib
import itertools
import os
import re
import socket
import threading
import time

# Of an answer: a machine may be busy. Of what a timer of the node would bring,
# too (BYE, another peer): not longer than that.
TIMEOUT = float(os.environ.get("PATIENCE", 20))
SOON = 5.0
T1, T2 = 0.5, 4.0  # s, RFC 3261 17.1.2.2

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id",
            "m": "contact", "l": "content-length", "c": "content-type"}
_REASONS = {200: "OK", 202: "Accepted", 403: "Forbidden", 404: "Not Found",
            480: "Temporarily Unavailable", 486: "Busy Here",
            500: "Server Internal Error", 503: "Service Unavailable"}
_numbers = itertools.count(1)


class Timeout(AssertionError):
    """Something that had to come did not come in time."""


def token(prefix=""):
    """A token that is used once: of this process and this moment."""
    return f"{prefix}{time.monotonic_ns():x}.{next(_numbers):x}"


def _canonical(name):
    """The name under which a header field is looked up."""
    name = name.strip().lower()
    return _COMPACT.get(name, name)


class Message:
    """A SIP message: start line, header fields in order, body octets."""

    def __init__(self, start, headers=(), body=b""):
        self.start = start
        self.headers = list(headers)
        self.body = body

    @classmethod
    def parse(cls, octets):
        """The message in octets; the body is all that follows the head."""
        head, _, body = octets.partition(b"\r\n\r\n")
        text = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace"))
        start, *lines = text.split("\r\n")
        pairs = [line.partition(":") for line in lines]
        return cls(start, [(n.strip(), v.strip()) for n, _, v in pairs], body)

    def __repr__(self):
        return f"<{self.start}>"

    def all(self, name):
        """The values of every header field of this name, in order."""
        wanted = _canonical(name)
        return [v for n, v in self.headers if _canonical(n) == wanted]

    def get(self, name, default=None):
        """The first value of a header field."""
        return next(iter(self.all(name)), default)

    def add(self, name, value):
        """Appends a header field; the message itself, for chaining."""
        self.headers.append((name, value))
        return self

    def drop(self, name):
        """Removes every header field of this name."""
        self.headers = [(n, v) for n, v in self.headers
                        if _canonical(n) != _canonical(name)]
        return self

    def set(self, name, value):
        """Makes this the only header field of its name."""
        return self.drop(name).add(name, value)

    def copy(self):
        """A message of its own with the same content."""
        return Message(self.start, self.headers, self.body)

    @property
    def is_request(self):
        """True for a request, false for a response."""
        return not self.start.startswith("SIP/2.0")

    @property
    def method(self):
        """The method of the request, or of the one this answers."""
        return self.get("CSeq", "").rpartition(" ")[2]

    @property
    def uri(self):
        """The Request-URI."""
        return self.start.split()[1]

    @property
    def code(self):
        """The status code of a response."""
        return int(self.start.split()[1])

    @property
    def reason(self):
        """The reason phrase of a response."""
        return self.start.split(None, 2)[2]

    @property
    def branch(self):
        """The branch of the topmost Via: the transaction's name."""
        via = self.get("Via", "").split(",")[0]
        found = re.search(r"branch=([^;\s]+)", via)
        return found.group(1) if found else ""

    def __bytes__(self):
        """The octets on the wire, with the right Content-Length."""
        fields = [(n, v) for n, v in self.headers
                  if _canonical(n) != "content-length"]
        fields.append(("Content-Length", str(len(self.body))))
        lines = [self.start] + [f"{n}: {v}" for n, v in fields]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def first_message(stream):
    """The octets of the first whole message in a stream; b"" before that."""
    head, end, rest = stream.partition(b"\r\n\r\n")
    length = int(Message.parse(head).get("Content-Length", 0))
    if not end or len(rest) < length:
        return b""
    return stream[:len(head) + len(end) + length]


def request(method, uri, sender, to, headers=(), body=b""):
    """A request as its user writes it: the endpoint adds Via when it goes."""
    return Message(f"{method} {uri} SIP/2.0", [
        ("Max-Forwards", "70"),
        ("From", f"<{sender}>;tag={token()}"),
        ("To", f"<{to}>"),
        ("Call-ID", token("c")),
        ("CSeq", f"1 {method}"),
        *headers], body)


def response(to_request, code, reason=None, headers=(), body=b""):
    """A response: Via, From, To, Call-ID and CSeq of the request."""
    echo = [(n, v) for n, v in to_request.headers
            if _canonical(n) in ("via", "from", "call-id", "cseq")]
    to = to_request.get("To", "")
    if "tag=" not in to:
        to += f";tag={token()}"
    reason = reason or _REASONS.get(code, "Response")
    return Message(f"SIP/2.0 {code} {reason}",
                   echo + [("To", to), *headers], body)


def digest(text, algorithm="MD5"):
    """The hexadecimal digest that RFC 7616 calls H()."""
    make = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]
    return make(text.encode()).hexdigest()


def credentials(challenge, method, uri, user, password, count=1, qop=True,
                ha1=None):
    """The value that answers a digest challenge (RFC 7616, qop auth): the
    count-th answer to it, as a client that knows of no qop, or of who has a
    hash in place of the password."""
    field = {k: quoted or bare for k, quoted, bare in
             re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', challenge)}
    cnonce, number = token(), f"{count:08x}"
    algorithm = field.get("algorithm", "MD5")
    ha1 = ha1 or digest(f"{user}:{field['realm']}:{password}", algorithm)
    ha2 = digest(f"{method}:{uri}", algorithm)
    if qop and "qop" in field:
        proof = f"{field['nonce']}:{number}:{cnonce}:auth"
        extra = f', qop=auth, nc={number}, cnonce="{cnonce}"'
    else:
        proof, extra = field["nonce"], ""
    return (f'Digest username="{user}", realm="{field["realm"]}", '
            f'nonce="{field["nonce"]}", uri="{uri}", algorithm={algorithm}, '
            f'response="{digest(f"{ha1}:{proof}:{ha2}", algorithm)}"{extra}')


def with_credentials(message, challenged, user, password, **how):
    """The request once more, as a new transaction that answers a 401/407."""
    proxy = challenged.code == 407
    challenge = challenged.get(
        "Proxy-Authenticate" if proxy else "WWW-Authenticate")
    value = credentials(
        challenge, message.method, message.uri, user, password, **how)
    again = message.copy().drop("Via")
    number = int(message.get("CSeq").split()[0]) + 1
    again.set("CSeq", f"{number} {message.method}")
    return again.add(
        "Proxy-Authorization" if proxy else "Authorization", value)


def answer(code, reason=None, delay=0.0, headers=()):
    """A script: this final response after delay seconds."""
    return lambda message: [(delay, response(message, code, reason, headers))]


def silent(_message):
    """A script: no answer at all."""
    return []


def in_turn(*scripts):
    """A script: one of these for each new request; the last one stays."""
    left = list(scripts)
    return lambda message: (
        left.pop(0) if len(left) > 1 else left[0])(message)


Received = collections.namedtuple("Received", "octets message flow time")


class _UdpFlow:
    """The way to one address over a datagram socket."""

    def __init__(self, sock, peer):
        self.sock, self.peer = sock, peer

    def send(self, octets):
        """Sends one datagram."""
        self.sock.sendto(octets, self.peer)


class _TcpFlow:
    """The way over one connection."""

    def __init__(self, sock):
        self.sock, self.lock = sock, threading.Lock()
        self.ended = False  # by the other side

    def send(self, octets):
        """Sends octets in one piece, whoever else sends too."""
        with self.lock:
            self.sock.sendall(octets)


def _wake_and_close(sock):
    """Closes a socket and ends whoever waits on it."""
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    sock.close()


class Endpoint:
    """A SIP endpoint at one address: records, answers by script, asks.

    script answers new requests; OPTIONS are answered with 200 as long as
    reachable is true. Retransmissions get the answer that was given.
    """

    transport = None

    def __init__(self, address="127.0.0.1", port=0, script=answer(200)):
        self.script = script
        self.reachable = True
        self.received = []
        self._responses = collections.defaultdict(list)  # by branch
        self._answers = {}
        self._changed = threading.Condition()
        self._sockets = []
        self._closed = False
        self._open(address, port)

    def close(self):
        """Closes all sockets; the reading threads end with them."""
        self._closed = True
        for sock in list(self._sockets):
            _wake_and_close(sock)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def hostport(self):
        """address:port as it stands in URIs and Via."""
        host, port = self.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def forget(self):
        """Drops what was recorded and answered."""
        with self._changed:
            self.received.clear()
            self._responses.clear()
            self._answers.clear()

    # What came in

    def requests(self, method="MESSAGE"):
        """The first copy of each request of this method."""
        with self._changed:
            found = [r for r in self.received if r.message.is_request
                     and r.message.method == method]
        return list({r.message.branch: r for r in reversed(found)}.values()
                    )[::-1]

    def wait_requests(self, n=1, method="MESSAGE", timeout=SOON):
        """The requests, as soon as there are n of them."""
        self._wait(lambda: len(self.requests(method)) >= n, timeout,
                   f"{n} {method} at {self.hostport}")
        return self.requests(method)

    def wait_request(self, method="MESSAGE", timeout=SOON):
        """The last request, as soon as there is one."""
        return self.wait_requests(1, method, timeout)[-1]

    def wait_copies(self, n, branch, timeout=SOON):
        """Returns when a request came n times."""
        self._wait(lambda: n <= sum(r.message.branch == branch
                                    for r in self.received),
                   timeout, f"{n} copies at {self.hostport}")

    def responses(self, branch):
        """All responses of one transaction, retransmitted ones too."""
        with self._changed:
            return list(self._responses.get(branch, ()))

    def wait_final(self, branch, timeout=TIMEOUT, n=1):
        """The n-th final response of a transaction."""
        def finals():
            return [r for r in self.responses(branch) if r.code >= 200]
        self._wait(lambda: len(finals()) >= n, timeout,
                   f"final response at {self.hostport}")
        return finals()[n - 1]

    def _wait(self, done, timeout, what):
        """Waits until done() says so; whatever comes in wakes it."""
        end = time.monotonic() + timeout
        with self._changed:
            while not done():
                left = end - time.monotonic()
                if left <= 0:
                    raise Timeout(f"no {what} within {timeout} s")
                self._changed.wait(left)

    # What goes out

    def prepare(self, message):
        """Puts a Via of a new transaction on top of a request."""
        via = (f"SIP/2.0/{self.transport.upper()} {self.hostport}"
               f";branch=z9hG4bK{token()};rport")
        message.headers.insert(0, ("Via", via))
        return message

    def send(self, message, to):
        """Sends a request as a new transaction; its branch."""
        self.prepare(message)
        self.send_octets(bytes(message), to)
        return message.branch

    def send_octets(self, octets, to):
        """Sends octets as they are."""
        self._flow(to).send(octets)

    def reply(self, received, message):
        """Answers a request that the script left open."""
        self._give(received.message, message, received.flow)

    def ask(self, message, to, timeout=TIMEOUT):
        """Sends a request and waits for the final response. (A datagram may
        be lost on a busy machine: this one is repeated, rarely.)"""
        return self._ask(message, to, timeout, T2)

    def insist(self, message, to, timeout=TIMEOUT):
        """The same for who repeats it as a client does: where others fill
        the buffer of the node's socket, a datagram may be lost."""
        return self._ask(message, to, timeout, T1)

    def _ask(self, message, to, timeout, wait):
        """The final response to a request, which over UDP is repeated after
        a while, and after twice that."""
        branch, end = self.send(message, to), time.monotonic() + timeout
        while (left := end - time.monotonic()) > wait and (
                self.transport == "udp"):
            try:
                return self.wait_final(branch, wait)
            except Timeout:
                self.send_octets(bytes(message), to)
                wait = min(2 * wait, T2)
        return self.wait_final(branch, max(left, 0))

    # The reading side

    def _start(self, function, *arguments):
        """Runs a function in a thread that does not outlive the process."""
        threading.Thread(
            target=function, args=arguments, daemon=True).start()

    def _take(self, octets, flow):
        """Records a message; a request is answered by the script."""
        if not octets.strip(b"\r\n\0"):
            return
        message = Message.parse(octets)
        with self._changed:
            self.received.append(
                Received(octets, message, flow, time.monotonic()))
            if not message.is_request:
                self._responses[message.branch].append(message)
            self._changed.notify_all()
        if message.is_request and message.method != "ACK":
            self._answer(message, flow)

    def _answer(self, message, flow):
        """Answers a request once; a repeated one gets the same again."""
        key = (message.branch, message.method)  # CANCEL has that of INVITE
        if key in self._answers:
            for sent in self._answers[key]:
                self._send_back(sent, flow)
            return
        self._answers[key] = []
        script = self.script
        if message.method == "OPTIONS":
            script = answer(200) if self.reachable else silent
        for delay, reply in script(message):
            if delay:
                self._start(self._give_later, delay, message, reply, flow)
            else:
                self._give(message, reply, flow)

    def _give_later(self, delay, *what):
        """Sends a reply after a while, as the script demands."""
        time.sleep(delay)
        self._give(*what)

    def _give(self, message, reply, flow):
        """Sends a reply, and keeps it for retransmissions."""
        self._answers.setdefault(
            (message.branch, message.method), []).append(reply)
        self._send_back(reply, flow)

    def _send_back(self, reply, flow):
        """Sends a reply, unless the endpoint was closed meanwhile."""
        try:
            flow.send(bytes(reply))
        except OSError:
            if not self._closed:
                raise


class UdpEndpoint(Endpoint):
    """An endpoint on a datagram socket."""

    transport = "udp"

    def _open(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((address, port))
        self._sockets.append(sock)
        self.address = sock.getsockname()[:2]
        self._start(self._read, sock)

    def _flow(self, to):
        """Datagrams to an address."""
        return _UdpFlow(self._sockets[0], to)

    def _read(self, sock):
        """Takes one datagram after the other until the socket closes."""
        while True:
            try:
                octets, peer = sock.recvfrom(65536)
            except OSError:
                return
            if self._closed:
                return
            self._take(octets, _UdpFlow(sock, peer))


class TcpEndpoint(Endpoint):
    """An endpoint that listens on TCP and connects where it has to."""

    transport = "tcp"

    def _open(self, address, port):
        self._flows = {}
        sock = socket.create_server((address, port), backlog=64)
        self._sockets.append(sock)
        self.address = sock.getsockname()
        self._start(self._accept, sock)

    def _flow(self, to):
        """The connection to an address, made at the first use, and anew after
        the other side has ended it."""
        if to not in self._flows or self._flows[to].ended:
            sock = socket.create_connection(
                to, TIMEOUT, (self.address[0], 0))
            sock.settimeout(None)
            self._flows[to] = self._connected(sock)
        return self._flows[to]

    def flows(self):
        """The connections that it has opened itself."""
        return list(self._flows.values())

    def _accept(self, listening):
        """Takes connections until the socket closes."""
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            self._connected(sock)

    def _connected(self, sock):
        """A new connection, read from now on."""
        self._sockets.append(sock)
        flow = _TcpFlow(sock)
        self._start(self._read, flow)
        return flow

    def _read(self, flow):
        """Takes messages until the connection ends."""
        try:
            self._take_all(flow)
        finally:
            flow.ended = True

    def _take_all(self, flow):
        """Cuts the stream into messages."""
        data = b""
        while True:
            try:
                more = flow.sock.recv(65536)
            except OSError:
                return
            if not more:
                return
            data = (data + more).lstrip(b"\r\n")
            while octets := first_message(data):
                data = data[len(octets):]
                self._take(octets, flow)
