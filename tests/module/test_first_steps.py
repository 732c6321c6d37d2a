# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/guide.md from its first line to its last: the tables with the
printed commands, rows and rights, on each server, and the node as an ordinary
user that has no other rights."""
import os
import pwd
import re
import shutil
import subprocess

import pytest

import calls
import databases
import documents
import existing_server
import mc
import mc_invite
import media
import node
import sample
import sip
import user_agent

USER = "kamailio"
SHARE = "/usr/share/kamailio"
ROOT = os.geteuid() == 0
AS_USER = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
           "--"]


def commands(name):
    """The commands of a file that makes the tables."""
    path = existing_server.RECIPES / f"tables-{name}.sh"
    lines = path.read_text().splitlines()
    return [text for text in lines
            if text != "set -e" and not text.startswith("#")]


def here(text, folder):
    """A command with the folders of a test in place of the installed ones."""
    text = text.replace(f"{SHARE}/mc_iwf/", f"{existing_server.RECIPES}/")
    text = re.sub(rf"{SHARE}/(?:db_)?(\w+)/mc_iwf-create",
                  rf"{node.TOP}/cfg/db_\1/mc_iwf-create", text)
    return text.replace("/var/lib/kamailio", str(folder))


def run(command, **more):
    """Runs a command; its output is told if it fails."""
    done = subprocess.run(command, capture_output=True, text=True,
                          check=False, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


class Files:
    """SQLite, as the document sets it up."""

    module = "db_sqlite.so"

    def __init__(self, folder):
        self.folder = folder / "lib"
        lines = [here(text, self.folder) for text in commands("sqlite")]
        if not ROOT:
            lines = [text.replace(f"-o {USER} -g {USER} ", "")
                     for text in lines if not text.startswith("chown")]
        run(["bash", "-eu", "-o", "pipefail", "-c", "\n".join(lines)])

    def urls(self):
        """MC_DB and MC_NODE_DB."""
        return [f"sqlite:///{self.folder}/{name}.db"
                for name in ("mc_iwf", "node")]

    def change(self, *statements):
        """As user kamailio."""
        for name in ("mc_iwf", "node"):
            ours = [s for s in statements if ("mc_iwf_" in s)
                    == (name == "mc_iwf")]
            run([*(AS_USER if ROOT else []), "sqlite3",
                 f"{self.folder}/{name}.db"], input=";\n".join(ours))

    def close(self):
        """Nothing: the folder goes with the node's."""


class Server:
    """PostgreSQL or MariaDB: the tables made by one user, the node another,
    rows changed by a third one."""

    def __init__(self, name):
        self.name = name
        self.server = databases.SERVERS[name]()
        self.module = f"{self.server.module}.so"
        try:
            self._set_up()
        except BaseException:
            self.server.remove()
            raise

    def _set_up(self):
        self.server.start()
        if self.name == "postgres":
            self.server.make("kamailio")
        else:
            self.server.administrate("CREATE DATABASE kamailio")
        for text in commands(self.server.schema):
            run(["bash", "-c", f"{self.client()} "
                 + here(text.replace("psql -v ON_ERROR_STOP=1 -d kamailio", "")
                        .replace("mariadb kamailio", ""), "")])

    def client(self):
        """The command line of who makes the tables."""
        if self.name == "postgres":
            return " ".join(self.server.client("kamailio"))
        return ("mariadb --no-defaults -u root "
                f"--socket={self.server.folder}/socket kamailio")

    def urls(self):
        """The same database for both, with the rights of the node."""
        scheme = {"postgres": "postgres", "mariadb": "mysql"}[self.name]
        return [f"{scheme}://mcnode:node-secret@127.0.0.1:"
                f"{self.server.port}/kamailio"] * 2

    def change(self, *statements):
        """With the rights of mcadmin."""
        if self.name == "postgres":
            command = ["psql", "-X", "-v", "ON_ERROR_STOP=1", "-h",
                       "127.0.0.1", "-p", str(self.server.port), "-U",
                       "mcadmin", "-d", "kamailio"]
        else:
            command = ["mariadb", "--no-defaults", "-u", "mcadmin",
                       f"--socket={self.server.folder}/socket", "kamailio"]
        run(command, input=";\n".join(statements) + ";",
            env=dict(os.environ, MYSQL_PWD="admin-secret"))

    def close(self):
        """Ends the server."""
        self.server.remove()


class Installed(existing_server.DropIn):
    """Debian's server after the whole document, as user kamailio."""

    def __init__(self, peers, database):
        node.Kamailio.__init__(self, None)
        self.media = node.media_environment()
        self.env, self.options = {}, []
        self.config = self.path("etc/kamailio.cfg")
        if ROOT:
            shutil.chown(self.folder, USER)
        self.path("etc").mkdir()
        self.path("mc_iwf").mkdir()
        shutil.copy(node.TOP / "modules/mc_iwf/mc_iwf.so",
                    self.path("mc_iwf"))
        shutil.copy(node.TOP / "cfg/policies.ini", self.path("etc"))
        existing_server.write_files(self.path("etc"))
        self.database = (Files(self.folder) if database == "sqlite"
                         else Server(database))
        mc_db, node_db = self.database.urls()
        self.database.change(
            "UPDATE mc_iwf_peers SET address = '127.0.0.2'",
            "UPDATE address SET ip_addr = '127.0.0.2'")
        existing_server.settings(self.path("etc"), {
            "MC_DB_MODULE": self.database.module,
            "MC_DB": mc_db, "MC_NODE_DB": node_db,
            "MC_POLICIES": str(self.path("etc/policies.ini")),
            "MC_RTPENGINE": f"udp:127.0.0.1:{self.media['RTPENGINE_PORT']}",
            "MC_OWN_PORTS": self.own_ports(),
            "MC_PEER1": f"sip:{peers.iwf1.hostport}"})

    def _command(self):
        words = [word.replace(f"{node.TOP}/modules:", f"{self.folder}:")
                 for word in super()._command()]
        return [*(AS_USER if ROOT else []), *words]

    def stop(self):
        try:
            super().stop()
        finally:
            self.database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres", "mariadb"])
def installed(request):
    """The server with each database."""
    peers = sample.Peers()
    try:
        with Installed(peers, request.param) as server:
            yield sample.Site(peers, server)
    finally:
        peers.close()


@pytest.fixture
def ready(installed):
    """The same; each test gets it as if just started."""
    yield installed
    installed.reset()


@pytest.mark.skipif(not ROOT, reason="only root can start it as another user")
def test_it_runs_as_kamailio(ready):
    """No process of it has root's rights."""
    uid = pwd.getpwnam(USER).pw_uid
    main = ready.node.process.pid

    def listed():
        found = subprocess.run(
            ["ps", "-o", "uid=", "--pid", str(main), "--ppid", str(main)],
            capture_output=True, text=True, check=True).stdout.split()
        return found if len(found) > 5 else None

    # The first one answers before the last one is there.
    found = node.wait_until(listed, "its processes", sip.TIMEOUT)
    assert {int(word) for word in found} == {uid}


def test_first_message(ready):
    """With the printed rows a message goes each way."""
    alice = ready.client("alice")
    assert "Received: sip:" in ready.node.kamcmd("ul.dump")
    assert "verdict: ok" in ready.node.kamcmd(
        "mc_iwf.explain", mc.impu("alice"), "mcptt")
    assert alice.ask(mc.client_message("alice", b"key")).code == 200
    assert mc.payload_of(ready.iwf1.wait_request().message) == b"key"
    assert ready.from_iwf(mc.iwf_message("alice", b"key")).code == 200
    alice.endpoint.wait_request()


@pytest.mark.parametrize("form", ["private", "from-lmr"])
def test_first_call(ready, form):
    """With the printed rows a call goes each way, and is heard."""
    with calls.Line(ready, form) as wire:
        talk = wire.talk()
        assert "call-id:" in ready.node.kamcmd("dlg.list")
        talk.speech()
        assert talk.near.bye().code == 200
        calls.wait_quiet(ready.node)


LESS = [["mc_iwf_kmf_psis"], ["mc_iwf_kmf_psis", "mc_iwf_kmfs"],
        ["mc_iwf_roles"], ["mc_iwf_users"], ["mc_iwf_lmr"]]


@pytest.mark.parametrize("tables", LESS, ids=lambda tables: tables[-1])
def test_each_row_is_needed(ready, tables):
    """With less than printed the message is refused."""
    alice = ready.client("alice")
    def code():
        return alice.ask(mc.client_message("alice", b"x")).code
    path = existing_server.RECIPES / "first-message.sql"
    printed = path.read_text().splitlines()
    rows = [row.rstrip(";") for table in reversed(tables) for row in printed
            if row.startswith(f"INSERT INTO {table} ")]
    ready.node.database.change(*(f"DELETE FROM {name}" for name in tables))
    node.wait_until(lambda: code() >= 400, f"refusal without {tables}")
    ready.node.database.change(
        *rows, "INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
    node.wait_until(lambda: code() == 200, f"message with {tables}")


def test_a_group_changes_its_codec(ready):
    """The rights for that are printed too."""
    ready.node.database.change(
        "DELETE FROM mc_iwf_groups",
        "INSERT INTO mc_iwf_groups (uri, psi, profile) VALUES "
        f"('{calls.P25_GROUP}', '{mc.IWF1}', 'tetra')")
    node.wait_until(lambda: "changed" in group_codec(ready),
                    "the group's codec")


def group_codec(site):
    """What the node says to a new codec."""
    try:
        return site.node.kamcmd("mc_iwf.group_codec", calls.P25_GROUP,
                                "tetra-bb")
    except AssertionError as said:
        return str(said).replace("changed", "")


def test_password_is_asked_for(ready):
    """A user without the password does not register."""
    mallory = ready.stranger("alice")
    message = sip.request("REGISTER", f"sip:{mc.DOMAIN}", mc.impu("alice"),
                          mc.impu("alice"), [("Contact", "<sip:x@192.0.2.9>")])
    assert mallory.endpoint.ask(message, ready.node.address).code == 401


@pytest.mark.skipif(not ROOT, reason="root's own rights are others")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_database_that_kamailio_cannot_write(what):
    """The server says so at its start and does not run."""
    peers = sample.Peers()
    try:
        server = Installed(peers, "sqlite")
        path = server.database.folder
        os.chown(path if what == "folder" else path / "mc_iwf.db", 0, 0)
        os.chmod(path, 0o755)
        with pytest.raises(AssertionError, match="readonly|failed to open"):
            with server:
                pass
    finally:
        peers.close()


FEATURES = [(), ("WITH_DEBUG",), ("WITH_ANTIFLOOD",), ("WITH_NAT",),
            ("WITH_NAT", "WITH_RTPENGINE"), ("WITH_AUTH",),
            ("WITH_AUTH", "WITH_IPAUTH"), ("MC_NO_CALLS",)]


@pytest.mark.parametrize("features", FEATURES, ids="+".join)
def test_features_of_the_server(features):
    """Whatever else is switched on in kamailio.cfg, it starts and takes a
    registration and a message."""
    peers = sample.Peers()
    more = {"DBURL": "sqlite:///kamailio.db"}
    try:
        with existing_server.DropIn(peers, features, **more) as server:
            site = sample.Site(peers, server)
            alice = site.client("alice")
            assert alice.ask(mc.client_message("alice", b"x")).code == 200
            message = mc_invite.private("alice", calls.UNIT1,
                                        media.Party().sdp(media.P25))
            reply = user_agent.Outgoing(alice.endpoint, server.address,
                                        message,
                                        "alice")
            if "MC_NO_CALLS" not in features:
                peers.iwf1.script = sip.answer(486)
                assert reply.start().refusal().code == 486
            site.reset()
    finally:
        peers.close()


def included(name):
    """A file of the recipes and all that it includes."""
    text = (existing_server.RECIPES / name).read_text()
    return {name}.union(*map(included, re.findall(
        r'^include_file "(.*)"$', text, re.M)))


def test_files_that_are_copied():
    """The printed command copies what the two lines include, and the tests
    run the same files."""
    patterns = re.search(r"^    cp (mc.*) /etc/kamailio/$",
                         documents.GUIDE.read_text(), re.M).group(1).split()
    copied = {path.name for pattern in patterns
              for path in existing_server.RECIPES.glob(pattern)}
    assert copied == included("mc.cfg") == set(existing_server.FILES)


def test_settings():
    """Each setting of the files stands in the table."""
    text = "".join((existing_server.RECIPES / name).read_text()
                   for name in ("mc.cfg", "refusals.cfg"))
    said = set(re.findall(r"`(\w+)`", "".join(re.findall(
        r"^\| (`(?:MC_|PIKE)[^|]*)\|", documents.GUIDE.read_text(), re.M))))
    assert set(re.findall(r"^#!trydef (\w+)", text, re.M)) | {
        "MC_DB_LOADED", "MC_NO_CALLS"} == said
    local = (existing_server.RECIPES / "kamailio-local.cfg").read_text()
    assert set(re.findall(r"^#!define (\w+)", local, re.M)) <= said
