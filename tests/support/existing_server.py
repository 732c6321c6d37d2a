# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's own kamailio.cfg with the steps of docs/guide.md done."""
import shutil

import documents
import node
import sample

STOCK = node.TOP / "build" / "kamailio-src" / "etc" / "kamailio.cfg"
RECIPES = node.TOP / "cfg" / "recipe"
FILES = ["mc.cfg", "mc-modules.cfg", "numbers.cfg", "head.cfg",
         "mc-fields.cfg", "refusals.cfg", "silence.cfg", "since-5.7.cfg",
         "mc-routes.cfg", "mc-calls.cfg", "calls-modules.cfg", "calls-routes.cfg"]


def insert_after(text, line, addition):
    """The configuration with a piece after the first such line."""
    before, found, after = text.partition(line)
    assert found, line
    return before + found + addition + after


def recipe():
    """kamailio.cfg after the steps of the guide."""
    text = STOCK.read_text()
    place = "####### Routing Logic ########\n"
    text = insert_after(text, place, "\n" + documents.block("include"))
    return insert_after(text, "\troute(REQINIT);\n", documents.block("entry"))


def write_files(folder, config="kamailio.cfg"):
    """The recipe's files and the changed kamailio.cfg."""
    for name in FILES:
        shutil.copy(RECIPES / name, folder)
    (folder / config).write_text(recipe())


def settings(folder, values):
    """kamailio-local.cfg: a define for each setting."""
    lines = [f'#!define {name} "{value}"\n' if value is not None
             else f"#!define {name}\n" for name, value in values.items()]
    (folder / "kamailio-local.cfg").write_text("".join(lines))


class DropIn(sample.SampleNode):
    """The existing server with the recipe, and the sample's data."""

    addresses = ["127.0.0.1"]

    def __init__(self, peers, features=(), addresses=(), extra="", **more):
        """addresses: where it listens, too; extra: lines of configuration;
        more: settings."""
        super().__init__(peers)
        self.relays_calls = "MC_NO_CALLS" not in features
        self.addresses = [*self.addresses, *addresses]
        self.config = self.path("kamailio.cfg")
        self.edit_node("INSERT INTO address (grp, ip_addr, mask, port, tag) "
                       "VALUES (3, '127.0.0.6', 32, 0, 'partner')")
        write_files(self.folder)
        with self.config.open("a") as file:
            file.write(extra)
        settings(self.folder, {
            "MC_DB": "sqlite:///mc_iwf.db",
            "MC_NODE_DB": "sqlite:///kamailio.db",
            "MC_POLICIES": str(node.TOP / "cfg" / "policies.ini"),
            "MC_RTPENGINE": f"udp:127.0.0.1:{self.media['RTPENGINE_PORT']}",
            "MC_OWN_PORTS": self.own_ports(),
            "MC_PEER1": f"sip:{peers.iwf1.hostport}",
            "MC_PEER2": f"sip:{peers.iwf2.hostport}",
            "MC_PEER3": f"sip:{peers.partner.hostport}",
            **{name: None for name in features}, **more})

    def own_ports(self):
        """Those on which the relay takes commands."""
        return (f"^({self.media['RTPENGINE_PORT']}"
                f"|{self.media['RTPENGINE_CLI_PORT']})$")

    def _command(self):
        places = [f"{transport}:{address}:{self.port}"
                  for address in self.addresses
                  for transport in ("udp", "tcp")]
        return [*node.Kamailio._command(self), *(
            word for place in places for word in ("-l", place))]

    def start(self):
        self.start_relay()
        return super().start()

    def stop(self):
        try:
            super().stop()
        finally:
            self.run_script("stop")
