# SPDX-License-Identifier: GPL-2.0-or-later
"""The small configurations of docs/mc_iwf.md, run as they stand there.

Only tm, sl, rr, registrar and the iwf_ functions; identities come from the
trusted core. The same once in Kamailio's own language and once in JavaScript.
"""
import guide
import node
import sample


class SmallNode(sample.SampleNode):
    """A node with the sample's data and a configuration of the guide."""

    def __init__(self, peers, config, *more):
        super().__init__(peers)
        guide.write_blocks(self.folder, "small-common.cfg", config, *more)
        self.config = self.path(config)
        self.defines = [
            f"{name.upper()}_URI=sip:{getattr(peers, name).hostport}"
            for name in ("iwf1", "iwf2", "partner")]

    def _command(self):
        return node.Kamailio._command(self)


def native(peers):
    """Kamailio's own language."""
    return SmallNode(peers, "small.cfg")


def kemi(peers):
    """KEMI with app_jsdt."""
    return SmallNode(peers, "small-kemi.cfg", "small.js")
