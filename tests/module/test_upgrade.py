# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of an earlier release become those of this one, on every server; their
rows stay, and a node that runs goes on with them.

tests/data/tables-N holds what made tables of version N: as release 0.1.0 had
it, and without checks of rows as the releases before."""
import re
import subprocess

import pytest

import databases
import documents
import node
from test_database import Loaded, delete_user, insert_user, mc_id

OLD = {1: node.TOP / "tests/data/tables-1"}
FORMS = [(version, checked) for version in OLD for checked in (True, False)]
TABLES = ["users", "lmr", "kmfs", "kmf_aliases", "kmf_psis", "roles", "peers",
          "partners", "lmr_users", "groups"]


@pytest.fixture(scope="module", params=databases.SERVERS)
def server(request):
    """Each kind of database server."""
    found = databases.SERVERS[request.param]()
    try:
        yield found.start()
    finally:
        found.remove()


def old_tables(server, version, checked):
    """A database with the tables of a version, and the sample's rows."""
    found = server.create(checked=checked)
    found.load(OLD[version] / f"{server.schema}.sql", databases.SAMPLE)
    return found


def script(server, version):
    """The upgrade from a version."""
    return databases.CFG / f"db_{server.schema}" / \
        f"mc_iwf-upgrade-{version}.sql"


def upgrade(database, version):
    """Runs the script as docs/database.md says; exit code and complaints."""
    path = script(database.server, version)
    done = subprocess.run(
        database.server.client(database.name), text=True, check=False,
        input=path.read_text(encoding="utf-8"), cwd=path.parent,
        env=database.server.environment(), capture_output=True)
    return done.returncode, done.stdout + done.stderr


def dump(server, name):
    """The definitions of a database, as its own tool writes them."""
    if server.schema == "sqlite":
        command = [*server.client(name), "SELECT sql || ';' FROM sqlite_schema "
                   "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"]
    elif server.schema == "postgres":
        command = [server.tool("pg_dump"), "-s", "-h", "127.0.0.1", "-p",
                   str(server.port), "-U", "kamailio", name]
    else:
        command = ["mariadb-dump", "--no-defaults", "--no-data", "--routines",
                   "--skip-comments", "-h", "127.0.0.1", "-P",
                   str(server.port), "-u", "kamailio", name]
    return subprocess.run(command, capture_output=True, text=True, check=True,
                          env=server.environment()).stdout


def schema(database):
    """What a database has: lines of definitions, in no order."""
    text = re.sub(r" AUTO_INCREMENT=\d+", "",
                  dump(database.server, database.name))
    text = re.sub(r"^\\(un)?restrict .*$", "", text, flags=re.M)
    return sorted(line.strip().rstrip(",") for line in text.splitlines())


def rows(database):
    """All rows of all tables."""
    with database.session() as session:
        return {name: session.run(f"SELECT * FROM mc_iwf_{name} ORDER BY id")
                for name in TABLES}


def log_of(database):
    """The rows of the change log."""
    with database.session() as session:
        return session.run("SELECT seq, tbl, item1, item2 FROM mc_iwf_changes "
                           "ORDER BY seq")


def test_there_is_a_script_for_each_version(server):
    """From every version that a release had, and the page names each."""
    found = {path.name for path in script(server, 1).parent.glob("*.sql")}
    assert found == {"mc_iwf-create.sql",
                     *(f"mc_iwf-upgrade-{version}.sql" for version in OLD)}
    text = documents.section("## Upgrade", documents.DATABASE)
    for version in OLD:
        assert f"`mc_iwf-upgrade-{version}.sql`" in text


@pytest.mark.parametrize("version, checked", FORMS)
def test_tables_are_those_of_this_release(server, version, checked):
    """The same definitions as of a new database, the same rows as before; a
    second run changes nothing."""
    new = server.create().load_sample()
    old = old_tables(server, version, checked)
    assert checked or schema(old) != schema(new)
    before, log = rows(old), log_of(old)
    for _ in range(2):
        code, said = upgrade(old, version)
        assert code == 0, said
        assert schema(old) == schema(new)
        assert rows(old) == before
        assert log_of(old) == log
    assert all(before.values())


@pytest.mark.parametrize("version, checked", FORMS)
def test_numbers_go_on(server, version, checked):
    """Rows and changes get the numbers that are next, also if the last ones
    are gone: nodes look for what comes after the last change they saw."""
    old = old_tables(server, version, checked)
    old.run(insert_user("gone"), delete_user("gone"))
    with old.session() as session:
        last, = session.run("SELECT MAX(seq) FROM mc_iwf_changes")
        highest, = session.run("SELECT MAX(id) FROM mc_iwf_users")
        session.run("DELETE FROM mc_iwf_changes")
    code, said = upgrade(old, version)
    assert code == 0, said
    old.run(insert_user("next"))
    with old.session() as session:
        first, = session.run("SELECT MIN(seq) FROM mc_iwf_changes")
        number, = session.run("SELECT MAX(id) FROM mc_iwf_users")
    assert int(first) == int(last) + 1
    assert int(number) > int(highest) + 1


@pytest.mark.parametrize("version", OLD)
def test_node_that_runs(server, version):
    """It keeps its users meanwhile, and sees the changes after it."""
    old = old_tables(server, version, False)
    def known(name):
        return f"mc_id: {mc_id(name)}\n" in running.user(mc_id(name))

    with Loaded(old) as running:
        assert known("alice")
        code, said = upgrade(old, version)
        assert code == 0, said
        assert known("alice")
        old.run(insert_user("new"), delete_user("bob"))
        running.wait_user(mc_id("new"), f"mc_id: {mc_id('new')}")
        running.wait_gone(mc_id("bob"))
        assert known("alice") and running.bad_rows() == 0
    with Loaded(old) as running:
        assert known("new") and known("alice") and not known("bob")


@pytest.mark.parametrize("version", OLD)
def test_row_that_breaks_a_check(server, version):
    """The script names the check and loses no row; when the row is mended it
    goes through."""
    old = old_tables(server, version, False)
    wrong = "UPDATE mc_iwf_partners SET peer_set = {}"
    old.run(wrong.format(0))
    before = rows(old)
    code, said = upgrade(old, version)
    assert code != 0 and "mc_iwf_partners_peer_set_chk" in said
    assert rows(old) == before
    old.run(wrong.format(3))
    code, said = upgrade(old, version)
    assert code == 0, said
    assert schema(old) == schema(server.create().load_sample())


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("what", [
    "UPDATE version SET table_version = 9 WHERE table_name = 'mc_iwf_lmr'",
    "DELETE FROM version WHERE table_name = 'mc_iwf_groups'"])
def test_tables_of_another_version(server, version, what):
    """The script leaves them as they are."""
    old = old_tables(server, version, False)
    old.run(what)
    before = schema(old), rows(old), log_of(old)
    code, said = upgrade(old, version)
    assert code != 0 and "version" in said
    if server.schema == "mysql":
        # What was made for the try stays until the next one.
        assert (rows(old), log_of(old)) == before[1:]
        assert not re.search("CONSTRAINT `?\\w+_chk", "".join(schema(old)))
    else:
        assert (schema(old), rows(old), log_of(old)) == before
