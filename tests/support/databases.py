# SPDX-License-Identifier: GPL-2.0-or-later
"""Databases for tests: SQLite files, private PostgreSQL and MariaDB servers.

A server has its own data folder and port, runs as an ordinary user and is
stopped by its pid. SQL goes through the command-line client of each: the
files are read as an operator would have them read, and a session that stays
open holds a transaction.
"""
import os
import pathlib
import pwd
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

import node

CFG = node.TOP / "cfg"
SAMPLE = CFG / "sample-data.sql"
PASSWORD = "kamailio-secret"
ANSWER_TIMEOUT = 120.0  # s, of thousands of rows on a machine under load
SERVER_TIMEOUT = 60.0


class Session:
    """A client that stays connected: what it begins, it can commit later. It
    ends at an error; what it warns of is no row."""

    def __init__(self, command, env=None):
        self.said = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, env=env, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.said)
        self.lines = queue.Queue()
        self.marks = 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _failed(self):
        """Why it has ended."""
        self.said.seek(0)
        return f"the client ended: {self.said.read()}"

    def run(self, sql):
        """Runs statements; the lines that they print."""
        self.marks += 1
        mark = f"done-{self.marks}"
        self.process.stdin.write(f"{sql.rstrip(';')};\nSELECT '{mark}';\n")
        self.process.stdin.flush()
        printed = []
        while (line := self.lines.get(timeout=ANSWER_TIMEOUT)) != mark:
            assert line is not None, self._failed()
            printed.append(line)
        return printed

    def close(self):
        """Ends the client."""
        self.process.stdin.close()
        self.process.wait(ANSWER_TIMEOUT)
        self.said.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def unchecked(sql):
    """Statements that make tables, without what they check of a row."""
    while found := re.search(r",\s+CONSTRAINT \w+_chk\s+CHECK \(", sql):
        end, depth = found.end(), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        sql = sql[:found.start()] + sql[end:]
    return sql


class Database:
    """One database of a server, empty at first."""

    def __init__(self, server, name, checked):
        self.server = server
        self.name = name
        self.checked = checked

    @property
    def url(self):
        """The db_url of Kamailio's modules."""
        return self.server.url(self.name)

    def load(self, *files):
        """Runs SQL files; any error fails."""
        for path in files:
            text = pathlib.Path(path).read_text(encoding="utf-8")
            subprocess.run(self.server.client(self.name), text=True,
                           input=text if self.checked else unchecked(text),
                           env=self.server.environment(), check=True,
                           stdout=subprocess.DEVNULL)

    def load_sample(self):
        """The module's tables with the sample's rows."""
        self.load(CFG / f"db_{self.server.schema}" / "mc_iwf-create.sql",
                  SAMPLE)
        return self

    def session(self):
        """A client that stays connected."""
        return Session(self.server.client(self.name),
                       self.server.environment())

    def run(self, *statements):
        """Runs statements in one transaction and returns what they print."""
        with self.session() as session:
            return session.run(";".join(["BEGIN", *statements, "COMMIT"]))


class Server:
    """What the servers have in common."""

    module = None  # Kamailio's
    schema = None  # folder of the SQL files: db_...
    user = None  # who runs it where we are root
    concurrent = True  # writers do not wait for each other

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.schema}-"))
        self.process = None
        self.databases = 0

    def create(self, checked=True):
        """A new database of its own; its tables check rows, or take any."""
        self.databases += 1
        name = f"test{self.databases}"
        self.make(name)
        return Database(self, name, checked)

    def make(self, name):
        """Creates a database."""

    def make_again(self, name):
        """Drops a database, with all who are connected, and creates it."""
        raise NotImplementedError

    def start(self):
        """Starts the server and returns when it answers."""
        return self

    def stop(self):
        """Stops it; it can be started again."""

    def remove(self):
        """Stops it for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self):
        """What its client needs in the environment."""
        return None

    def url(self, name):
        """The db_url of a database."""
        raise NotImplementedError

    def client(self, name):
        """The command line of its client."""
        raise NotImplementedError


class Sqlite(Server):
    """Database files in a folder."""

    module = "db_sqlite"
    schema = "sqlite"
    concurrent = False

    def url(self, name):
        return f"sqlite:///{self.folder}/{name}.db"

    def client(self, name):
        return ["sqlite3", "-batch", "-bail", "-cmd", ".timeout 10000",
                f"{self.folder}/{name}.db"]


class Daemon(Server):
    """A server process."""

    stop_signal = signal.SIGTERM

    def __init__(self):
        super().__init__()
        self.port = node.free_port()
        self.data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self.prepare()

    def as_user(self, command):
        """The command as an ordinary user: servers refuse to be root."""
        command = [str(word) for word in command]
        if os.geteuid() != 0:
            return command
        group = str(pwd.getpwnam(self.user).pw_gid)
        return ["setpriv", f"--reuid={self.user}", f"--regid={group}",
                "--clear-groups", "--", *command]

    def run_tool(self, *command):
        """Runs one of the server's tools to its end."""
        done = subprocess.run(self.as_user(command), cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def prepare(self):
        """Makes the data folder."""
        raise NotImplementedError

    def command(self):
        """The command line of the server."""
        raise NotImplementedError

    def probe(self):
        """A command that succeeds as soon as the server answers."""
        raise NotImplementedError

    def start(self):
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                self.as_user(self.command()), cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + SERVER_TIMEOUT
        while subprocess.run(self.probe(), capture_output=True,
                             check=False).returncode:
            assert self.process.poll() is None and time.monotonic() < end, \
                (self.folder / "server.log").read_text(errors="replace")
            time.sleep(0.1)
        return self

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(SERVER_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class Postgres(Daemon):
    """PostgreSQL as Debian has it."""

    module = "db_postgres"
    schema = "postgres"
    user = "postgres"
    stop_signal = signal.SIGINT  # does not wait for clients

    @staticmethod
    def tool(name):
        """A program of the newest version that is installed."""
        found = pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        return max(found, key=lambda path: int(path.parts[-3]))

    def prepare(self):
        self.run_tool(self.tool("initdb"), "-D", self.data, "-U", "kamailio",
                      "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def command(self):
        return [self.tool("postgres"), "-D", self.data, "-p", self.port,
                "-k", self.folder, "-c", "listen_addresses=127.0.0.1",
                "-c", "fsync=off"]

    def probe(self):
        return [*self.client("postgres"), "-c", "SELECT 1"]

    def make(self, name):
        subprocess.run([*self.client("postgres"), "-c",
                        f"CREATE DATABASE {name}"], check=True)

    def make_again(self, name):
        subprocess.run([*self.client("postgres"), "-c",
                        f"DROP DATABASE {name} WITH (FORCE)"], check=True)
        self.make(name)

    def url(self, name):
        return (f"postgres://kamailio:{PASSWORD}@127.0.0.1:{self.port}/"
                f"{name}")

    def client(self, name):
        return ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-h", "127.0.0.1", "-p", str(self.port), "-U", "kamailio",
                "-d", name]


class Mariadb(Daemon):
    """MariaDB as Debian has it."""

    module = "db_mysql"
    schema = "mysql"
    user = "mysql"
    # Its data are not needed after the power failed.
    hasty = ("--innodb-log-file-size=4M", "--innodb-flush-method=nosync",
             "--innodb-flush-log-at-trx-commit=0")

    def prepare(self):
        self.run_tool("mariadb-install-db", "--no-defaults",
                      f"--datadir={self.data}", "--skip-test-db",
                      "--auth-root-authentication-method=normal",
                      *self.hasty)

    def command(self):
        return ["/usr/sbin/mariadbd", "--no-defaults",
                f"--datadir={self.data}", f"--port={self.port}",
                f"--socket={self.folder}/socket",
                f"--pid-file={self.folder}/pid", "--bind-address=127.0.0.1",
                "--skip-name-resolve", "--innodb-buffer-pool-size=32M",
                *self.hasty]

    def administrate(self, sql):
        """Runs SQL with all rights."""
        subprocess.run(["mariadb", "--no-defaults", "-u", "root",
                        f"--socket={self.folder}/socket", "-e", sql],
                       check=True)

    def probe(self):
        return ["mariadb-admin", "--no-defaults", "-u", "root",
                f"--socket={self.folder}/socket", "status"]

    def make(self, name):
        self.administrate(
            f"CREATE DATABASE {name}; GRANT ALL ON {name}.* TO "
            f"kamailio@127.0.0.1 IDENTIFIED BY '{PASSWORD}'")

    def make_again(self, name):
        self.administrate(f"DROP DATABASE {name}")
        self.make(name)

    def url(self, name):
        return f"mysql://kamailio:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def environment(self):
        return dict(os.environ, MYSQL_PWD=PASSWORD)

    def client(self, name):
        return ["mariadb", "--no-defaults", "-N", "-B", "-r", "-n",
                "-h", "127.0.0.1", "-P", str(self.port), "-u", "kamailio",
                name]


SERVERS = {"sqlite": Sqlite, "postgres": Postgres, "mariadb": Mariadb}
