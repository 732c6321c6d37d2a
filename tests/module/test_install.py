# SPDX-License-Identifier: GPL-2.0-or-later
"""make install and make uninstall."""
import os
import re
import shutil
import subprocess

import pytest

import documents
import existing_server
import node

SHARE = "/usr/share/kamailio"
POLICIES = "etc/kamailio/mc_iwf/policies.ini"


def make(target, folder):
    """Runs a target with DESTDIR; its output."""
    done = subprocess.run(
        ["make", "-s", target, f"DESTDIR={folder}",
         f"KAMAILIO_LIBDIR={node.KAMAILIO_LIBDIR}"],
        cwd=node.TOP, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items()
             if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")})
    return done.returncode, done.stdout + done.stderr


def files(folder):
    """All files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if not path.is_dir()}


@pytest.fixture
def installed(tmp_path):
    """A folder with all that is installed."""
    assert make("install", tmp_path) == (0, "")
    return tmp_path


def test_what_the_document_names(installed):
    """All is there that the first steps name."""
    assert (installed / f".{node.KAMAILIO_LIBDIR}/modules/mc_iwf.so").exists()
    assert os.access(installed / "usr/bin/mclmr", os.X_OK)
    text = documents.GUIDE.read_text()
    named = set(re.findall(rf"{SHARE}/[\w/-]+\.(?:sql|sh)", text))
    assert len(named) > 13
    for path in named:
        assert (installed / f".{path}").exists() or os.path.exists(path), path
    for name in existing_server.FILES:
        assert (installed / f".{SHARE}/mc_iwf/{name}").exists()


def test_where_tables_are(installed):
    """Beside those of Kamailio, under the same names as theirs."""
    for here, there in (("db_sqlite", "db_sqlite"), ("db_mysql", "mysql"),
                        ("db_postgres", "postgres")):
        script = installed / f".{SHARE}/{there}/mc_iwf-create.sql"
        assert script.read_text() == \
            (node.TOP / "cfg" / here / "mc_iwf-create.sql").read_text()
        assert os.path.exists(f"{SHARE}/{there}/usrloc-create.sql")


def test_rights(installed):
    """Everyone may read, only the owner write; programs can be run."""
    for name in files(installed):
        mode = (installed / name).stat().st_mode & 0o777
        program = name.startswith(("usr/bin/", "usr/lib/mc-server/")) \
            and not name.endswith("/processes.sh")
        assert mode == (0o755 if program else 0o644), name


def test_links_of_the_documents(installed):
    """Pages that are installed find each other."""
    folder = installed / "usr/share/doc/kamailio-lmr-doc"
    for path in [*folder.glob("*.md"), *folder.glob("docs/*.md")]:
        for link, _ in documents.links(path.read_text()):
            assert not link.endswith(".md") or \
                (path.parent / link).exists(), f"{path.name}: {link}"


def test_nothing_is_left(installed):
    """make uninstall removes each file and each folder."""
    assert make("uninstall", installed) == (0, "")
    assert not list(installed.iterdir())


def test_files_of_others_stay(installed):
    """Also in folders that we made."""
    theirs = {f"{SHARE[1:]}/mysql/usrloc-create.sql",
              f"{SHARE[1:]}/mc_iwf/notes.txt", "etc/kamailio/kamailio.cfg"}
    for name in theirs:
        (installed / name).parent.mkdir(exist_ok=True)
        (installed / name).write_text("theirs")
    (installed / "var").mkdir()
    assert make("uninstall", installed) == (0, "")
    assert files(installed) == theirs
    assert (installed / "var").exists()


def test_changed_profiles_stay(installed):
    """An installation leaves them, and so does the removal, which tells it."""
    (installed / POLICIES).write_text("[own]\nallow = p25-imbe\n")
    assert make("install", installed) == (0, "")
    assert (installed / POLICIES).read_text().startswith("[own]")
    code, said = make("uninstall", installed)
    assert code == 0 and "policies.ini was changed and stays" in said
    assert files(installed) == {POLICIES}


def test_what_an_older_release_had(installed):
    """A file that is no longer installed goes with the next installation."""
    old = f"{SHARE}/mc_iwf/of-another-time.cfg"
    (installed / old[1:]).write_text("old")
    manifest = installed / f".{SHARE}/mc_iwf/installed"
    manifest.write_text(f"{manifest.read_text()}{old}\n")
    assert make("install", installed) == (0, "")
    assert not (installed / old[1:]).exists()


def test_what_is_not_built(installed, tmp_path_factory):
    """Without all of the new release the one that is there stays whole."""
    before = files(installed)
    tools = tmp_path_factory.mktemp("source") / "tools"
    tools.mkdir()
    shutil.copy(node.TOP / "tools/install.sh", tools)
    done = subprocess.run(
        [tools / "install.sh", "install"], capture_output=True, text=True,
        env={**os.environ, "DESTDIR": str(installed)}, check=False)
    assert done.returncode and "mc_iwf.so is missing" in done.stderr
    assert files(installed) == before


def test_uninstall_before_install(tmp_path):
    """It says that there is nothing, and removes nothing."""
    (tmp_path / "etc").mkdir()
    code, said = make("uninstall", tmp_path)
    assert code and "nothing is installed" in said
    assert (tmp_path / "etc").exists()


def test_node_of_the_service(installed, tmp_path_factory):
    """The service's command runs what was installed: the databases are made,
    and Kamailio takes the configuration."""
    unit = (installed / "usr/lib/systemd/system/mc-server.service").read_text()
    program = re.search(r"^ExecStart=(/usr/lib/mc-server/\S+) run$", unit,
                        re.M).group(1)
    run_dir = tmp_path_factory.mktemp("run")
    config = installed / f".{SHARE}/mc_iwf/node"
    environment = {**os.environ, "RUN_DIR": str(run_dir), "MEDIA": "other",
                   "CFG_DIR": str(config),
                   "POLICIES": str(installed / POLICIES)}
    # They are elsewhere than Kamailio's only because of DESTDIR.
    (config / "db_sqlite").symlink_to(installed / f".{SHARE}/db_sqlite")
    (installed / "usr/lib/mc-server/modules").symlink_to(
        installed / f".{node.KAMAILIO_LIBDIR}/modules")
    for command in (["create"], ["run", "-c"]):
        done = subprocess.run([str(installed / f".{program}"), *command],
                              env=environment, capture_output=True, text=True,
                              check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
    assert {"mc_iwf.db", "kamailio.db", "location.db", "dialog.db"} <= \
        files(run_dir)
