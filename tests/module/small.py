# SPDX-License-Identifier: GPL-2.0-or-later
"""The module in the smallest of configurations, made after its guide.

Only tm, sl, rr, registrar and the iwf_ functions; identities come from the
trusted core. The same once in Kamailio's own language and once in JavaScript.
"""
import pathlib

import node
import sample

CFG = pathlib.Path(__file__).resolve().parent / "cfg"


class SmallNode(sample.SampleNode):
    """A node with the sample's data and a configuration of its own."""

    def __init__(self, peers, config):
        super().__init__(peers)
        self.config = CFG / config
        self.defines = [
            f"{name.upper()}_URI=sip:{getattr(peers, name).hostport}"
            for name in ("iwf1", "iwf2", "partner")]
        self.defines.append(f'SCRIPT="{CFG / "small.js"}"')

    def _command(self):
        return node.Kamailio._command(self)


def native(peers):
    """Kamailio's own language."""
    return SmallNode(peers, "small.cfg")


def kemi(peers):
    """KEMI with app_jsdt."""
    return SmallNode(peers, "small-kemi.cfg")
