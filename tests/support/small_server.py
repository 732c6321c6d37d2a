# SPDX-License-Identifier: GPL-2.0-or-later
"""The small server of cfg/recipe, run as it stands there and in the documents.

Registrar with digest and the iwf_ functions, and nothing else. The same once
in Kamailio's own language and once in JavaScript.
"""
import shutil

import node
import sample

RECIPES = node.TOP / "cfg" / "recipe"


class SmallNode(sample.SampleNode):
    """A node with the sample's data and a configuration of the recipe."""

    relays_calls = False

    def __init__(self, peers, config, *more, changes=(), **settings):
        """changes: texts of the configuration and what stands there then."""
        super().__init__(peers, media_ports=0, **settings)
        for name in ("small-common.cfg", "mc-fields.cfg", "numbers.cfg",
                     "head.cfg", "refusals.cfg", "silence.cfg",
                     "since-5.7.cfg", config, *more):
            shutil.copy(RECIPES / name, self.folder)
        self.config = self.path(config)
        self._change([self.path(name) for name in
                      ("small-common.cfg", config, *more)], changes)
        self.defines = [
            f"{name.upper()}_URI=sip:{getattr(peers, name).hostport}"
            for name in ("iwf1", "iwf2", "partner")]

    @staticmethod
    def _change(paths, changes):
        """Writes files anew with texts replaced, each of which is there."""
        for old, new in changes:
            found = [p for p in paths if old in p.read_text()]
            assert found, old
            for path in found:
                path.write_text(path.read_text().replace(old, new))

    def _command(self):
        return [*node.Kamailio._command(self), *self.options]


def native(peers, **settings):
    """Kamailio's own language."""
    return SmallNode(peers, "small.cfg", **settings)


def kemi(peers, **settings):
    """KEMI with app_jsdt."""
    return SmallNode(peers, "small-kemi.cfg", "small.js", **settings)
