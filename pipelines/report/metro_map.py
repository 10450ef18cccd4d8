"""The metro map moved to `pipelines.report.metro`; these names go with issue 6."""

from pipelines.report.metro.beside import band, left_out
from pipelines.report.metro.map import metro_map
from pipelines.report.metro.modes import friction_class

__all__ = ["band", "friction_class", "left_out", "metro_map"]
