"""Process trees mined from traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from models.process_trees import Leaf, Node, Tree
from pipelines.mining.discovery import DEFAULT_NOISE
from pipelines.mining.nets import tree_from_pm4py
from pipelines.mining.quiet import quiet


def mine_tree(traces: Mapping[tuple[str, ...], int], noise: float = DEFAULT_NOISE) -> Tree:
    """Mine a process tree (inductive miner) from distinct traces.

    Args:
        traces: Steps to how many journeys took them.
        noise: Share of infrequent behaviour that is left out, 0 to 1; with 0 every trace fits the tree.
    """
    names = sorted({name for trace in traces for name in trace})
    number = {name: at for at, name in enumerate(names, start=1)}  # the miner's sets of texts follow the hash seed
    log = Counter({tuple(number[name] for name in trace): n for trace, n in sorted(traces.items())})
    with quiet():
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL, IMFParameters

        options = {IMFParameters.NOISE_THRESHOLD: noise, "multiprocessing": False}
        found = IMFUVCL(options).apply(IMDataStructureUVCL(log), options)
    return _named(tree_from_pm4py(found), names)


def _named(tree: Tree, names: Sequence[str]) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(names[int(tree.label) - 1]) if tree.label else tree
    return Node(tree.operator, tuple(_named(child, names) for child in tree.children))
