# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Prometheus, with the rules of docs/monitoring, beside a node."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import urllib.request

import node

FOLDER = node.TOP / "docs" / "monitoring"
RULES = FOLDER / "alerts.yml"
INTERVAL = "500ms"  # of scrapes and rules, in tests; a scrape may take that
MINUTE = 2  # s


def hurried(rules):
    """Rules for which a minute takes seconds."""
    return re.sub(r"\b(\d+)m\b", lambda m: f"{int(m[1]) * MINUTE}s", rules)


def settings(port):
    """The configuration of docs/monitoring, for a node on this port."""
    text = (FOLDER / "prometheus.yml").read_text()
    assert text.count("15s") == 2 and text.count(":8080") == 1
    return text.replace("15s", INTERVAL).replace(":8080", f":{port}")


class Prometheus(node.Started):
    """One that scrapes a node twice a second."""

    def __init__(self, server):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="prometheus-"))
        self.port = node.free_port()
        self.process = None
        (self.folder / "prometheus.yml").write_text(
            settings(server.http_port))
        (self.folder / "alerts.yml").write_text(hurried(RULES.read_text()))

    def start(self):
        """Starts it and returns when it has scraped the node."""
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={self.folder}/prometheus.yml",
                 f"--storage.tsdb.path={self.folder}/data",
                 f"--web.listen-address=127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        node.wait_until(self._has_scraped, "first scrape",
                        node.START_TIMEOUT)
        return self

    def stop(self):
        """Ends it by its pid."""
        self.process.terminate()
        try:
            self.process.wait(node.STOP_TIMEOUT)
        finally:
            self.process.kill()
            self.process.wait()

    def remove(self):
        """Removes its folder, and what did not start."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _has_scraped(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        try:
            return self.query("up == 1")
        except OSError:
            return None

    def ask(self, what, **words):
        """The data of an answer of its API."""
        url = (f"http://127.0.0.1:{self.port}/api/v1/{what}?"
               + urllib.parse.urlencode(words))
        with urllib.request.urlopen(url, timeout=20) as reply:
            return json.load(reply)["data"]

    def query(self, expression):
        """The series of an expression now."""
        return self.ask("query", query=expression)["result"]

    def firing(self):
        """The names of the alerts that fire."""
        return {alert["labels"]["alertname"]
                for alert in self.ask("alerts")["alerts"]
                if alert["state"] == "firing"}

    def wait_firing(self, name):
        """Returns when an alert fires."""
        node.wait_until(lambda: name in self.firing(), f"alert {name}", 90)

    def wait_quiet(self, name):
        """Returns when an alert does not fire, or not any more."""
        node.wait_until(lambda: name not in self.firing(),
                        f"end of alert {name}", 90)
