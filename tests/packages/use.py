#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""In a fresh Debian system with the packages of the release before: the steps of
docs/guide.md with Debian's own kamailio.cfg, messages and a call; the upgrade
to the packages of this tree, while the server runs; the node as a service; and
the end of it all. Run by packages.sh, without a network.

usage: use.py"""
import configparser
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))

import calls  # noqa: E402
import documents  # noqa: E402
import existing_server  # noqa: E402
import mc  # noqa: E402
import node  # noqa: E402
import rtpengine  # noqa: E402
import sample  # noqa: E402
import sip  # noqa: E402

PACKAGES = ["kamailio-lmr-modules", "mclmr", "kamailio-lmr-doc"]
NEW = TOP / "build/deb"
SHARE = pathlib.Path("/usr/share/kamailio/mc_iwf")
ETC = pathlib.Path("/etc/kamailio")
POLICIES = ETC / "mc_iwf/policies.ini"
DATABASE = "/var/lib/kamailio/mc_iwf.db"
OURS = "# ours\n"


def said(*command, **more):
    """What a command prints; it has to succeed."""
    done = subprocess.run(list(map(str, command)), text=True, check=False,
                          capture_output=True, **more)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def as_kamailio(*command):
    """A command line with the rights of the services' user."""
    return ["setpriv", "--reuid=kamailio", "--regid=kamailio",
            "--clear-groups", "--", *map(str, command)]


def unit(name):
    """The section Service of an installed unit, and its environment."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    path = next(folder / f"{name}.service" for folder in (
        pathlib.Path("/usr/lib/systemd/system"),
        pathlib.Path("/lib/systemd/system"))
        if (folder / f"{name}.service").exists())
    text = re.sub(r"^Environment='(.*)'$", r"Environment=\1",
                  path.read_text(), flags=re.M)
    parser.read_string(text)
    words = " ".join(re.findall(r"^Environment=(.*)$", text, re.M)).split()
    return parser["Service"], dict(word.split("=", 1) for word in words)


class Server(node.Kamailio):
    """Debian's Kamailio, started with the command of its own unit."""

    relays_calls = False  # Site.reset() asks no node of ours

    def __init__(self):
        super().__init__(ETC / "kamailio.cfg")
        self.port = 5060

    def path(self, name):
        if name == "kamailio_ctl":
            return pathlib.Path("/run/kamailio/kamailio_ctl")
        return super().path(name)

    def _command(self):
        service, settings = unit("kamailio")
        line = re.sub(r"\$(\w+)", lambda m: settings[m.group(1)],
                      service["ExecStart"])
        folder = pathlib.Path("/run/kamailio")
        folder.mkdir(exist_ok=True)
        shutil.chown(folder, "kamailio", "kamailio")
        return as_kamailio(*line.split(), "-DD", "-E")


class Relay:
    """Debian's rtpengine, with its own configuration."""

    def __enter__(self):
        self.process = subprocess.Popen(
            ["rtpengine", "--config-file=/etc/rtpengine/rtpengine.conf",
             "--foreground", "--log-stderr"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = rtpengine.NgClient(("127.0.0.1", 2223))
        node.wait_until(lambda: self._answers(client), "the relay", 30)
        return self

    @staticmethod
    def _answers(client):
        try:
            return client.ask("ping")["result"] == "pong"
        except (OSError, sip.Timeout):
            return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def change(*statements):
    """Rows are changed as the guide says: as the services' user."""
    said(*as_kamailio("sqlite3", DATABASE), input=";\n".join(statements))


def copy_recipe():
    """The files of the recipe, as the guide says."""
    said("sh", "-c", re.search(r"^    cd (/usr/share/kamailio/mc_iwf)\n"
                               r"    (cp mc.*)$", documents.GUIDE.read_text(),
                               re.M).expand(r"cd \1 && \2"))


def follow_the_guide(peers):
    """Tables, rows, files, the two lines, settings, the relay."""
    said("sh", SHARE / "tables-sqlite.sh")
    copy_recipe()
    existing_server.STOCK = ETC / "kamailio.cfg"
    (ETC / "kamailio.cfg").write_text(existing_server.recipe())
    existing_server.settings(ETC, {
        "MC_PEER1": f"sip:{peers.iwf1.hostport}"})
    change("UPDATE mc_iwf_peers SET address = '127.0.0.2'")
    said(*as_kamailio("sqlite3", "/var/lib/kamailio/node.db"),
         input="UPDATE address SET ip_addr = '127.0.0.2'")
    relay = configparser.RawConfigParser(strict=False)
    relay.read(["/etc/rtpengine/rtpengine.conf", SHARE / "rtpengine.conf"])
    relay["rtpengine"]["interface"] = "127.0.0.1"
    with open("/etc/rtpengine/rtpengine.conf", "w", encoding="utf-8") as file:
        relay.write(file)


def use(peers, server):
    """A message each way, a call each way that is heard."""
    site = sample.Site(peers, server)
    try:
        exchange(site)
    except BaseException:
        print(server.log_tail(40), file=sys.stderr)
        raise
    finally:
        site.reset()


def exchange(site):
    """What use() is for."""
    alice = site.client("alice")
    assert alice.ask(mc.client_message("alice", b"key")).code == 200
    assert mc.payload_of(site.iwf1.wait_request().message) == b"key"
    assert site.from_iwf(mc.iwf_message("alice", b"other")).code == 200
    assert mc.payload_of(
        alice.endpoint.wait_request().message) == b"other"
    assert "verdict: ok" in site.node.kamcmd(
        "mc_iwf.explain", mc.impu("alice"), "mcptt")
    site.reset()
    for form in "private", "from-lmr":
        with calls.Line(site, form) as line:
            talk = line.talk()
            talk.speech()
            assert talk.near.bye().code == 200
        site.reset()


def command_line():
    """mclmr, with the media profiles of the package, its pages."""
    text = said("mclmr", "sdp", "explain", "--profile", "p25",
                SHARE / "sample-offer.sdp", cwd="/")
    assert "decision=" in text
    assert "NAME" in said("man", "-P", "cat", "mclmr-key-wrap")
    assert "PARAMETERS" in said("man", "-P", "cat", "7", "mc_iwf")
    assert "complete -F _mclmr mclmr" in said(
        "bash", "-c", ". /usr/share/bash-completion/bash_completion && "
        "_completion_loader mclmr; complete -p mclmr") + "\n"
    return said("mclmr", "--version").split()[1]


def files_of(packages):
    """What packages have put there, without folders; /lib is a link."""
    return [path for path in said("dpkg", "-L", *packages).splitlines()
            if os.path.islink(path) and path != "/lib"
            or os.path.isfile(path)]


def versions():
    """The versions of the packages."""
    return said("dpkg-query", "-W", "-f", "${Version}\n", *PACKAGES).split()


def upgrade():
    """The new packages; the administrator's changes stay, and the server that
    runs is not touched."""
    POLICIES.write_text(POLICIES.read_text() + OURS)
    before = versions()
    said("apt-get", "install", "-q", "-y",
         *(path for name in PACKAGES for path in NEW.glob(f"{name}_*.deb")))
    assert all(subprocess.run(
        ["dpkg", "--compare-versions", new, "gt", old],
        check=False).returncode == 0 for new, old in zip(versions(), before))
    assert POLICIES.read_text().endswith(OURS)


def upgrade_tables():
    """The scripts of the release, as docs/database.md says; rows stay."""
    def rows():
        return said("sqlite3", DATABASE, "SELECT * FROM mc_iwf_users; "
                    "SELECT * FROM mc_iwf_peers")
    before = rows()
    folder = pathlib.Path("/usr/share/kamailio/db_sqlite")
    scripts = sorted(folder.glob("mc_iwf-upgrade-*.sql"))
    assert scripts
    for script in scripts:
        with open(script, encoding="utf-8") as sql:
            said(*as_kamailio("sqlite3", DATABASE), stdin=sql, cwd=folder)
    assert rows() == before and before


def is_enabled(name):
    """What systemd says of a unit."""
    return subprocess.run(["systemctl", "is-enabled", name], text=True,
                          capture_output=True, check=False).stdout.strip()


def run_node(peers):
    """The units of the whole node, by their own commands: it does nothing
    until it has a configuration, then it answers, and stops in order."""
    for name in "mc-server", "mc-server-media":
        assert is_enabled(name) == "disabled", name
        said("systemd-analyze", "verify", f"{name}.service")
    said("sh", SHARE / "service.sh")
    run_dir = pathlib.Path("/var/lib/mc-server")
    run_dir.mkdir(mode=0o750)
    shutil.chown(run_dir, "kamailio", "kamailio")
    started = []
    for name in "mc-server-media", "mc-server":
        service, settings = unit(name)
        environment = {**os.environ, **settings}
        started.append(subprocess.Popen(
            as_kamailio(*service["ExecStart"].split()), env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    server = node.Kamailio(None)
    server.port = 5060
    try:
        server.process = started[1]
        server._wait_up()
        alice = sample.Site(peers, server).client("alice")
        with sip.UdpEndpoint("127.0.0.2", sample.SAMPLE_PORT) as iwf:
            assert alice.ask(mc.client_message("alice", b"key")).code == 200
            assert mc.payload_of(iwf.wait_request().message) == b"key"
        alice.leave()
        said(*as_kamailio(*service["ExecStop"].split()), env=environment)
        assert started[1].wait(60) == 0
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        server.remove()
    assert (run_dir / "mc_iwf.db").exists()


def purge():
    """Nothing of the packages is left; what belongs to none stays."""
    files = files_of(PACKAGES)
    assert len(files) > 100
    said("dpkg", "-r", *PACKAGES)
    left = [path for path in files if os.path.lexists(path)]
    assert left == [str(POLICIES)], left
    said("dpkg", "-P", *PACKAGES)
    for path in files:
        assert not os.path.lexists(path), path
    assert not POLICIES.parent.exists() and not SHARE.exists()
    assert not pathlib.Path("/usr/lib/mc-server").exists()
    for path in (DATABASE, ETC / "mc-server", ETC / "mc.cfg"):
        assert os.path.exists(path), path


def main():
    """All of it, in order."""
    with sample.Peers() as peers:
        follow_the_guide(peers)
        with Relay(), Server() as server:
            use(peers, server)
            old = command_line()
            assert said("dpkg", "-V", *PACKAGES) == ""
            upgrade()
            use(peers, server)  # it has the old module
        assert command_line() != old
        upgrade_tables()
        copy_recipe()
        said("kamailio", "-c", "-f", ETC / "kamailio.cfg")
        with Relay(), Server() as server:
            use(peers, server)
        run_node(peers)
    purge()
    print("packages: used and upgraded with Kamailio",
          said("dpkg-query", "-W", "-f", "${Version}", "kamailio"),
          "and rtpengine",
          said("dpkg-query", "-W", "-f", "${Version}", "rtpengine-daemon"))


if __name__ == "__main__":
    main()
