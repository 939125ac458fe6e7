"""A snapshot says its format."""

import zlib

import pytest

from bihuan.engines.alarms import snapshot
from bihuan.engines.alarms.engine import Engine
from bihuan.kernel.formats import NewerFormat


def test_a_snapshot_of_a_newer_release_is_refused_not_folded_over():
    data = snapshot.save(Engine())
    later = zlib.compress(zlib.decompress(data).replace(b'"format":2', b'"format":3', 1))
    assert snapshot.load(data).tick_clock == Engine().tick_clock
    with pytest.raises(NewerFormat, match="报警快照"):
        snapshot.load(later)


def test_a_torn_snapshot_is_another_matter():
    with pytest.raises(snapshot.UnreadableSnapshot):
        snapshot.load(snapshot.save(Engine())[:-3])
