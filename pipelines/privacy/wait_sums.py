"""Which numbers of waits and of their patience curves add up to which, as everybody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from models.suppression import Sum
from pipelines.privacy.measures import Key, Row

Sums = list[Sum[Key]]


def sums_of_curves(waits: Iterable[Row], spans: Iterable[Row]) -> Sums:
    """Who left in a span, or without a sign, left; who waits as the first span begins is followed, and gave a sign."""
    sums: Sums = []
    of_pair: dict[Key, list[Row]] = defaultdict(list)
    for span in spans:
        of_pair[(span["journey"], span["from_touchpoint"], span["to_touchpoint"])].append(span)
    for row in waits:
        journey, *pair = (row[name] for name in ("journey", "from_touchpoint", "to_touchpoint"))
        whole: Key = (journey, "waits", *pair, row["segment"])
        sums.append(
            Sum(tuple((*whole[:1], word, *whole[2:]) for word in ("followed_waits", "unfollowed_waits")), (whole,))
        )
        curve = sorted(of_pair.get((journey, *pair), ()), key=lambda span: span["from_s"])
        if row["segment"] is None and curve:
            silent: Key = (journey, "left_silent", *pair, None)
            left = tuple((journey, "left_in_span", *pair, span["from_s"]) for span in curve)
            begun: Key = (journey, "waiting_in_span", *pair, curve[0]["from_s"])
            sums.append(Sum((*left, silent), ((journey, "left_waiting", *pair, None),)))
            sums.append(Sum((begun, silent), ((journey, "followed_waits", *pair, None),)))
    return sums
