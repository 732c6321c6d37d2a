# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the user-space instructions that a MESSAGE takes in Kamailio.

A Kamailio without worker processes (fork=no) runs under callgrind, which is
switched on when all tables are loaded and counts after WARM_UP messages.
Each message waits for the reply to the one before it.
"""
import pathlib
import re
import shutil
import sqlite3
import subprocess
import time

import mc
import node
import sample
import sip

HERE = pathlib.Path(__file__).resolve().parent
WORK = node.TOP / "build/bench"
WARM_UP, MESSAGES = 200, 1000
USERS = [f"u{i}" for i in range(10)]
MILLION = 1000000
OUR_LIMIT = 65000   # instructions of our part
SIZE_LIMIT = 2.0    # percent by which the number of users may change them
FAST = ("-x", "fm", "-X", "fm")
node.START_TIMEOUT = node.STOP_TIMEOUT = 600.0


def read_payload():
    """A real OTAR message."""
    text = (node.TOP / "tests/data/p25-rekey-kmm.hex").read_text()
    return bytes.fromhex(re.sub(r"#.*", "", text))


PAYLOAD = read_payload()


# What is sent

def to_iwf(peers):
    """A user's message, as the IMS core hands it over: sender, message."""
    return peers.core, lambda user: mc.core_message(
        user, PAYLOAD, target=mc.KMF1)


def to_client(peers):
    """An IWF's message to a user: sender, message."""
    return peers.iwf1, lambda user: mc.iwf_message(user, PAYLOAD)


def size_of(sender, message):
    """Octets of such a message on the wire."""
    return len(bytes(sender.prepare(message(USERS[0]))))


# What receives it

def others_sql(users):
    """SQL that fills the tables up to this number of users."""
    numbers = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
               f"SELECT i + 1 FROM n LIMIT {users - len(USERS)})")
    yield ("INSERT INTO mc_iwf_users (mc_id, service, impu, person, send,"
           f" receive) {numbers} SELECT 'sip:x' || i || '@{mc.DOMAIN}',"
           f" 'mcptt', 'sip:x' || i || '@{mc.DOMAIN}', 'x' || i, 1, 1 FROM n")
    yield ("INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity)"
           f" {numbers} SELECT 'x' || i, 'p25', '{mc.KMF1}', i FROM n")


def make_database(users):
    """The tables with the sample's KMFs and peers and this many users."""
    path = WORK / f"users-{users}.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    for name in ("db_sqlite/mc_iwf-create.sql", "sample-data.sql"):
        connection.executescript((node.TOP / "cfg" / name).read_text())
    connection.close()
    sample.edit(
        path, "DELETE FROM mc_iwf_users", "DELETE FROM mc_iwf_lmr",
        *sample.users_sql(**{user: {} for user in USERS}),
        *(others_sql(users) if users > len(USERS) else ()),
        "DELETE FROM mc_iwf_changes")
    return path


class Bench(node.Kamailio):
    """Kamailio that does one of the tasks of bench.cfg."""

    def __init__(self, peers, database, task, direction, options=FAST):
        super().__init__(HERE / "bench.cfg", memory=1024)
        self.options = options
        self.defines = [
            f"WITH_{task}", f"DIRECTION_{direction.__name__}",
            f'NEXT_HOP="sip:{peers.iwf1b.hostport}"',
            f'DB_URL="sqlite:///{database}"',
            f'CTL_URL="unix:{self.path("kamailio_ctl")}"']

    def _command(self):
        command = super()._command()
        command[command.index("-DD")] = "-D"
        return [*command, *self.options]


class Counted(Bench):
    """The same under callgrind."""

    def _command(self):
        return ["valgrind", "--tool=callgrind", "--instr-atstart=no", "-q",
                f"--callgrind-out-file={self.path('out')}.%p",
                *super()._command()]

    def _control(self, *words):
        subprocess.run(["callgrind_control", *words, str(self.process.pid)],
                       check=True, capture_output=True)

    def count(self, traffic, profile):
        """Instructions per message; callgrind's file is kept as profile."""
        self._control("--instr=on")
        traffic(WARM_UP)
        self._control("--zero")
        traffic(MESSAGES)
        self._control("--dump")
        shutil.copy(self.path(f"out.{self.process.pid}.1"), WORK / profile)
        return total_of(profile) / MESSAGES


def total_of(profile):
    """All instructions in callgrind's file."""
    return int(re.search(r"^totals: (\d+)", (WORK / profile).read_text(),
                         re.MULTILINE).group(1))


def assert_done(task, received):
    """What came to the IWF has the payload, and the caller by task."""
    caller = mc.calling_user(received)
    assert mc.payload_of(received) == PAYLOAD
    assert caller in ([None] if task == "PLAIN" else map(mc.mc_id, USERS))


def measure(peers, database, task, direction, options=FAST):
    """Instructions per message of one task."""
    sender, message = direction(peers)

    def traffic(n):
        for i in range(n):
            reply = sender.ask(message(USERS[i % len(USERS)]), server.address)
            assert reply.code == 200, reply.start
        if direction == to_iwf:
            assert_done(task, peers.iwf1b.wait_request().message)
        for peer in peers.all():
            peer.forget()

    with Counted(peers, database, task, direction, options) as server:
        with sip.UdpEndpoint() as endpoint:
            for user in USERS:
                mc.Client(server, user, endpoint).register("mcptt")
            profile = f"{task}-{direction.__name__}-{database.stem}"
            return server.count(
                traffic, profile if options == FAST else f"{profile}-default")


def load(peers, database):
    """Seconds of a start without callgrind, and octets in shared memory."""
    begin = time.monotonic()
    with Bench(peers, database, "MODULE", to_iwf) as server:
        seconds = time.monotonic() - begin
        used = re.search(r"\bused: (\d+)", server.kamcmd("core.shmmem"))
    return seconds, int(used.group(1))


# What is printed

def say(text, count=None, note=""):
    """A line, with a figure if there is one."""
    figure = "" if count is None else f"{count:12,.0f}"
    print(f"{text:<54}{figure}  {note}".rstrip(), flush=True)


def verdict(value, limit, unit):
    """How a value stands to what was wanted."""
    if value < limit:
        return f"wanted below {limit:,}{unit}: yes"
    return f"wanted below {limit:,}{unit}: short by {value - limit:,.1f}{unit}"


def groups_of(profile):
    """Instructions per message by the object that they stand in."""
    text = subprocess.run(
        ["callgrind_annotate", "--threshold=100", "--show-percs=no",
         "--auto=no", str(WORK / profile)],
        check=True, capture_output=True, text=True).stdout
    groups = {}
    for cost, where in re.findall(r"^ *([\d,]+) +(\S*:.* \[.*\])$", text,
                                  re.MULTILINE):
        name = re.search(r"([^/]*)\]$", where).group(1)
        if name == "mc_iwf.so":
            name = re.search(r"modules/\w+", where).group(0)
        groups[name] = groups.get(name, 0) + int(cost.replace(",", ""))
    return {name: cost / MESSAGES for name, cost in groups.items()}


def print_groups(plain, module):
    """Where the instructions go, and how many more than in the plain case."""
    before, after = groups_of(plain), groups_of(module)
    small = [n for n in after if after[n] < 500]
    for name in sorted(after, key=after.get, reverse=True):
        if name not in small:
            say(f"  {name}", after[name],
                f"{after[name] - before.get(name, 0):+12,.0f}")
    rest = sum(after[n] for n in small)
    say("  all others", rest,
        f"{rest - sum(before.get(n, 0) for n in small):+12,.0f}")


def bench_to_iwf(peers, few, options=FAST):
    """The three contenders; the cost of the module's task."""
    plain = measure(peers, few, "PLAIN", to_iwf, options)
    say("plain: t_relay", plain)
    module = measure(peers, few, "MODULE", to_iwf, options)
    say("module: check, authorize, rewrite, t_relay", module)
    script = measure(peers, few, "SCRIPT", to_iwf, options)
    say("script: the same by textops and xmlops, t_relay", script)
    ours, scripted = module - plain, script - plain
    if options == FAST:
        say("our part, module less plain", ours,
            verdict(ours, OUR_LIMIT, ""))
        say("the script's part, script less plain", scripted,
            f"{scripted / ours:.1f} times ours")
        say("where the module's instructions stand, and more than plain")
        print_groups(f"PLAIN-to_iwf-{few.stem}", f"MODULE-to_iwf-{few.stem}")
    return module


def bench_to_client(peers, few):
    """The other direction; the cost of the module's task."""
    plain = measure(peers, few, "PLAIN", to_client)
    say("plain: t_relay", plain)
    module = measure(peers, few, "MODULE", to_client)
    say("module: check, authorize, targets, rewrite, t_relay", module)
    say("our part, module less plain", module - plain,
        verdict(module - plain, OUR_LIMIT, ""))
    return module


def bench_sizes(peers, many, with_few):
    """The module's task with many users, against the same with few."""
    for direction, few in with_few.items():
        cost = measure(peers, many, "MODULE", direction)
        change = abs(cost / few - 1) * 100
        say(f"module, {direction.__name__}", cost,
            f"{cost / few - 1:+.2%}; {verdict(change, SIZE_LIMIT, ' %')}")


def bench_load(peers, few, many):
    """What a million users take at the start."""
    _, base = load(peers, few)
    seconds, used = load(peers, many)
    say("start to the first answer, not under callgrind",
        note=f"{seconds:10.1f}  seconds")
    say("shared memory that the users take",
        note=f"{(used - base) / 1e6:10.1f}  MB, "
             f"{(used - base) / MILLION:.0f} octets a user")


def main():
    """All figures, what was done for them above each."""
    WORK.mkdir(parents=True, exist_ok=True)
    few, many = make_database(len(USERS)), make_database(MILLION)
    peers = sample.Peers()
    octets = {d: size_of(*d(peers)) for d in (to_iwf, to_client)}
    version = subprocess.run([node.KAMAILIO_BIN, "-v"], check=True,
                             capture_output=True, text=True).stdout
    print(version.splitlines()[0])
    print(f"User-space instructions per message, {MESSAGES:,} messages after"
          f" {WARM_UP}, allocator fm.\n")
    print(f"To the IWF: MESSAGE of {octets[to_iwf]} octets, asserted by the"
          " IMS core, to one fixed next hop;\nits 200 goes back. Users: 10.")
    costs = {to_iwf: bench_to_iwf(peers, few)}
    print(f"\nTo the client: MESSAGE of {octets[to_client]} octets from an"
          " IWF, to one next hop; its 200 goes back.\nUsers: 10.")
    costs[to_client] = bench_to_client(peers, few)
    print(f"\nThe same with {MILLION:,} users, against 10 users.")
    bench_sizes(peers, many, costs)
    bench_load(peers, few, many)
    print("\nTo the IWF as above, with the allocator that Kamailio takes by"
          " itself: not the measure.")
    bench_to_iwf(peers, few, options=())
    peers.close()
    for path in WORK.glob("users-*.db*"):
        path.unlink()


if __name__ == "__main__":
    main()
