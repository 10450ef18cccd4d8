"""The cluster that the proof rests on is a real one: two workers, each known to the master, each a process."""

from __future__ import annotations

from tests.cluster.standing import Cluster


def test_two_workers_are_known_to_the_master(cluster: Cluster) -> None:
    state = cluster.state()

    assert cluster.master.startswith("spark://127.0.0.1:")
    assert (state["aliveworkers"], state["cores"]) == (2, 2)
