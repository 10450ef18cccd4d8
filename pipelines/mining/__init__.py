"""Discovery and exchange formats by pm4py: the one place that imports it, inside functions because it takes seconds."""

from __future__ import annotations

from pipelines.mining.discovery import (
    ACTIVITY,
    CASE,
    DEFAULT_NOISE,
    TIME,
    Discovered,
    Follow,
    FollowGraph,
    Seen,
    Variant,
    directly_follows,
    discover_bpmn,
    log_frame,
    variants,
)
from pipelines.mining.nets import (
    from_pm4py,
    is_sound,
    net_of_bpmn,
    read_bpmn,
    read_pnml,
    to_pm4py,
    tree_from_pm4py,
    tree_to_pm4py,
)
from pipelines.mining.trees import mine_tree

__all__ = [
    "ACTIVITY",
    "CASE",
    "DEFAULT_NOISE",
    "TIME",
    "Discovered",
    "Follow",
    "FollowGraph",
    "Seen",
    "Variant",
    "directly_follows",
    "discover_bpmn",
    "from_pm4py",
    "is_sound",
    "log_frame",
    "mine_tree",
    "net_of_bpmn",
    "read_bpmn",
    "read_pnml",
    "to_pm4py",
    "tree_from_pm4py",
    "tree_to_pm4py",
    "variants",
]
