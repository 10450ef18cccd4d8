"""Which value of each segment a journey has, as whole numbers that arrays can be picked by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.intervals import Integers
from pipelines.engine import Engine
from pipelines.study import Study


@dataclass(frozen=True)
class SegmentValues:
    """Values of every segment of a map.

    Attributes:
        journey_key: Of all journeys, rising.
        labels: For each segment its labels `name=value`, in order.
        places: For each segment the place of each journey's label; -1: it has no value.
    """

    journey_key: Integers
    labels: tuple[tuple[str, ...], ...]
    places: tuple[Integers, ...]

    def parts(self, journey_key: Integers) -> Iterator[tuple[str, npt.NDArray[np.intp]]]:
        """Each label that occurs among some rows, with the rows that have it.

        Args:
            journey_key: The journey of each row.
        """
        at = np.searchsorted(self.journey_key, journey_key)
        for labels, places in zip(self.labels, self.places, strict=True):
            place = places[at]
            order = np.argsort(place, kind="stable")
            found, first = np.unique(place[order], return_index=True)
            for label, rows in zip(found, np.split(order, first[1:]), strict=True):
                if label >= 0:
                    yield labels[int(label)], rows


def segment_labels(engine: Engine) -> pl.DataFrame:
    """One row per journey and segment of which it has a value: `segment` is `name=value`."""
    labels = "SELECT journey_key, name || '=' || value AS segment FROM all_segment_values WHERE value IS NOT NULL"
    return engine.frame(f"{labels} ORDER BY journey_key, name")


def segment_values(engine: Engine, study: Study) -> SegmentValues:
    """The values of the study's journeys.

    Args:
        engine: With the study's working tables.
        study: The version whose segments are meant.
    """
    keys = engine.frame("SELECT journey_key FROM journey_states ORDER BY journey_key")
    values = engine.frame("SELECT journey_key, name, value FROM all_segment_values WHERE value IS NOT NULL")
    labels, places = [], []
    for name in study.plan.segments:
        given = keys.join(values.filter(pl.col("name") == name), on="journey_key", how="left", maintain_order="left")
        known = given["value"].drop_nulls().unique().sort()
        labels.append(tuple(f"{name}={value}" for value in known))
        codes = given["value"].cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1)
        places.append(codes.to_numpy())
    return SegmentValues(keys["journey_key"].to_numpy(), tuple(labels), tuple(places))
