"""A standing cluster for the tests of this room: started once, its logs kept with pytest's folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.standing import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master and two workers of one core each, on loopback."""
    made = Cluster(tmp_path_factory.mktemp("cluster") / "standing")
    try:
        made.start()
        yield made
    finally:
        made.stop()
