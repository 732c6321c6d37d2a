# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample deployment around one node: IWFs, IMS core and MC clients.

Each node has ports of its own, and so have its peers: their addresses are
those of the sample, the ports are free ones and written into its dispatcher
table before it starts. Several nodes can run side by side.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess

import calls
import mc
import node
import rtpengine
import sip

PEERS = {"iwf1": "127.0.0.2", "iwf1b": "127.0.0.3", "iwf2": "127.0.0.4",
         "core": "127.0.0.5", "partner": "127.0.0.6"}
SAMPLE_PORT = 5070  # of the peers in the sample's dispatcher rows
CHANGING = "".join(f'modparam("{module}", "reload_delta", 0)\n'
                   for module in ("dispatcher", "permissions"))


def users_sql(**rows):
    """SQL that adds P25 users with an MCPTT ID, with these columns."""
    for user, columns in rows.items():
        values = {"mc_id": mc.impu(user), "service": "mcptt",
                  "impu": mc.impu(user), "person": user,
                  "send": 1, "receive": 1, **columns}
        yield (f"INSERT INTO mc_iwf_users ({', '.join(values)})"
               f" VALUES {tuple(values.values())}")
        yield ("INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity)"
               f" VALUES ('{user}', 'p25', '{mc.KMF1}', '{user}')")


# Users that the sample has not: without a right, or served elsewhere.
EXTRA_USERS = list(users_sql(
    mute={"send": 0}, deaf={"receive": 0},
    abroad={"home": "mc.unknown.example"},
    partner={"home": "mc.partner.example"}))


def ha1(user, algorithm="MD5"):
    """What the node stores instead of the user's password."""
    return sip.digest(f"{user}:{mc.DOMAIN}:{user}-secret", algorithm)


def subscriber_sql(user):
    """SQL that adds a digest user."""
    return ("INSERT INTO subscriber (username, domain, ha1, ha1_sha256) "
            f"VALUES ('{user}', '{mc.DOMAIN}', '{ha1(user)}', "
            f"'{ha1(user, 'SHA-256')}')")


class Peers:
    """The systems that the node talks to."""

    def __init__(self):
        for name, address in PEERS.items():
            setattr(self, name, sip.UdpEndpoint(address))

    def all(self):
        """Every endpoint."""
        return [getattr(self, name) for name in PEERS]

    def reset(self):
        """As they were at the start: reachable, answering 200, blank."""
        for peer in self.all():
            peer.script, peer.reachable = sip.answer(200), True
            peer.forget()

    def close(self):
        """Closes their sockets."""
        for peer in self.all():
            peer.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def edit(path, *statements):
    """Runs SQL on a database of the node, in one transaction. It takes rows
    that the node cannot use, as tables without constraints do."""
    connection = sqlite3.connect(path, timeout=10)
    connection.execute("PRAGMA ignore_check_constraints = 1")
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


class SampleNode(node.Kamailio):
    """The node of cfg/, made and started by tools/node.sh."""

    relays_calls = True

    def __init__(self, peers, env=(), options=(), extra="", sql=(),
                 next_hops=(), prepare=None, media_ports=200, clock=False,
                 config="mc-server.cfg", changes=()):
        """Settings of node.sh, options, more configuration; changed rows.
        Of the configuration texts that stand there once may be replaced."""
        super().__init__(None)
        if clock:
            self.with_clock()
        self.media = node.media_environment(media_ports)
        self.config = self.path("node.cfg")
        self.env, self.options = dict(env, CONFIG=config), list(options)
        folder = self._changed(changes) if changes else node.TOP / "cfg"
        self.config.write_text(f'include_file "{folder}/{config}"\n{extra}\n')
        self.run_script("create")
        self._place_peers(peers, dict(next_hops))
        self.edit_node(subscriber_sql("mute"), subscriber_sql("deaf"))
        self.edit(*EXTRA_USERS, *sql)
        if prepare:
            prepare(self.path("mc_iwf.db"))

    def edit(self, *statements):
        """Changes rows of the module's own tables."""
        edit(self.path("mc_iwf.db"), *statements)

    def edit_node(self, *statements):
        """Changes rows of the tables of Kamailio's modules."""
        edit(self.path("kamailio.db"), *statements)

    def _changed(self, changes):
        """A copy of the configuration with texts replaced."""
        folder = self.path("cfg")
        shutil.copytree(node.TOP / "cfg", folder)
        for old, new in changes:
            path, = (path for path in folder.glob("*.cfg")
                     if path.read_text().count(old) == 1)
            path.write_text(path.read_text().replace(old, new))
        return folder

    def run_script(self, *words, **options):
        """Runs tools/node.sh for this node."""
        subprocess.run([f"{node.TOP}/tools/node.sh", *words],
                       env=self._environment(), check=True, **options)

    def _place_peers(self, peers, next_hops):
        """Writes the peers' own ports, or other next hops, into the rows."""
        hops = {name: next_hops.get(name, getattr(peers, name).hostport)
                for name in PEERS}
        self.edit_node(*(
            "UPDATE dispatcher SET destination = replace(destination, "
            f"'{PEERS[name]}:{SAMPLE_PORT}', '{hop}')"
            for name, hop in hops.items()))

    def _command(self):
        return [f"{node.TOP}/tools/node.sh", "run",
                "-f", str(self.config), *self.options]

    def _environment(self):
        return dict(super()._environment(), SIP_PORT=str(self.port),
                    HTTP_PORT=str(self.http_port),
                    KAMAILIO_BIN=node.KAMAILIO_BIN, **self.media,
                    **self.env)

    def script_environment(self):
        """What tools/node.sh is told for this node."""
        return self._environment()

    def remove(self):
        """Its folder, and its claim on the relay's ports."""
        super().remove()
        node.release_media(self.media)

    # Its media relay

    def relay(self):
        """Asks the relay."""
        return rtpengine.NgClient(
            ("127.0.0.1", int(self.media["RTPENGINE_PORT"])))

    def relay_calls(self):
        """The Call-IDs of the relay's sessions."""
        return self.relay().ask("list", limit=10000)["calls"]

    def relay_pid(self):
        """The process of the relay."""
        return int(self.path("rtpengine.pid").read_text())

    def hang_relay(self):
        """Stops the relay where it is; returns when no thread of it runs."""
        pid = self.relay_pid()
        os.kill(pid, signal.SIGSTOP)
        node.wait_until(lambda: all(
            ") T " in stat.read_text()
            for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")),
            "stop of the relay")

    def resume_relay(self):
        """Lets it go on."""
        os.kill(self.relay_pid(), signal.SIGCONT)

    def start_relay(self):
        """Starts the relay again after it ended."""
        self.run_script("media")

    def calls(self):
        """How many dialogs the node has, by state."""
        text = self.kamcmd("dlg.stats_active")
        return {name: int(n) for name, n in
                re.findall(r"(\w+): (\d+)", text)}

    def forget_calls(self):
        """Starts again, without the calls that it has."""
        self.stop()
        edit(self.path("dialog.db"),
             "DELETE FROM dialog_vars", "DELETE FROM dialog")
        self.start()

    def forget_user(self, user):
        """Removes all contacts of a user."""
        self.kamcmd("ul.rm", "location", f"{user}@{mc.DOMAIN}")

    # Who writes its logs

    def log_writers(self):
        """The processes that read its pipes, by the name of the log. (The
        pipes have no name any more.)"""
        found = {}
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if b"bounded_log.py" in (process / "cmdline").read_bytes():
                    pipe = pathlib.Path(os.readlink(process / "fd" / "0"))
                    if pipe.parent == self.folder:
                        found[pipe.name.partition(".")[0]] = int(process.name)
            except OSError:
                pass
        return found

    def settle_log(self):
        """Returns when all that Kamailio has said by now is in its log: what
        comes after it in the pipe is there."""
        pipe = f"/proc/{self.log_writers()['kamailio']}/fd/0"
        mark = f"settled {sip.token()}"
        with open(pipe, "w", encoding="ascii") as file:
            file.write(f"{mark}\n")
        self.wait_log(re.escape(mark))

    # What happens to it

    def crash(self):
        """Ends its Kamailio as a power cut does; the relay lives on."""
        os.killpg(self.kamailio_pid(), signal.SIGKILL)
        self.process.wait(node.STOP_TIMEOUT)

    def kamailio_pid(self):
        """The first process of its Kamailio, which leads their group."""
        return int(self.path("kamailio.pid").read_text())

    def kamailio_pids(self):
        """The first process of its Kamailio, and those that it forked."""
        if not self.path("kamailio.pid").exists():
            return []
        main = self.kamailio_pid()
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--pid", str(main), "--ppid", str(main)],
            capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]

    def main_pid(self):
        """Kamailio itself, that is stopped alone: the script would have the
        registrations written first, which takes two seconds."""
        pids = self.kamailio_pids()
        return pids[0] if pids else self.process.pid

    def _kill(self):
        """Also what the script started, where it could not do so itself."""
        if self.process.poll() is None:
            for pid in [self.process.pid, *self.kamailio_pids()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
        self.run_script("stop", stdout=subprocess.DEVNULL)


class Site:
    """A running node with its peers, and the clients of one test."""

    def __init__(self, peers, server):
        self.peers, self.node = peers, server
        self.iwf1, self.iwf1b = peers.iwf1, peers.iwf1b
        self.iwf2, self.core = peers.iwf2, peers.core
        self.partner = peers.partner
        self.clients = []

    def client(self, user, *services, endpoint=None, tags=""):
        """A registered client, for all services where none is named."""
        client = self.stranger(user, endpoint)
        return client.register(*services, tags=tags)

    def stranger(self, user, endpoint=None):
        """A client that has not registered."""
        client = mc.Client(self.node, user, endpoint)
        self.clients.append(client)
        return client

    def from_core(self, message, timeout=sip.TIMEOUT):
        """The answer to what the IMS core hands over."""
        return self.core.ask(message, self.node.address, timeout)

    def from_iwf(self, message, peer=None, timeout=sip.TIMEOUT):
        """The answer to what an IWF sends, the first one by default."""
        return (peer or self.iwf1).ask(message, self.node.address, timeout)

    def contacts(self, user):
        """Where the node reaches a user. (What is removed stays in memory
        until that is written.)"""
        found = re.search(rf"AoR: {user}@(.*?)(?=AoR:|\Z)",
                          self.node.kamcmd("ul.dump"), re.S)
        return (re.findall(r"Address: (\S+)\s+Expires: (?!deleted)",
                           found.group(1)) if found else [])

    def set_peers(self, state):
        """Sets the state of all peers: ap up, dp down."""
        for group in (1, 2, 3):
            self.node.kamcmd("dispatcher.set_state", state, group, "all")

    @contextlib.contextmanager
    def peer_at(self, group, hostport):
        """While a place is a peer's: of set 3, or of an address group. The
        node has to take changes at any time: CHANGING."""
        host = hostport.partition(":")[0]
        if group == 3:
            add = ("dispatcher (setid, destination)"
                   f" VALUES (3, 'sip:{hostport}')")
            remove = f"dispatcher WHERE destination = 'sip:{hostport}'"
            reload = "dispatcher.reload"
        else:
            add = (f"address (grp, ip_addr, mask, port) VALUES ({group},"
                   f" '{host}', 32, 0)")
            remove = f"address WHERE ip_addr = '{host}'"
            reload = "permissions.addressReload"
        self.node.edit_node(f"INSERT INTO {add}")
        self.node.kamcmd(reload)
        try:
            yield
        finally:
            self.node.edit_node(f"DELETE FROM {remove}")
            self.node.kamcmd(reload)

    def wait_peers(self, pattern, timeout):
        """Returns when the list of peers shows a pattern."""
        node.wait_until(
            lambda: re.search(pattern, self.node.kamcmd("dispatcher.list")),
            f"{pattern!r} in the list of peers", timeout)

    def reset(self):
        """Leaves the node as a test found it. A call that the test has left,
        or a client that cannot take its contact back, fails this test, and
        no later one."""
        clients, self.clients = self.clients, []
        with contextlib.ExitStack() as stack:
            stack.callback(self.peers.reset)
            for client in clients:
                stack.callback(client.leave)
            self._end_calls()

    def _end_calls(self):
        """Returns when all calls are over; ends what a test has left."""
        try:
            if self.node.relays_calls:
                calls.wait_quiet(self.node)
        except sip.Timeout:
            self.node.forget_calls()
            raise


@contextlib.contextmanager
def running(make):
    """A site around the node that make() builds for its peers."""
    peers = Peers()
    try:
        with make(peers) as server:
            yield Site(peers, server)
    finally:
        peers.close()
