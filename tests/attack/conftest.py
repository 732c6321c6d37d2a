# SPDX-License-Identifier: GPL-2.0-or-later
"""What the attacks share: a node with the sample's own settings."""
import contextlib

import pytest

import sample


@pytest.fixture
def new_site():
    """Makes sites of their own."""
    with contextlib.ExitStack() as stack:
        def make(**settings):
            peers = sample.Peers()
            stack.callback(peers.close)
            return sample.Site(peers, stack.enter_context(
                sample.SampleNode(peers, **settings)))
        yield make
