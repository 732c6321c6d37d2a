# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/monitoring: rules, dashboard and settings, with Debian's Prometheus.

`make monitor-test` causes every alert; here it is one of them."""
import itertools
import json
import re
import subprocess

import pytest

import node
import prometheus
import sample

DASHBOARD = prometheus.FOLDER / "dashboard.json"
UNITS = {"short", "ops", "bytes"}
PANELS = {"row", "stat", "timeseries"}
WIDTH = 24  # columns


def dashboard():
    """The dashboard, of whose objects none has a name twice."""
    def once(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)
    return json.loads(DASHBOARD.read_text(), object_pairs_hook=once)


def panels():
    """Its panels, but for the rows."""
    return [p for p in dashboard()["panels"] if p["type"] != "row"]


def expressions():
    """The queries of the dashboard, with values for Grafana's variables."""
    for panel in panels():
        for target in panel["targets"]:
            yield (target["expr"].replace("$__rate_interval", "1m")
                   .replace("$instance", ".+"))


@pytest.fixture(scope="module")
def _watched():
    with sample.running(lambda peers: sample.SampleNode(
            peers, env={"WRITE_PROBE": "1"})) as site, \
            prometheus.Prometheus(site.node) as found:
        yield site, found


@pytest.mark.parametrize("words", [
    ("check", "config", "docs/monitoring/prometheus.yml"),
    ("check", "rules", "docs/monitoring/alerts.yml"),
    ("test", "rules", "tests/monitor/alerts-test.yml")], ids=" ".join)
def test_promtool(words):
    """promtool takes the files, and the rules have their limits."""
    done = subprocess.run(["promtool", *words], cwd=node.TOP, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_metrics_of_rules(_watched):
    """Each name in a rule is that of a series of the node."""
    site, _ = _watched
    node.wait_until(lambda: "database_writable" in site.node.metrics(),
                    "the gauges on databases")
    found = set(re.findall(r"^(kamailio_\w+)", site.node.metrics(), re.M))
    named = set(re.findall(r"\bkamailio_\w+", prometheus.RULES.read_text()))
    assert len(named) > 20
    assert named <= found


def test_every_query_has_a_series(_watched):
    """Of the dashboard, on a node without any traffic."""
    _, found = _watched
    listed = list(expressions())
    assert len(listed) > 60 and len(set(listed)) == len(listed)
    for expression in listed:
        node.wait_until(lambda e=expression: found.query(e),
                        f"series of {expression}", 20)


def test_an_alert(_watched):
    """No host of an IWF is up, by hand; and it is again."""
    site, found = _watched
    found.wait_quiet("McIwfUnreachable")
    site.set_peers("dp")
    found.wait_firing("McIwfUnreachable")
    site.set_peers("ap")
    found.wait_quiet("McIwfUnreachable")


def test_dashboard_itself():
    """What Grafana's own description of the format wants of it."""
    board = dashboard()
    assert re.fullmatch(r"[\w-]{8,40}", board["uid"]) and board["title"]
    assert "id" not in board  # it is of one Grafana
    assert board["schemaVersion"] == 38 and board["version"] > 0
    assert board["graphTooltip"] in (0, 1, 2)
    assert board["annotations"] == {"list": []} and board["links"] == []
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    assert {panel["type"] for panel in board["panels"]} == PANELS


def test_variables_of_the_dashboard():
    """Those that are used are those that there are."""
    board = dashboard()
    names = {v["name"]: v["type"] for v in board["templating"]["list"]}
    assert names == {"datasource": "datasource", "instance": "query"}
    text = DASHBOARD.read_text()
    used = set(re.findall(r"\$\{?(\w+)", text))
    assert used == names.keys() | {"__rate_interval"}
    for expression in re.findall(r'"expr": ("(?:[^"\\]|\\.)*")', text):
        assert '=~"$instance"' in json.loads(expression)


def test_panels():
    """Each has what its type wants; its queries have letters of their own."""
    for panel in panels():
        source = panel["datasource"]
        assert source == {"type": "prometheus", "uid": "${datasource}"}
        assert panel["title"] and panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        assert panel["fieldConfig"]["overrides"] == []
        assert panel["options"]
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == [chr(65 + n) for n in range(len(letters))]
        assert all(target["datasource"] == source and target["legendFormat"]
                   for target in panel["targets"])
        steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get(
            "steps")
        assert (panel["type"] == "stat") == bool(steps)
        assert not steps or steps[0]["value"] is None


def cells(panel):
    """The places of a panel in the grid."""
    at = panel["gridPos"]
    assert 0 <= at["x"] and at["x"] + at["w"] <= WIDTH
    return set(itertools.product(range(at["x"], at["x"] + at["w"]),
                                 range(at["y"], at["y"] + at["h"])))


def test_no_panel_is_on_another():
    """Nor outside of the grid."""
    places = [cell for panel in dashboard()["panels"]
              for cell in cells(panel)]
    assert len(places) == len(set(places))
