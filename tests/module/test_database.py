# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables on the real servers: schema, load in pages, refresh by rows."""
import contextlib
import hashlib
import pathlib
import re
import subprocess
import time

import pytest

import databases
import mc
import node
import preload
import sample
import sip

IN_FORCE = 1.0  # s after the commit at the latest
RELOAD_PAUSE = 61  # s: full loads that were not asked for are further apart
SOON = 60.0  # s: a reconnection and a full load, on a loaded machine

CONFIG = """\
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "kex.so"
loadmodule "ctl.so"
loadmodule "{driver}.so"
loadmodule "mc_iwf.so"
listen=udp:127.0.0.1:SIP_PORT
debug=2
log_stderror=yes
auto_aliases=no
disable_tcp=yes
modparam("ctl", "binrpc", "unix:{ctl}")
modparam("mc_iwf", "db_url", "{url}")
{parameters}
request_route {{
    sl_send_reply("200", "OK");
}}
"""


class Loaded(node.Kamailio):
    """A Kamailio with little more than the module and a database.

    It looks into the log more often than by default, so that no test waits
    for several looks; that the default is soon enough: test_nodes."""

    def __init__(self, database, **parameters):
        super().__init__(None)
        parameters.setdefault("refresh_interval", 50)
        self.config = self.path("database.cfg")
        self.config.write_text(CONFIG.format(
            driver=database.server.module, url=database.url,
            ctl=self.path("kamailio_ctl"),
            parameters="\n".join(
                f'modparam("mc_iwf", "{name}", {value})'
                for name, value in parameters.items())))

    def user(self, mc_id):
        """What the module says of an MC service ID; empty if unknown."""
        return self._ask("mc_iwf.users", mc_id)

    def bad_rows(self):
        """How many rows could not be used so far."""
        found = re.search(r"bad_rows: (\d+)", self._ask("mc_iwf.stats"))
        return int(found.group(1))

    def kmfs(self):
        """What the module says of the KMFs."""
        return self._ask("mc_iwf.kmfs")

    def party(self, kind, uri):
        """What the module says of an LMR user or a group; empty if
        unknown."""
        said = self._ask(f"mc_iwf.{kind}", uri)
        return said if f"uri: {uri}\n" in said else ""

    def wait_party(self, kind, uri, word):
        """Waits until this is said of an LMR user or a group."""
        node.wait_until(lambda: word in self.party(kind, uri),
                        f"{word} for {uri}\n{self.log_tail()}", IN_FORCE)

    def wait_no_party(self, kind, uri, timeout=IN_FORCE):
        """Waits until an LMR user or a group is not known any more."""
        node.wait_until(lambda: not self.party(kind, uri),
                        f"{uri} removed\n{self.log_tail()}", timeout)

    def _ask(self, *words):
        try:
            return self.kamcmd(*words)
        except AssertionError:
            return ""

    def wait_user(self, mc_id, *words, timeout=IN_FORCE):
        """Waits until all these words are said of an MC service ID."""
        node.wait_until(
            lambda: all(word in self.user(mc_id) for word in words),
            f"{words} for {mc_id}\n{self.user(mc_id)}\n{self.log_tail()}",
            timeout)

    def wait_gone(self, mc_id, timeout=IN_FORCE):
        """Waits until an MC service ID is not known any more."""
        node.wait_until(lambda: f"mc_id: {mc_id}" not in self.user(mc_id),
                        f"{mc_id} removed\n{self.log_tail()}", timeout)

    def wait_loads(self, n):
        """Waits for the end of so many full loads, with that of the start."""
        node.wait_until(lambda: self.log().count("loaded ") == n
                        or "load failed" in self.log(),
                        "end of the full load", 60)
        assert "load failed" not in self.log()

    def reload_error(self):
        """Why a reload fails; empty if it does not."""
        done = subprocess.run(
            [node.KAMCMD, "-s", f"unix:{self.path('kamailio_ctl')}",
             "mc_iwf.reload"], capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        return text if "error" in text else ""


def insert_user(name, person=None, service="mcptt", **columns):
    """The statement that inserts a user; its person is p-NAME."""
    row = {"mc_id": f"sip:{name}@mc.example.org", "service": service,
           "impu": f"sip:{name}@mc.example.org",
           "person": person or f"p-{name}", **columns}
    values = ", ".join("'" + value.replace("'", "''") + "'"
                       for value in row.values())
    return (f"INSERT INTO mc_iwf_users ({', '.join(row)}, send, receive) "
            f"VALUES ({values}, 1, 1)")


def update_user(name, **columns):
    """The statement that changes columns of a user."""
    changes = ", ".join(f"{k} = '{v}'" for k, v in columns.items())
    return (f"UPDATE mc_iwf_users SET {changes} "
            f"WHERE mc_id = 'sip:{name}@mc.example.org'")


def delete_user(name):
    """The statement that deletes a user."""
    return ("DELETE FROM mc_iwf_users "
            f"WHERE mc_id = 'sip:{name}@mc.example.org'")


def insert_lmr(person, identity, kmf="sip:kmf1@iwf.example.org",
               lmr_type="p25"):
    """The statement that inserts an LMR entry."""
    return ("INSERT INTO mc_iwf_lmr (person, lmr_type, kmf, identity) "
            f"VALUES ('{person}', '{lmr_type}', '{kmf}', '{identity}')")


def mc_id(name):
    """The MC service ID of insert_user()."""
    return f"sip:{name}@mc.example.org"


@pytest.fixture(scope="module", params=databases.SERVERS)
def server(request):
    """Each kind of database server."""
    found = databases.SERVERS[request.param]()
    try:
        yield found.start()
    finally:
        found.remove()


@pytest.fixture(scope="module")
def database(server):
    """A database with the sample, for the node that the tests share. Its
    tables take any row, as those without constraints do."""
    return server.create(checked=False).load_sample()


@pytest.fixture(scope="module")
def kamailio(database):
    """A node that the tests share: each works on rows of its own."""
    with Loaded(database) as found:
        yield found


@pytest.fixture
def fresh(server):
    """A database with the sample that no other test works on; as above."""
    return server.create(checked=False).load_sample()


@pytest.fixture
def counting(fresh):
    """A node of its own: what it counts and logs is of one test, and no full
    load that another one has made due judges its rows again."""
    with Loaded(fresh) as running:
        yield running


SAMPLE_USERS = [f"{name}{suffix}"
                for name in ("alice", "bob", "carol", "dave", "erin", "frank")
                for suffix in ("", ".data", ".video")]


# LMR users and groups of the sample, each with its IWF and profile.
SAMPLE_PARTIES = {
    "lmr_users": [("sip:unit1@iwf.example.org", "iwf", "p25"),
                  ("sip:fm1@iwf.example.org", "iwf", "analog"),
                  ("sip:unit1@tetra-iwf.example.org", "tetra-iwf", "tetra"),
                  ("sip:secure1@tetra-iwf.example.org", "tetra-iwf",
                   "tetra-e2ee"),
                  ("sip:clear1@tetra-iwf.example.org", "tetra-iwf",
                   "tetra-clear")],
    "groups": [("sip:grp-p25@mc.example.org", "iwf", "p25"),
               ("sip:grp-tetra@mc.example.org", "tetra-iwf", "tetra-e2ee")]}


def assert_sample(running):
    """The rows of the sample are in force."""
    for name in SAMPLE_USERS:
        assert name.split(".")[0] in running.user(mc_id(name)), name
    for identity in ("2001006", "901000100002006"):
        assert identity in running.user(mc_id("frank"))
    for uri in ("sip:kmf1@iwf.example.org", "sip:kmf2@tetra-iwf.example.org"):
        assert uri in running.kmfs()
    for kind, parties in SAMPLE_PARTIES.items():
        for uri, iwf, profile in parties:
            said = running.party(kind, uri)
            assert f"psi: sip:iwf@{iwf}.example.org\n" in said, uri
            assert f"profile: {profile}\n" in said, uri


def test_sample_is_loaded(kamailio):
    """Schema and sample work on every server, and all rows come up."""
    assert_sample(kamailio)


@pytest.mark.parametrize("page", [1, 2, 18, 5000])
def test_pages(fresh, page):
    """However many rows a page has, all are loaded: more pages than one,
    the last one full, one page for all."""
    with Loaded(fresh, page_rows=page) as running:
        assert_sample(running)


def test_warning_is_no_row(server):
    """What a client of the tests says beside its rows is none of them."""
    assert server.create().run("DROP TABLE IF EXISTS missing",
                               "SELECT 7") == ["7"]


def test_empty_tables(server):
    """Tables without a row are no error, and take their first rows."""
    empty = server.create()
    empty.load(databases.CFG / f"db_{server.schema}" / "mc_iwf-create.sql")
    with Loaded(empty) as running:
        empty.run(insert_user("first"))
        running.wait_user(mc_id("first"), "p-first")


def test_null_is_empty(fresh):
    """A column that an operator made nullable reads as empty."""
    fresh.run("DROP TABLE mc_iwf_peers",
              "CREATE TABLE mc_iwf_peers (id INTEGER, kind VARCHAR(16), "
              "psi VARCHAR(255), address VARCHAR(64), port INTEGER, "
              "tls_id VARCHAR(255))",
              "INSERT INTO mc_iwf_peers (id, kind, address) "
              "VALUES (1, 'core', '127.0.0.5')")
    with Loaded(fresh) as running:
        assert_sample(running)


FLAGS = {"2": False, "-1": False, "0": False, "1": True, "256": False}


@pytest.mark.parametrize("column", ["send", "receive"])
def test_rights(database, kamailio, column):
    """A right is given by 1 and by nothing else."""
    name = f"right-{column}"
    database.run(insert_user(name))
    for value, given in FLAGS.items():
        database.run(
            f"UPDATE mc_iwf_users SET {column} = {value}, "
            f"person = '{column}{value}' WHERE mc_id = '{mc_id(name)}'")
        kamailio.wait_user(mc_id(name), f"person: {column}{value}")
        assert f"{column}: {int(given)}\n" in kamailio.user(mc_id(name))


def test_right_that_is_null(server):
    """NULL gives none, if an operator has made the columns nullable."""
    if server.schema != "sqlite":
        pytest.skip("SQLite takes a schema as text")
    empty = server.create()
    schema = databases.CFG / "db_sqlite" / "mc_iwf-create.sql"
    edited = server.folder / "nullable.sql"
    edited.write_text(re.sub(r"(send|receive) SMALLINT DEFAULT 0 NOT NULL",
                             r"\1 SMALLINT", schema.read_text()))
    empty.load(edited, databases.SAMPLE)
    empty.run(insert_user("null"), "UPDATE mc_iwf_users SET send = NULL, "
              f"receive = NULL WHERE mc_id = '{mc_id('null')}'")
    with Loaded(empty) as running:
        said = running.user(mc_id("null"))
        assert "send: 0\n" in said and "receive: 0\n" in said


def test_order_of_psis(fresh):
    """The PSI with the highest priority comes first, whenever it came."""
    where = "INSERT INTO mc_iwf_kmf_psis (kmf, psi, priority) VALUES "
    fresh.run(*(where + f"('sip:kmf1@iwf.example.org', 'sip:{name}@x.org', "
                f"{priority})" for name, priority in (
                    ("low", -5), ("high", 107), ("higher", 109))))
    with Loaded(fresh) as running:
        said = running.kmfs()
    psis = re.findall(r"sip:(higher|high|iwf|low)@(?:x|iwf)[.]", re.search(
        r"psis: {([^}]*)}", said).group(1))
    assert psis == ["higher", "high", "iwf", "low"]


def kamailio_tables(server):
    """A database with Kamailio's own tables and the sample's rows in them."""
    folder = {"sqlite": "db_sqlite"}.get(server.schema, server.schema)
    names = ("standard", "auth_db", "dispatcher", "permissions")
    found = server.create()
    found.load(*(pathlib.Path("/usr/share/kamailio", folder,
                              f"{name}-create.sql") for name in names),
               databases.CFG / f"db_{server.schema}" / "mc_iwf-create.sql",
               databases.CFG / "sample-node.sql")
    return found


def test_sample_of_kamailio(server):
    """The sample's rows of Kamailio's own tables fit those of its packages;
    the hashes are those of the passwords."""
    found = kamailio_tables(server)
    with found.session() as session:
        rows = session.run("SELECT username, ha1, ha1b, ha1_sha256,"
                           " ha1b_sha256 FROM subscriber")
        assert session.run("SELECT COUNT(*) FROM dispatcher") == ["4"]
        assert session.run("SELECT COUNT(*) FROM address") == ["4"]
    assert len(rows) == 6
    for row in rows:
        user, *hashes = row.replace("\t", "|").split("|")
        assert hashes == [
            make(f"{name}:mc.example.org:{user}-secret".encode()).hexdigest()
            for make in (hashlib.md5, hashlib.sha256)
            for name in (user, f"{user}@mc.example.org")]


def test_single_rows(database, kamailio):
    """Insert, update and delete are in force within a second."""
    database.run(insert_user("row"), insert_lmr("p-row", "4711"))
    kamailio.wait_user(mc_id("row"), "p-row", "4711")
    database.run(update_user("row", person="p-other"))
    kamailio.wait_user(mc_id("row"), "p-other")
    database.run(update_user("row", person="p-row"),
                 "UPDATE mc_iwf_lmr SET identity = '4712' "
                 "WHERE person = 'p-row'")
    kamailio.wait_user(mc_id("row"), "4712")
    database.run("DELETE FROM mc_iwf_lmr WHERE person = 'p-row'")
    node.wait_until(lambda: "4712" not in kamailio.user(mc_id("row")),
                    "LMR entry removed", IN_FORCE)
    database.run(delete_user("row"))
    kamailio.wait_gone(mc_id("row"))


KINDS = ["lmr_users", "groups"]


def insert_party(kind, uri, psi="sip:iwf@iwf.example.org", profile="p25"):
    """The statement that inserts an LMR user or a group."""
    return (f"INSERT INTO mc_iwf_{kind} (uri, psi, profile) "
            f"VALUES ('{uri}', '{psi}', '{profile}')")


@pytest.mark.parametrize("kind", KINDS)
def test_single_parties(database, kamailio, kind):
    """The same for LMR users and groups; a new URI leaves nothing under the
    old one; the profile is not looked up."""
    one, two = f"sip:one-{kind}@x.org", f"sip:two-{kind}@x.org"
    database.run(insert_party(kind, one, profile="no-such-profile"))
    kamailio.wait_party(kind, one, "no-such-profile")
    database.run(f"UPDATE mc_iwf_{kind} SET profile = 'dmr' "
                 f"WHERE uri = '{one}'")
    kamailio.wait_party(kind, one, "profile: dmr")
    if kind == "groups":
        database.run("UPDATE mc_iwf_groups SET codec = 'dmr-ambe' "
                     f"WHERE uri = '{one}'")
        kamailio.wait_party(kind, one, "codec: dmr-ambe")
    database.run(f"UPDATE mc_iwf_{kind} SET uri = '{two}' "
                 f"WHERE uri = '{one}'")
    kamailio.wait_party(kind, two, "profile: dmr")
    kamailio.wait_no_party(kind, one)
    database.run(f"DELETE FROM mc_iwf_{kind} WHERE uri = '{two}'")
    kamailio.wait_no_party(kind, two)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column, value", [
    ("psi", "nobody"), ("profile", "")])
def test_bad_party(database, kamailio, kind, column, value):
    """An LMR user or a group that turns bad is named and out of force; it
    counts again as soon as it is right."""
    uri = f"sip:bad-{kind}-{column}@x.org"
    database.run(insert_party(kind, uri))
    kamailio.wait_party(kind, uri, "p25")
    database.run(f"UPDATE mc_iwf_{kind} SET {column} = '{value}' "
                 f"WHERE uri = '{uri}'")
    kamailio.wait_log(f"bad row in mc_iwf_{kind}, {uri}: ")
    kamailio.wait_no_party(kind, uri)
    database.run(f"DELETE FROM mc_iwf_{kind} WHERE uri = '{uri}'",
                 insert_party(kind, uri))
    kamailio.wait_party(kind, uri, "p25")
    database.run(f"DELETE FROM mc_iwf_{kind} WHERE uri = '{uri}'")
    kamailio.wait_no_party(kind, uri)


@pytest.mark.parametrize("kind", KINDS)
def test_bad_parties_at_load(fresh, kind):
    """A full load leaves bad ones out, each with one line, and all others
    are in force; a second spelling is a bad one."""
    first = SAMPLE_PARTIES[kind][0][0]
    fresh.run(insert_party(kind, "nobody"),
              insert_party(kind, "sip:lost@x.org", psi=""),
              insert_party(kind, first.replace("example", "EXAMPLE")),
              insert_party(kind, "sip:good@x.org", profile="dmr"))
    with Loaded(fresh, page_rows=2) as running:
        assert_sample(running)
        assert "dmr" in running.party(kind, "sip:good@x.org")
        assert not running.party(kind, "sip:lost@x.org")
        said = running.log().count(f"row left out, table mc_iwf_{kind}, id ")
        assert said == running.bad_rows() == 3
        assert running.reload_error() == ""


@pytest.mark.parametrize("kind", KINDS)
def test_parties_replaced_or_truncated(fresh, kind):
    """REPLACE and TRUNCATE are noticed, each if the server has it."""
    uri = SAMPLE_PARTIES[kind][0][0]
    with Loaded(fresh) as running:
        if fresh.server.schema == "postgres":
            fresh.run(f"TRUNCATE mc_iwf_{kind}")
            running.wait_no_party(kind, uri)
        else:
            fresh.run(insert_party(kind, uri, profile="dmr").replace(
                "INSERT", "REPLACE", 1))
            running.wait_party(kind, uri, "profile: dmr")


GRP_P25 = "sip:grp-p25@mc.example.org"
GRP_TETRA = "sip:grp-tetra@mc.example.org"
POLICIES = f'"{databases.CFG / "policies.ini"}"'


def words_of(database, group):
    """Profile and codec of a group as its row has them."""
    with database.session() as session:
        return [session.run(f"SELECT {column} FROM mc_iwf_groups "
                            f"WHERE uri = '{group}'")[0]
                for column in ("profile", "codec")]


def test_group_codec(fresh):
    """A group's codec, and with it its profile, are in the database and in
    force when the answer comes, on another node within a second, and after
    a restart."""
    with Loaded(fresh, policies=POLICIES) as running, Loaded(fresh) as other:
        assert running.kamcmd("mc_iwf.group_codec", GRP_P25,
                              "X-TIA-P25-IMBE/8000").strip() == "changed"
        assert "codec: X-TIA-P25-IMBE/8000\n" in running.party(
            "groups", GRP_P25)
        assert words_of(fresh, GRP_P25) == ["p25", "X-TIA-P25-IMBE/8000"]
        other.wait_party("groups", GRP_P25, "codec: X-TIA-P25-IMBE/8000\n")
        running.kamcmd("mc_iwf.group_codec",
                       "sip:grp-tetra@MC.example.org;x=y", "tetra-isi",
                       "tetra")
        assert words_of(fresh, GRP_TETRA) == ["tetra", "tetra-isi"]
        other.wait_party("groups", GRP_TETRA, "profile: tetra\n")
        running.kamcmd("mc_iwf.group_codec", GRP_P25, "p25-imbe")
        running.kamcmd("mc_iwf.group_codec", GRP_P25, "p25-imbe")
        assert words_of(fresh, GRP_P25) == ["p25", "p25-imbe"]
        assert running.bad_rows() == other.bad_rows() == 0
    with Loaded(fresh) as running:
        assert "codec: p25-imbe" in running.party("groups", GRP_P25)


@pytest.mark.parametrize("words, said", [
    (["sip:grp-none@mc.example.org", "p25-imbe"], "404 - group is not known"),
    ([GRP_P25, "morse"], "400 - no such format"),
    ([GRP_P25, "tetra-bb"], "400 - "),
    ([GRP_P25, "p25-imbe", "no-such"], "400 - media profile is not known"),
    ([GRP_P25, "tetra-bb", "p25"], "400 - "),
    ([GRP_TETRA, "tetra-isi"], "400 - "),
    ([GRP_TETRA, "pcma", "analog"], ""),
    ([GRP_P25, "x" * 40], "400 - codec is not known"),
    ([GRP_P25], "400 - group and codec, please"),
], ids=["group", "codec", "forbidden", "profile", "forbidden by name",
        "not encrypted", "other profile", "long", "one word"])
def test_group_codec_refused(database, words, said):
    """What is unknown, forbidden or would break required encryption is
    refused with its reason, and nothing is changed."""
    if database.server.schema != "sqlite":
        pytest.skip("the same on all servers")
    before = [words_of(database, group) for group in (GRP_P25, GRP_TETRA)]
    with Loaded(database, policies=POLICIES) as running:
        answer = running.kamcmd("mc_iwf.group_codec", *words)
        assert answer.startswith(f"error: {said}") if said else \
            answer.strip() == "changed"
        if said:
            assert before == [words_of(database, group)
                              for group in (GRP_P25, GRP_TETRA)]
            assert "codec: \n" in running.party("groups", GRP_TETRA)
    database.run("UPDATE mc_iwf_groups SET profile = 'tetra-e2ee', "
                 f"codec = '' WHERE uri = '{GRP_TETRA}'")


def test_group_codec_at_once(fresh):
    """Many that ask at the same moment all get an answer, and the last one
    counts everywhere."""
    with Loaded(fresh, policies=POLICIES) as running:
        asked = [subprocess.Popen(
            [node.KAMCMD, "-s", f"unix:{running.path('kamailio_ctl')}",
             "mc_iwf.group_codec", GRP_TETRA, codec, "tetra"],
            stdout=subprocess.PIPE, text=True)
            for codec in ("tetra-bb", "tetra-isi") * 3]
        answers = [process.communicate(timeout=20)[0] for process in asked]
        assert [answer.strip() for answer in answers] == ["changed"] * 6
        assert f"codec: {words_of(fresh, GRP_TETRA)[1]}\n" in running.party(
            "groups", GRP_TETRA)


def test_group_codec_changed_meanwhile(fresh):
    """What another program wrote between look and change is not overwritten:
    who asked is told, and asks again."""
    with Loaded(fresh, policies=POLICIES) as running:
        with fresh.session() as session:
            begin = ("BEGIN IMMEDIATE" if fresh.server.schema == "sqlite"
                     else "BEGIN")
            session.run(f"{begin}; UPDATE mc_iwf_groups SET codec = 'p25-imbe'"
                        f" WHERE uri = '{GRP_P25}'")
            asked = subprocess.Popen(
                [node.KAMCMD, "-s", f"unix:{running.path('kamailio_ctl')}",
                 "mc_iwf.group_codec", GRP_P25, "X-TIA-P25-IMBE/8000"],
                stdout=subprocess.PIPE, text=True)
            time.sleep(0.6)  # it has read, and waits for the row
            session.run("COMMIT")
        assert "changed" != asked.communicate(timeout=20)[0].strip()
        assert words_of(fresh, GRP_P25) == ["p25", "p25-imbe"]
        running.wait_party("groups", GRP_P25, "codec: p25-imbe\n")


def test_group_codec_without_policies(fresh):
    """No profiles, nothing to judge by: refused."""
    with preload.without_policies(Loaded)(fresh) as running:
        assert "no media profiles" in running.kamcmd(
            "mc_iwf.group_codec", GRP_P25, "p25-imbe")
    assert words_of(fresh, GRP_P25) == ["p25", ""]


def test_group_codec_outage(server, fresh):
    """Without the database it is refused, soon."""
    if server.schema == "sqlite":
        pytest.skip("a file does not go away")
    with Loaded(fresh, policies=POLICIES) as running:
        server.stop()
        try:
            running.wait_log("database lost")
            assert "does not answer" in running.kamcmd(
                "mc_iwf.group_codec", GRP_P25, "p25-imbe")
        finally:
            server.start()
        running.wait_log("database is back", timeout=10)
        assert running.kamcmd("mc_iwf.group_codec", GRP_P25,
                              "p25-imbe").strip() == "changed"


def test_renamed(database, kamailio):
    """An MC service ID that is changed leaves nothing under the old one."""
    database.run(insert_user("old"))
    kamailio.wait_user(mc_id("old"), "p-old")
    database.run(update_user("old", mc_id=mc_id("new")))
    kamailio.wait_user(mc_id("new"), "p-old")
    kamailio.wait_gone(mc_id("old"))


def test_changed_places(database, kamailio):
    """Two users that change places in one transaction both arrive."""
    database.run(insert_user("left"), insert_user("right"))
    kamailio.wait_user(mc_id("left"), "p-left")
    kamailio.wait_user(mc_id("right"), "p-right")
    database.run(delete_user("left"), delete_user("right"),
                 insert_user("left", "p-right"),
                 insert_user("right", "p-left"))
    kamailio.wait_user(mc_id("left"), "p-right", timeout=5)
    kamailio.wait_user(mc_id("right"), "p-left", timeout=5)


@pytest.mark.parametrize("name, person", [
    ("quote", "O'Brien"), ("double", 'the "one"'), ("percent", "100%s"),
    ("comma", "Doe, Jane; x--")])
def test_odd_text(database, kamailio, name, person):
    """Names with characters that mean something in SQL."""
    database.run(insert_user(name, person))
    kamailio.wait_user(mc_id(name), person.split('"')[0])
    database.run(delete_user(name))
    kamailio.wait_gone(mc_id(name))


def test_small_tables(database, kamailio):
    """A change of the small tables is in force as a whole; rows that need it
    may come in the same transaction."""
    database.run(insert_user("plan"),
                 insert_lmr("p-plan", "5001", "sip:kmf9@iwf.example.org"),
                 "INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                 "VALUES ('sip:kmf9@iwf.example.org', 1)")
    kamailio.wait_user(mc_id("plan"), "5001")
    assert "sip:kmf9@iwf.example.org" in kamailio.kmfs()
    database.run("DELETE FROM mc_iwf_lmr WHERE person = 'p-plan'",
                 "DELETE FROM mc_iwf_kmfs "
                 "WHERE uri = 'sip:kmf9@iwf.example.org'")
    node.wait_until(lambda: "kmf9" not in kamailio.kmfs(), "KMF removed",
                    IN_FORCE)


def test_log_row_for_all(database, kamailio):
    """The row 'all' has everything loaded anew."""
    before = kamailio.log().count("loaded ")
    database.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
    node.wait_until(lambda: kamailio.log().count("loaded ") > before,
                    "full load", 5)
    assert_sample(kamailio)


def test_replaced(database, kamailio):
    """REPLACE removes another row of the person: that one is out of force."""
    if database.server.schema == "postgres":
        pytest.skip("PostgreSQL has no REPLACE")
    database.run(insert_user("before", "p-replaced"))
    kamailio.wait_user(mc_id("before"), "p-replaced")
    database.run(insert_user("after", "p-replaced").replace(
        "INSERT", "REPLACE", 1))
    kamailio.wait_user(mc_id("after"), "p-replaced")
    kamailio.wait_gone(mc_id("before"))


def test_truncated(server, fresh):
    """TRUNCATE runs no row trigger; all are out of force nevertheless."""
    if server.schema != "postgres":
        pytest.skip("only PostgreSQL notices TRUNCATE")
    with Loaded(fresh) as running:
        fresh.run("TRUNCATE mc_iwf_users")
        running.wait_gone(mc_id("alice"))


@contextlib.contextmanager
def open_insert(database, name):
    """A transaction that has inserted a user and is not over."""
    if not database.server.concurrent:
        pytest.skip("writers wait for each other")
    with database.session() as session:
        session.run(f"BEGIN;{insert_user(name)}")
        yield session


def test_late_commit(database, kamailio):
    """A row with a lower number that is committed later is not skipped."""
    with open_insert(database, "late") as session:
        database.run(insert_user("soon"))
        kamailio.wait_user(mc_id("soon"), "p-soon")
        assert "p-late" not in kamailio.user(mc_id("late"))
        session.run("COMMIT")
        kamailio.wait_user(mc_id("late"), "p-late")


def test_late_commit_over_start(fresh):
    """The same if the transaction is older than the node, or than the
    last reload."""
    with open_insert(fresh, "late") as session:
        fresh.run(insert_user("soon"))
        with Loaded(fresh) as running:
            assert "p-soon" in running.user(mc_id("soon"))
            assert running.reload_error() == ""
            assert "p-late" not in running.user(mc_id("late"))
            session.run("COMMIT")
            running.wait_user(mc_id("late"), "p-late")


@pytest.mark.parametrize("rows", [1, 3000, 7000])
def test_late_commit_over_reload(fresh, rows):
    """The same if so many rows came since, a few at a time or more at
    once than are applied one by one, that the number is far from the end of
    the log when everything is loaded."""
    with Loaded(fresh) as running:
        with open_insert(fresh, "late") as session:
            fresh.run(*(insert_user(f"bulk{i}") for i in range(rows)))
            running.wait_user(mc_id(f"bulk{rows - 1}"), "mc_id", timeout=20)
            assert running.reload_error() == ""
            fresh.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
            node.wait_until(lambda: running.log().count("loaded ") >= 3,
                            "second full load", 10)
            assert "p-late" not in running.user(mc_id("late"))
            session.run("COMMIT")
            running.wait_user(mc_id("late"), "p-late")


def test_late_commit_over_start_far_back(fresh):
    """The same at the first load of a process, which knows of no number
    that is missing; a row by hand, without a time, hides nothing."""
    with open_insert(fresh, "late") as session:
        fresh.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')",
                  *(insert_user(f"bulk{i}") for i in range(3000)))
        with Loaded(fresh) as running:
            session.run("COMMIT")
            running.wait_user(mc_id("late"), "p-late")


def test_start_looks_back_for_change_hold(fresh):
    """What is missing before a row older than change_hold comes no more:
    nothing is waited for."""
    with fresh.session() as session:
        session.run("DELETE FROM mc_iwf_changes WHERE seq IN (2, 4, 5); "
                    "UPDATE mc_iwf_changes SET changed = changed - 5000")
    with Loaded(fresh) as running:
        fresh.run(insert_user("next"))
        running.wait_user(mc_id("next"), "p-next")
        assert "holes: 0" in running.kamcmd("mc_iwf.stats")
        assert "full load due" not in running.log()


def test_log_row_gone(fresh):
    """A change that does not fit yet, and whose row of the log was deleted
    meanwhile: nothing tells what it was, so everything is to be loaded."""
    with Loaded(fresh, refresh_interval=900) as running:
        fresh.run(insert_user("odd", impu="not a uri"))
        node.wait_until(lambda: "changes: 1\n" in running.kamcmd(
            "mc_iwf.stats"), "change that is tried again")
        fresh.run("DELETE FROM mc_iwf_changes WHERE item2 LIKE '%odd@%'",
                  insert_user("next"))
        running.wait_log("full load due in .*: a row of the change log is gone",
                         timeout=SOON)


def test_late_commit_in_new_log(server):
    """The same if the number is the very first of the log."""
    empty = server.create()
    empty.load(databases.CFG / f"db_{server.schema}" / "mc_iwf-create.sql")
    with open_insert(empty, "late") as session:
        empty.run(insert_user("soon"))
        with Loaded(empty) as running:
            session.run("COMMIT")
            running.wait_user(mc_id("late"), "p-late")


def test_rolled_back(database, kamailio):
    """Numbers that never come stop nothing and cost no full load."""
    for i in range(3):
        with open_insert(database, f"never{i}") as session:
            database.run(insert_user(f"past{i}"))
            session.run("ROLLBACK")
        kamailio.wait_user(mc_id(f"past{i}"), f"p-past{i}")
        assert "p-never" not in kamailio.user(mc_id(f"never{i}"))
    assert "numbers missing" not in kamailio.log()


def test_holes_expire(fresh):
    """What is missing for too long makes a full load due."""
    with Loaded(fresh, change_hold=1) as running:
        with open_insert(fresh, "never") as session:
            fresh.run(insert_user("past"))
            running.wait_user(mc_id("past"), "p-past")
            session.run("ROLLBACK")
            running.wait_log("full load due.*missing", timeout=5)


def test_log_emptied(fresh):
    """A log without rows, or begun anew, does not stop the refresh."""
    with Loaded(fresh) as running:
        fresh.run("DELETE FROM mc_iwf_changes")
        fresh.run(insert_user("next"))
        running.wait_user(mc_id("next"), "p-next")


DAY = 86400  # change_keep, as it is without a parameter


def test_log_pruned_before_it_was_seen(fresh):
    """A log that begins after the last row seen: what is not in it any
    more, a revocation, takes effect by a full load."""
    with Loaded(fresh).with_clock() as running:
        fresh.run(insert_user("seen"))
        running.wait_user(mc_id("seen"), "p-seen")
        fresh.run(delete_user("alice"), "DELETE FROM mc_iwf_changes",
                  insert_user("later"))
        running.wait_user(mc_id("later"), "p-later")
        assert "person: alice" in running.user(mc_id("alice"))
        running.clock.forward(RELOAD_PAUSE)
        running.wait_gone(mc_id("alice"))
        assert "begins after the last row seen" in running.log()


def test_gap_that_is_no_pruning(fresh):
    """A missing number within the log is waited for, without a full load."""
    with Loaded(fresh).with_clock() as running:
        fresh.run(insert_user("first"), insert_user("lost"),
                  "DELETE FROM mc_iwf_changes WHERE item2 LIKE '%lost%'",
                  insert_user("second"))
        running.wait_user(mc_id("second"), "p-second")
        running.clock.forward(RELOAD_PAUSE)
        fresh.run(insert_user("third"))
        running.wait_user(mc_id("third"), "p-third")
        assert "full load due" not in running.log()


def test_log_begun_anew(fresh):
    """A log whose last number is lower than one that was seen: restored or
    truncated. What changed with it takes effect by a full load."""
    with Loaded(fresh) as running:
        fresh.run(insert_user("seen"))
        running.wait_user(mc_id("seen"), "p-seen")
        fresh.run(delete_user("alice"), "DELETE FROM mc_iwf_changes")
        running.wait_gone(mc_id("alice"), SOON)


def test_log_of_another_database(fresh):
    """A log that has another row in the place of the last one seen, and more
    after it, is that of another database: all of it is loaded."""
    with Loaded(fresh) as running:
        fresh.run(insert_user("seen"))
        running.wait_user(mc_id("seen"), "p-seen")
        fresh.run(delete_user("alice"), "DELETE FROM mc_iwf_changes "
                  "WHERE item2 LIKE '%alice@%'",
                  "UPDATE mc_iwf_changes SET item2 = 'sip:x@x.org' "
                  "WHERE item2 LIKE '%seen@%'", insert_user("after"))
        running.wait_user(mc_id("after"), "p-after")
        running.wait_gone(mc_id("alice"), SOON)
        assert "begun anew" in running.log()


def wait_next_second(database):
    """Waits until a row that is logged now has another time than the last."""
    last, = database.run("SELECT MAX(changed) FROM mc_iwf_changes")
    node.wait_until(lambda: time.time() >= int(last) + 1, "the next second")


def test_database_made_again(server):
    """A database that is dropped and made again under the same name, with as
    long a log: its rows are in force, and the old ones are not."""
    if server.schema == "sqlite":
        pytest.skip("that is another file: below")
    first = server.create().load_sample()
    with Loaded(first) as running:
        assert_sample(running)
        wait_next_second(first)  # or the last row of the log is the same
        server.make_again(first.name)
        first.load_sample()
        first.run(delete_user("alice"), insert_user("again"))
        running.wait_user(mc_id("again"), "p-again", timeout=SOON)
        running.wait_gone(mc_id("alice"), SOON)
        assert "begun anew" in running.log()


@pytest.fixture
def file(server):
    """An SQLite file with the sample, and a second one in which alice is no
    user any more, with a log just as long."""
    if server.schema != "sqlite":
        pytest.skip("a server has no file that the node would see")
    found, other = (server.create().load_sample() for _ in range(2))
    other.run(delete_user("alice"), insert_user("other"),
              "DELETE FROM mc_iwf_changes WHERE item2 LIKE '%alice@%'"
              " OR item2 LIKE '%other@%'")
    found.path, other.path = (
        server.folder / f"{base.name}.db" for base in (found, other))
    return found, other


def assert_other_file(running, found):
    """The node has lost the first file and works with the other."""
    running.wait_user(mc_id("other"), "p-other", timeout=SOON)
    running.wait_gone(mc_id("alice"))
    log = running.log()
    assert "database lost, the last data stay in force: its file was" in log
    assert "the file of the database was replaced" in log
    node.wait_until(lambda: "db_up: 1" in running.kamcmd("mc_iwf.stats"),
                    "database up", SOON)
    found.run(insert_user("later"))
    running.wait_user(mc_id("later"), "p-later")


def test_file_replaced(file):
    """Another file under the name: its rows are in force, and what is changed
    in it from then on."""
    found, other = file
    with Loaded(found) as running:
        running.wait_user(mc_id("alice"), "person: alice")
        other.path.replace(found.path)
        assert_other_file(running, found)


def test_file_behind_a_link(file):
    """The same where db_url names a link that is moved."""
    found, other = file
    real = found.path.with_suffix(".real")
    found.path.rename(real)
    found.path.symlink_to(real)
    with Loaded(found) as running:
        running.wait_user(mc_id("alice"), "person: alice")
        link = found.path.with_suffix(".link")
        link.symlink_to(other.path)
        link.replace(found.path)
        assert_other_file(running, found)


def test_folder_replaced(file, server):
    """The same where the folder is another one."""
    found, other = file
    folders = [server.folder / name for name in ("here", "there")]
    for base, folder in zip((found, other), folders):
        folder.mkdir()
        base.path = base.path.rename(folder / "base.db")
    found.name = "here/base"
    with Loaded(found) as running:
        running.wait_user(mc_id("alice"), "person: alice")
        folders[0].rename(server.folder / "gone")
        folders[1].rename(folders[0])
        assert_other_file(running, found)


def test_file_gone_for_a_while(file):
    """A file that is gone: no other is made in its place, and the last data
    stay in force; it comes back, with what was changed meanwhile."""
    found, _ = file
    away = found.path.with_suffix(".away")
    with Loaded(found) as running:
        found.path.rename(away)
        running.wait_log("database lost")
        assert "db_up: 0" in running.kamcmd("mc_iwf.stats")
        assert "does not answer" in running.reload_error()
        assert_sample(running)
        assert not found.path.exists()
        away.rename(found.path)
        running.wait_log("database is back", timeout=SOON)
        found.run(delete_user("alice"))
        running.wait_gone(mc_id("alice"))
        assert running.log().count("loaded ") == 1


def test_start_without_file(file):
    """A file that is not there is not made: the start fails and says so."""
    found, _ = file
    found.path.unlink()
    with pytest.raises(AssertionError, match="cannot open the database"):
        with Loaded(found):
            pass
    assert not found.path.exists()


def test_file_of_other_tables(file):
    """A file whose tables have another version is not loaded: the last data
    stay in force, and an operator is told."""
    found, other = file
    other.run("UPDATE version SET table_version = 99 "
              "WHERE table_name = 'mc_iwf_lmr'")
    with Loaded(found) as running:
        running.wait_user(mc_id("alice"), "person: alice")
        other.path.replace(found.path)
        running.wait_log("full load failed, .* another version", timeout=SOON)
        assert_sample(running)


@pytest.mark.parametrize("away, loads", [(DAY - 60, 1), (DAY + 60, 2)])
def test_outage_beyond_change_keep(server, fresh, away, loads):
    """After so long rows of the log may be gone: everything is loaded."""
    if server.schema == "mysql":
        pytest.skip("its tables cannot come back and change at one moment")
    with Loaded(fresh).with_clock() as running:
        with fresh.session() as session:
            session.run("ALTER TABLE mc_iwf_changes RENAME TO away")
            running.wait_log("database lost")
            running.clock.forward(away)
            session.run(
                "BEGIN; ALTER TABLE away RENAME TO mc_iwf_changes; "
                f"{delete_user('alice')}; DELETE FROM mc_iwf_changes "
                "WHERE item2 LIKE '%alice@%'; COMMIT")
        running.wait_log("database is back", timeout=10)
        if loads == 1:
            fresh.run(insert_user("next"))
            running.wait_user(mc_id("next"), "p-next")
        else:
            running.wait_gone(mc_id("alice"))
        assert running.log().count("loaded ") == loads


def test_change_during_full_load(fresh):
    """Pages that do not fit together, since rows have moved while they were
    read, are read again."""
    if fresh.server.schema != "sqlite":
        pytest.skip("it is the module that reads, on any server")
    fresh.run(*(insert_user(f"many{i}") for i in range(1000)))
    slow = preload.with_slow_load(Loaded)(fresh, page_rows=1)
    with slow as running:
        with running.slow_load():
            fresh.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
            running.wait_log("full load due")
            fresh.run(update_user("many0", person="p-moved"),
                      insert_user("mover", "p-many0"))
            assert running.log().count("loaded ") == 1
        running.wait_loads(2)
        assert "p-moved" in running.user(mc_id("many0"))
        assert "p-many0" in running.user(mc_id("mover"))


def test_removed_during_a_full_load(fresh):
    """Who is removed while a full load reads does not come back with it, not
    even until the next look into the log."""
    slow = preload.with_slow_load(Loaded)(fresh, page_rows=1,
                                          refresh_interval=900)
    with slow as running, running.slow_load():
        fresh.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
        node.wait_until(lambda: running.path("slow_load").stat().st_size > 2,
                        "pages that were read")
        fresh.run(delete_user("alice"))
        running.wait_loads(2)
        assert f"mc_id: {mc_id('alice')}\n" not in running.user(
            mc_id("alice"))


def test_log_is_pruned(fresh):
    """Rows of the log that are old go; the last one stays."""
    fresh.run("UPDATE mc_iwf_changes SET changed = changed - 100000")
    with Loaded(fresh):
        with fresh.session() as session:
            node.wait_until(
                lambda: session.run(
                    "SELECT COUNT(*) FROM mc_iwf_changes") == ["1"],
                "pruned log", 10)


def test_many_rows(fresh):
    """Many rows in one transaction: all of them, soon."""
    rows = [insert_user(f"bulk{i}") for i in range(6500)]
    with Loaded(fresh) as running:
        fresh.run(*rows)
        running.wait_user(mc_id("bulk6499"), "p-bulk6499", timeout=20)
        running.wait_user(mc_id("bulk0"), "p-bulk0", timeout=20)
        assert running.log().count("loaded ") == 1


def test_revocation_among_many(fresh):
    """10,000 changes in one transaction, a revocation among them: all are in
    force without a full load. (All in one round: test_follower.)"""
    fresh.run(*(insert_user(f"bulk{i}") for i in range(5000)),
              *(insert_lmr(f"p-bulk{i}", str(7000000 + i))
                for i in range(0, 5000, 5)),
              "DELETE FROM mc_iwf_changes")
    with Loaded(fresh) as running:
        fresh.run("UPDATE mc_iwf_users SET organisation = 'x'",
                  "UPDATE mc_iwf_lmr SET device = 'x'",
                  delete_user("bulk4999"),
                  "UPDATE mc_iwf_users SET organisation = 'y'")
        running.wait_gone(mc_id("bulk4999"), SOON)
        running.wait_user(mc_id("bulk4998"), "organisation: y", timeout=SOON)
        running.wait_user(mc_id("bulk4995"), "device: x", timeout=SOON)
        assert running.log().count("loaded ") == 1


def test_long_log_is_pruned(server):
    """A log that was written faster than 1,000 rows a minute is cut as
    fast."""
    if server.schema != "sqlite":
        pytest.skip("it is the module that cuts")
    fresh = server.create().load_sample()
    fresh.run("UPDATE mc_iwf_changes SET changed = 1",
              "INSERT INTO mc_iwf_changes (tbl, changed) WITH RECURSIVE n(i)"
              " AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"
              " SELECT 'none', 1 FROM n")
    with Loaded(fresh) as running, fresh.session() as session:
        node.wait_until(
            lambda: session.run("SELECT COUNT(*) FROM mc_iwf_changes")
            == ["1"], "pruned log", 2 * SOON)
        assert "db_up: 1" in running.kamcmd("mc_iwf.stats")


def test_row_during_full_load(fresh):
    """A full load that takes its time does not hold up a deletion, and does
    not bring the row back."""
    fresh.run(*(insert_user(f"many{i}") for i in range(1000)))
    slow = preload.with_slow_load(Loaded)(fresh, page_rows=1)
    with slow as running:
        with running.slow_load():
            fresh.run("INSERT INTO mc_iwf_changes (tbl) VALUES ('all')")
            running.wait_log("full load due")
            fresh.run(delete_user("many0"))
            running.wait_gone(mc_id("many0"))
            assert running.log().count("loaded ") == 1
        node.wait_until(lambda: running.log().count("loaded ") == 2,
                        "end of the full load", 60)
        assert "person" not in running.user(mc_id("many0"))
        assert "p-many999" in running.user(mc_id("many999"))


BAD_USERS = {"impu": "not a uri", "service": "mcfax", "person": ""}


@pytest.mark.parametrize("column", BAD_USERS)
def test_bad_row(fresh, counting, column):
    """A row that cannot be used is named, and the user is out of force;
    the row counts as soon as it is right."""
    name = f"bad-{column}"
    fresh.run(insert_user(name))
    counting.wait_user(mc_id(name), f"p-{name}")
    if column == "service":
        fresh.run(insert_user(f"{name}2", f"p-{name}", service="mcfax"))
        counting.wait_log(f"bad row in mc_iwf_users, mcfax, .*{name}2")
    else:
        fresh.run(update_user(name, **{column: BAD_USERS[column]}))
        counting.wait_log(f"bad row in mc_iwf_users, mcptt, .*{name}")
        counting.wait_gone(mc_id(name))
    fresh.run(f"DELETE FROM mc_iwf_users WHERE mc_id LIKE '%{name}%'")
    counting.wait_gone(mc_id(name))
    assert counting.log().count(f"{name}@mc") + counting.log().count(
        f"{name}2@mc") == 1, "logged once"
    fresh.run(insert_user(name, f"p-{name}-right"))
    counting.wait_user(mc_id(name), f"p-{name}-right")


def wait_identities(running, name, present, absent):
    """Waits until a user has these LMR identities and not those."""
    node.wait_until(
        lambda: all(word in running.user(mc_id(name)) for word in present)
        and not any(word in running.user(mc_id(name)) for word in absent),
        f"{present} and not {absent}\n{running.user(mc_id(name))}", IN_FORCE)


BAD_LMR = {"kmf": {"kmf": "sip:nobody@example.org"}, "uri": {"kmf": "nobody"},
           "type": {"lmr_type": "morse"}}


@pytest.mark.parametrize("case", BAD_LMR)
def test_bad_lmr_row(fresh, counting, case):
    """An LMR entry that cannot be used is left out and named once; what
    comes and goes beside it is in force at once."""
    person, name = f"p-radio-{case}", f"radio-{case}"
    fresh.run(insert_user(name), insert_lmr(person, "6001"))
    counting.wait_user(mc_id(name), "6001")
    said = counting.log().count("row left out, table mc_iwf_lmr, id ")
    bad = counting.bad_rows()
    fresh.run(insert_lmr(person, "6002", **BAD_LMR[case]),
              insert_lmr(person, "6003"))
    wait_identities(counting, name, ["6001", "6003"], ["6002"])
    node.wait_until(lambda: counting.bad_rows() == bad + 1, "a bad row", 5)
    fresh.run("DELETE FROM mc_iwf_lmr WHERE identity = '6001'")
    wait_identities(counting, name, ["6003"], ["6001", "6002"])
    node.wait_until(lambda: counting.bad_rows() == bad + 2, "a bad row", 5)
    assert counting.log().count(
        "row left out, table mc_iwf_lmr, id ") == said + 2
    fresh.run(f"DELETE FROM mc_iwf_lmr WHERE person = '{person}'")
    wait_identities(counting, name, [], ["6001", "6002", "6003"])


def test_kmf_deleted(fresh):
    """A KMF that goes does not hold up its users: their other entries hold,
    over a reload and a restart, and a row that is deleted is gone."""
    with Loaded(fresh) as running:
        fresh.run(insert_lmr("frank", "7001"),
                  "DELETE FROM mc_iwf_kmfs "
                  "WHERE uri = 'sip:kmf2@tetra-iwf.example.org'",
                  "DELETE FROM mc_iwf_kmf_psis "
                  "WHERE kmf = 'sip:kmf2@tetra-iwf.example.org'",
                  "DELETE FROM mc_iwf_kmf_aliases "
                  "WHERE kmf = 'sip:kmf2@tetra-iwf.example.org'",
                  "DELETE FROM mc_iwf_peers "
                  "WHERE psi LIKE '%tetra-iwf.example.org'")
        node.wait_until(lambda: "kmf2" not in running.kmfs(), "KMF removed",
                        IN_FORCE)
        fresh.run("DELETE FROM mc_iwf_lmr WHERE identity = '2001006'")
        wait_identities(running, "frank", ["7001"],
                        ["2001006", "901000100002006"])
        assert running.reload_error() == ""
        wait_identities(running, "frank", ["7001"],
                        ["2001006", "901000100002006"])
    with Loaded(fresh) as running:
        wait_identities(running, "frank", ["7001"],
                        ["2001006", "901000100002006"])
        assert "table mc_iwf_lmr, id " in running.log()
        assert "KMF is not known" in running.log()
        assert running.bad_rows() > 0


def test_kmf_comes_back(fresh):
    """Entries that were left out get in force again with their KMF."""
    fresh.run(insert_lmr("alice", "7002", "sip:kmf9@iwf.example.org",
                         "tetra"))
    with Loaded(fresh) as running:
        assert "7002" not in running.user(mc_id("alice"))
        fresh.run("INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                  "VALUES ('sip:kmf9@iwf.example.org', 1)")
        running.wait_log("full load due.*left out may be used now")


def test_kmf_after_its_entry(fresh):
    """So does an entry that was left out when it came."""
    with Loaded(fresh) as running:
        fresh.run(insert_lmr("alice", "7002", "sip:kmf9@iwf.example.org",
                             "tetra"))
        running.wait_log("row left out.*KMF is not known")
        fresh.run("INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                  "VALUES ('sip:kmf9@iwf.example.org', 1)")
        running.wait_log("full load due in .*left out may be used now")


def test_many_left_out(fresh):
    """A KMF of very many entries does not flood the log."""
    fresh.run(*(insert_lmr(f"p{i}", str(i), "sip:nobody@example.org")
                for i in range(250)))
    with Loaded(fresh) as running:
        assert running.log().count("row left out, ") == 100
        assert "150 more rows left out" in running.log()
        assert running.bad_rows() == 250


def test_second_kmf(fresh, counting):
    """A second KMF for a slot withdraws what is in the slot and no other;
    without it the first is back."""
    fresh.run(insert_user("torn"), insert_lmr("p-torn", "6101"),
              insert_lmr("p-torn", "6102",
                         "sip:kmf2@tetra-iwf.example.org", "tetra"))
    counting.wait_user(mc_id("torn"), "6101", "6102")
    fresh.run(insert_lmr("p-torn", "6103",
                         "sip:kmf2@tetra-iwf.example.org"))
    wait_identities(counting, "torn", ["6102"], ["6101", "6103"])
    counting.wait_log("bad row in mc_iwf_lmr, p-torn: a second KMF")
    fresh.run("DELETE FROM mc_iwf_lmr WHERE identity = '6103'")
    wait_identities(counting, "torn", ["6101", "6102"], ["6103"])
    assert counting.log().count("p-torn") == 1, "logged once"
    fresh.run("DELETE FROM mc_iwf_lmr WHERE person = 'p-torn'")
    wait_identities(counting, "torn", [], ["6101", "6102"])


def test_too_many_entries(database, kamailio):
    """A person with more entries than there may be has none, until one of
    them goes; what cannot be used does not count."""
    database.run(insert_user("rich"),
                 insert_lmr("p-rich", "bad", "sip:nobody@example.org"),
                 *(insert_lmr("p-rich", f"64{i:02}") for i in range(16)))
    kamailio.wait_user(mc_id("rich"), "6400", "6415")
    database.run(insert_lmr("p-rich", "6416"))
    wait_identities(kamailio, "rich", [], ["6400", "6415", "6416"])
    kamailio.wait_log("bad row in mc_iwf_lmr, p-rich: too many LMR entries")
    database.run("DELETE FROM mc_iwf_lmr WHERE identity = '6400'")
    kamailio.wait_user(mc_id("rich"), "6401", "6416")
    database.run("DELETE FROM mc_iwf_lmr WHERE person = 'p-rich'")
    wait_identities(kamailio, "rich", [], ["6401", "6416"])


def test_bad_peer(fresh, counting):
    """A peer that cannot be used is left out and named; the rest of the
    plan is in force."""
    bad = counting.bad_rows()
    fresh.run("INSERT INTO mc_iwf_peers (kind, address) "
              "VALUES ('friend', '127.0.0.9')",
              "INSERT INTO mc_iwf_kmfs (uri, peer_set) "
              "VALUES ('sip:kmf8@iwf.example.org', 1)")
    node.wait_until(lambda: "kmf8" in counting.kmfs(), "KMF beside bad peer",
                    IN_FORCE)
    counting.wait_log("row left out, table mc_iwf_peers, id .*core nor iwf")
    assert counting.bad_rows() == bad + 1
    fresh.run("DELETE FROM mc_iwf_peers WHERE kind = 'friend'",
              "DELETE FROM mc_iwf_kmfs "
              "WHERE uri = 'sip:kmf8@iwf.example.org'")
    node.wait_until(lambda: "kmf8" not in counting.kmfs(), "KMF removed",
                    IN_FORCE)


def test_other_spelling(database, kamailio):
    """A second row for an MC service ID in another spelling is a bad row,
    and its removal does not take the first one away."""
    database.run(insert_user("twin"))
    kamailio.wait_user(mc_id("twin"), "p-twin")
    database.run(insert_user("twin", "p-second",
                             mc_id="sip:twin@MC.example.org"))
    kamailio.wait_log("bad row in mc_iwf_users.*twin@MC")
    database.run("DELETE FROM mc_iwf_users WHERE person = 'p-second'")
    database.run(insert_user("after-twin"))
    kamailio.wait_user(mc_id("after-twin"), "p-after-twin")
    assert "p-twin" in kamailio.user(mc_id("twin"))


@pytest.mark.parametrize("when", ["at run time", "at start"])
def test_other_spelling_comes_into_force(server, when):
    """A row that was left out since another had its URI in another spelling
    is in force once that one is gone, without a change of its own."""
    if server.schema != "sqlite":
        pytest.skip("it is the module that compares")
    fresh = server.create().load_sample()
    second = insert_user("twin", "p-second", mc_id="sip:twin@MC.example.org")
    fresh.run(insert_user("twin"), *[second] * (when == "at start"))
    with Loaded(fresh).with_clock() as running:
        if when == "at run time":
            fresh.run(second)
        running.wait_log("(bad row|left out).*another spelling", SOON)
        fresh.run(delete_user("twin"))
        running.wait_log("full load due.*left out may be used now", SOON)
        running.clock.forward(RELOAD_PAUSE)
        running.wait_user(mc_id("twin"), "p-second", timeout=SOON)


def test_no_needless_load(server):
    """Rows that were left out have nothing loaded when other rows go, nor
    when a plan has no KMF that one of them names."""
    if server.schema != "sqlite":
        pytest.skip("it is the module that compares")
    first = SAMPLE_PARTIES["groups"][0][0]
    fresh = server.create(checked=False).load_sample()
    fresh.run(insert_user("alice", "p-second",
                          mc_id="sip:alice@MC.example.org"),
              insert_party("groups", first.replace("example", "EXAMPLE")),
              insert_lmr("alice", "7001", "nobody"),
              insert_lmr("alice", "7002", "sip:kmf9@iwf.example.org"))
    with Loaded(fresh) as running:
        assert running.bad_rows() == 4
        fresh.run(insert_user("short"),
                  insert_party("groups", "sip:short@mc.example.org"))
        running.wait_user(mc_id("short"), "p-short")
        fresh.run(delete_user("short"), "DELETE FROM mc_iwf_groups "
                  "WHERE uri = 'sip:short@mc.example.org'",
                  "INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                  "VALUES ('sip:kmf8@iwf.example.org', 1)")
        node.wait_until(lambda: "kmf8" in running.kmfs(), "another plan",
                        IN_FORCE)
        running.wait_no_party("groups", "sip:short@mc.example.org")
        assert "full load due" not in running.log()
        fresh.run("INSERT INTO mc_iwf_kmf_aliases (kmf, alias) VALUES "
                  "('sip:kmf8@iwf.example.org', 'sip:kmf9@iwf.example.org')")
        running.wait_log("full load due.*left out may be used now", SOON)


def test_bad_rows_of_a_load_that_fails(server):
    """Rows that a load leaves out count, and are named, once it is in
    force: not if it fails."""
    if server.schema != "sqlite":
        pytest.skip("it is the module that counts")
    fresh = server.create(checked=False).load_sample()
    with Loaded(fresh, reload_delta=0) as running:
        fresh.run(insert_user("wrong", service="mcfax"))
        node.wait_until(lambda: running.bad_rows() == 1, "a bad row", SOON)
        named = running.kamcmd("mc_iwf.bad_rows")
        fresh.run("ALTER TABLE mc_iwf_lmr RENAME COLUMN device TO dev")
        assert running.reload_error() != ""
        assert running.bad_rows() == 1
        assert running.kamcmd("mc_iwf.bad_rows") == named
        fresh.run("ALTER TABLE mc_iwf_lmr RENAME COLUMN dev TO device")
        node.wait_until(lambda: running.reload_error() == "", "a reload", SOON)
        assert running.bad_rows() == 2
        assert running.kamcmd("mc_iwf.bad_rows").count("service") == 2


BAD_ROWS = {
    "impu": ("users", insert_user("wrong", impu="not a uri")),
    "service": ("users", insert_user("wrong", service="mcfax")),
    "twice": ("users", insert_user("alice", "p-wrong",
                                   mc_id="sip:alice@MC.example.org")),
    "lmr type": ("lmr", insert_lmr("alice", "1", lmr_type="p25x")),
    "no person": ("lmr", insert_lmr("", "1")),
    "kmf uri": ("kmfs", "INSERT INTO mc_iwf_kmfs (uri, peer_set) "
                "VALUES ('nobody', 1)"),
    "peer set": ("kmfs", "INSERT INTO mc_iwf_kmfs (uri) "
                 "VALUES ('sip:kmf9@iwf.example.org')"),
    "alias": ("kmf_aliases",
              "INSERT INTO mc_iwf_kmf_aliases (kmf, alias) VALUES "
              "('sip:nobody@example.org', 'sip:x@example.org')"),
    "psi": ("kmf_psis",
            "INSERT INTO mc_iwf_kmf_psis (kmf, psi) VALUES "
            "('sip:kmf1@iwf.example.org', 'nobody')"),
    "role": ("roles",
             "INSERT INTO mc_iwf_roles (psi, service, role) VALUES "
             "('sip:mc-orig@mc.example.org', 'mcptt', 'king')"),
    "role service": ("roles",
                     "INSERT INTO mc_iwf_roles (psi, service, role) VALUES "
                     "('sip:mc-orig@mc.example.org', 'mcfax', "
                     "'originating')"),
    "peer": ("peers", "INSERT INTO mc_iwf_peers (kind, address) VALUES "
             "('friend', '127.0.0.9')"),
    "partner": ("partners", "INSERT INTO mc_iwf_partners (domain, psi, "
                "peer_set) VALUES ('x.example', 'nobody', 1)"),
}


def assert_left_out(running, table):
    """One row of a table was left out and named, in the log and by RPC, and
    everything else is in force."""
    word = f"row left out, table mc_iwf_{table}, id "
    assert word in running.log()
    assert_sample(running)
    assert running.bad_rows() > 0
    assert f"table: mc_iwf_{table}\n" in running.kamcmd("mc_iwf.bad_rows")


@pytest.mark.parametrize("case", BAD_ROWS)
def test_bad_row_is_judged_alike(server, case):
    """A row that cannot be used is left out by a change, by a reload and by
    a start: all else is in force, and a row that is only told of at run time
    does not stop the next start."""
    if server.schema != "sqlite" and case not in ("impu", "lmr type", "peer"):
        pytest.skip("it is the module that judges a row, of any server")
    table, statement = BAD_ROWS[case]
    fresh = server.create(checked=False).load_sample()
    with Loaded(fresh, reload_delta=0) as running:
        fresh.run(statement)
        node.wait_until(lambda: running.bad_rows() > 0, "a bad row", SOON)
        assert_sample(running)
        assert "mc_iwf_" + table in running.kamcmd("mc_iwf.bad_rows")
        assert running.reload_error() == ""
        assert_left_out(running, table)
    with Loaded(fresh) as running:
        assert_left_out(running, table)
        fresh.run(insert_user("still"))
        running.wait_user(mc_id("still"), "p-still")


UNSEEN = {"twice", "alias"}  # by the constraints of one row
CHECKED = {
    **{case: row[1] for case, row in BAD_ROWS.items() if case not in UNSEEN},
    "right": insert_user("wrong").replace("1, 1)", "2, 1)"),
    "trusted": "UPDATE mc_iwf_kmfs SET trusted = 2",
    "hosting": "UPDATE mc_iwf_kmfs SET hosting = 'elsewhere'",
    "core with a psi": "UPDATE mc_iwf_peers SET psi = 'sip:x@x.org' "
                       "WHERE kind = 'core'",
    "port": "UPDATE mc_iwf_peers SET port = 65536",
    "no address": "UPDATE mc_iwf_peers SET address = ''",
    "profile": "UPDATE mc_iwf_groups SET profile = ''",
    "length": insert_user("wrong", client_id="x" * 256),
}


@pytest.fixture(scope="module")
def checked(server):
    """A database with the sample whose tables are those of cfg/."""
    return server.create().load_sample()


@pytest.mark.parametrize("case", CHECKED)
def test_row_is_refused_by_the_server(checked, case):
    """The tables of cfg/ take no row that is wrong by itself."""
    before = checked.run("SELECT COUNT(*) FROM mc_iwf_changes")
    with pytest.raises(AssertionError):
        checked.run(CHECKED[case])
    assert checked.run("SELECT COUNT(*) FROM mc_iwf_changes") == before


@pytest.mark.parametrize("statement", [
    insert_user("tel", impu="TEL:+4930123"),
    insert_lmr("p-tel", "1", lmr_type="P25"),
    "INSERT INTO mc_iwf_roles (psi, role) VALUES "
    "('SIPS:x@mc.example.org', 'originating')",
    "INSERT INTO mc_iwf_peers (kind, psi, tls_id) VALUES "
    "('IWF', 'sip:x@x.org', 'x.org')"])
def test_row_is_taken_by_the_server(checked, statement):
    """What the module can use is taken, also if it is written otherwise."""
    checked.run(statement)


LONG = 4 << 20  # octets of a text: as much as half of the private memory
LONG_COLUMNS = [("users", column) for column in (
    "mc_id", "service", "impu", "client_id", "person", "organisation",
    "home")] + [("lmr", column) for column in (
        "person", "lmr_type", "kmf", "identity", "device")] + [
            ("kmfs", "hosting"), ("kmf_aliases", "alias"),
            ("kmf_psis", "psi"), ("roles", "role"), ("peers", "tls_id"),
            ("partners", "domain"), ("lmr_users", "profile"),
            ("groups", "psi")]


def long_row(table, column):
    """The statement that inserts a row with a text of 4 MB."""
    rows = {"users": {"mc_id": "sip:long@x.org", "service": "mcptt",
                      "impu": "sip:long@x.org", "person": "long"},
            "lmr": {"person": "alice", "lmr_type": "p25",
                    "kmf": "sip:kmf1@iwf.example.org"},
            "kmfs": {"uri": "sip:kmf9@x.org", "peer_set": "1"},
            "kmf_aliases": {"kmf": "sip:kmf1@iwf.example.org"},
            "kmf_psis": {"kmf": "sip:kmf1@iwf.example.org"},
            "roles": {"psi": "sip:mc-orig@mc.example.org"},
            "peers": {"kind": "core", "address": "127.0.0.9"},
            "partners": {"psi": "sip:x@x.org", "peer_set": "1"},
            "lmr_users": {"uri": "sip:long@x.org", "psi": "sip:x@x.org"},
            "groups": {"uri": "sip:long@x.org", "profile": "p25"}}
    row = {name: f"'{value}'" for name, value in rows[table].items()}
    row[column] = "LONG_TEXT"
    return (f"INSERT INTO mc_iwf_{table} ({', '.join(row)}) "
            f"VALUES ({', '.join(row.values())})")


def long_text(server):
    """4 MB of text in the words of a server; on SQLite octets that look like
    a single character of UTF-8."""
    if server.schema == "sqlite":
        return f"CAST(X'C3' || ZEROBLOB({LONG}) || X'80' AS TEXT)"
    return f"REPEAT('x', {LONG})"


def widen(database, table, column):
    """Lets a column have a text of any length, with its log."""
    if database.server.schema == "postgres":
        database.run(
            f"ALTER TABLE mc_iwf_{table} ALTER COLUMN {column} TYPE TEXT",
            *(f"ALTER TABLE mc_iwf_changes ALTER COLUMN {item} TYPE TEXT"
              for item in ("item1", "item2")))
    elif database.server.schema == "mysql":
        database.run(f"ALTER TABLE mc_iwf_{table} MODIFY {column} LONGTEXT "
                     "DEFAULT '' NOT NULL")


@pytest.mark.parametrize("table, column", LONG_COLUMNS)
def test_long_row(server, table, column):
    """A row of 4 MB is left out and named; what is changed after it, and with
    it, is in force, and so is all else after a start."""
    if server.schema != "sqlite" and (table, column) not in (
            ("users", "organisation"), ("lmr", "identity"),
            ("peers", "tls_id"), ("groups", "psi")):
        pytest.skip("the same query as for the columns beside it")
    fresh = server.create(checked=False).load_sample()
    widen(fresh, table, column)
    with Loaded(fresh) as running:
        fresh.run(long_row(table, column).replace(
            "LONG_TEXT", long_text(server)),
                  insert_user("with"))
        running.wait_user(mc_id("with"), "p-with", timeout=SOON)
        fresh.run(insert_user("after"))
        running.wait_user(mc_id("after"), "p-after", timeout=SOON)
        node.wait_until(lambda: running.bad_rows() > 0, "a bad row", SOON)
        assert "longer than 255" in running.kamcmd("mc_iwf.bad_rows")
        assert "database lost" not in running.log()
        assert_sample(running)
    with Loaded(fresh) as running:
        assert "longer than 255" in running.kamcmd("mc_iwf.bad_rows")
        assert len(running.log()) < 100000
        assert_sample(running)


def test_second_kmf_at_load(fresh):
    """Entries that conflict are withdrawn by a full load as by a change; so
    are those of a person with too many. Other slots and persons hold."""
    fresh.run(insert_lmr("alice", "6201", "sip:kmf2@tetra-iwf.example.org"),
              insert_lmr("alice", "6202"),
              insert_lmr("alice", "6203", "sip:kmf2@tetra-iwf.example.org",
                         "tetra"),
              *(insert_lmr("bob", f"63{i:02}") for i in range(17)))
    with Loaded(fresh, page_rows=3) as running:
        said = running.user(mc_id("alice"))
        assert "6203" in said and "6201" not in said and "6202" not in said
        assert "63" not in running.user(mc_id("bob"))
        assert "901000100002006" in running.user(mc_id("frank"))
        assert "bad rows in mc_iwf_lmr, alice: a second KMF" in running.log()
        assert "bad rows in mc_iwf_lmr, bob: too many" in running.log()
        fresh.run("DELETE FROM mc_iwf_lmr WHERE identity = '6201'")
        running.wait_user(mc_id("alice"), "6202", "6203")


def test_plan_beside_a_bad_row(fresh):
    """What is deleted from a small table is out of force, whatever stands
    beside it."""
    with Loaded(fresh) as running:
        fresh.run("INSERT INTO mc_iwf_kmf_aliases (kmf, alias) VALUES "
                  "('sip:nobody@example.org', 'sip:x@example.org')",
                  "DELETE FROM mc_iwf_kmfs "
                  "WHERE uri = 'sip:kmf2@tetra-iwf.example.org'")
        node.wait_until(lambda: "kmf2" not in running.kmfs(), "KMF removed",
                        IN_FORCE)


def test_too_many_small_rows(fresh):
    """Rows of a small table beyond its limit are left out, by a change and by
    a start, and are named together."""
    rows = ", ".join(f"('iwf', 'sip:iwf@iwf.example.org', '10.{i >> 8}."
                     f"{i & 255}.1')" for i in range(4100))
    with Loaded(fresh) as running:
        fresh.run("INSERT INTO mc_iwf_peers (kind, psi, address) "
                  f"VALUES {rows}")
        running.wait_log("mc_iwf_peers, id .* too many rows, and none after",
                         timeout=SOON)
        assert_sample(running)
    with Loaded(fresh) as running:
        assert "too many rows, and none after this one" in running.log()
        assert_sample(running)


@pytest.mark.parametrize("spoil, said", [
    pytest.param("UPDATE version SET table_version = 99 "
                 "WHERE table_name = 'mc_iwf_lmr'",
                 "invalid version 99 for table mc_iwf_lmr", id="version"),
    pytest.param("DROP TABLE mc_iwf_peers", "cannot load from the database",
                 id="table"),
])
def test_wrong_database(fresh, spoil, said):
    """A database that does not fit stops the start."""
    fresh.run(spoil)
    with pytest.raises(AssertionError, match=said):
        with Loaded(fresh):
            pass


def test_outage(server, fresh):
    """Without the database the last data stay in force, and one line is
    logged; what changes goes in force when it is back."""
    if server.schema == "sqlite":
        pytest.skip("a file does not go away")
    with Loaded(fresh) as running:
        server.stop()
        try:
            running.wait_log("database lost")
            assert "does not answer" in running.reload_error()
            time.sleep(2)
            assert_sample(running)
        finally:
            server.start()
        running.wait_log("database is back", timeout=10)
        assert running.log().count("database lost") == 1
        fresh.run(insert_user("again"))
        running.wait_user(mc_id("again"), "p-again")


def test_reload_pause(fresh):
    """reload_delta keeps requests apart."""
    with Loaded(fresh, reload_delta=60) as running:
        assert running.reload_error() == ""
        assert "less than 60 s" in running.reload_error()


def test_busy(server, fresh):
    """A writer that holds an SQLite file for a while is waited for, also
    if the node itself wants to write: it prunes the log at start."""
    if server.schema != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    fresh.run("UPDATE mc_iwf_changes SET changed = changed - 100000")
    with fresh.session() as session:
        session.run(f"BEGIN IMMEDIATE;{insert_user('held')}")
        with Loaded(fresh) as running:
            time.sleep(1)
            session.run("COMMIT")
            running.wait_user(mc_id("held"), "p-held")
            assert "database lost" not in running.log()
            assert len(session.run("SELECT seq FROM mc_iwf_changes")) <= 2


def test_busy_for_long(server, fresh):
    """If it holds the file for longer the log is cut later, and the database
    is not lost for that."""
    if server.schema != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    fresh.run("UPDATE mc_iwf_changes SET changed = changed - 100000")
    with fresh.session() as session:
        session.run(f"BEGIN IMMEDIATE;{insert_user('held')}")
        with Loaded(fresh) as running:
            running.wait_log("old rows of the change log stay", SOON)
            session.run("COMMIT")
            running.wait_user(mc_id("held"), "p-held", timeout=SOON)
            assert "database lost" not in running.log()


def test_no_password_in_log(kamailio):
    """The password of the database is in no line of the log."""
    with pytest.raises(sip.Timeout):
        kamailio.wait_log(databases.PASSWORD, timeout=0.1)


def test_passwords_that_cannot_be_read(server):
    """Users are told to come back, and are served when it is right again.
    (What else can happen to a file: test_subscriber_down.)"""
    found = kamailio_tables(server)
    extra = f'modparam("auth_db", "db_url", "{found.url}")'
    if server.schema != "sqlite":
        extra = f'loadmodule "{server.module}.so"\n{extra}'
    with sample.running(
            lambda peers: sample.SampleNode(peers, extra=extra)) as site:
        alice = site.client("alice")
        found.run("ALTER TABLE subscriber RENAME TO elsewhere")
        reply = alice.ask(mc.client_message("alice", b"x"))
        assert (reply.code, reply.get("Retry-After")) == (503, "5")
        assert site.node.counters("node")["subscriber_down"] == 1
        found.run("ALTER TABLE elsewhere RENAME TO subscriber")
        assert alice.ask(mc.client_message("alice", b"x")).code == 200
        site.reset()
