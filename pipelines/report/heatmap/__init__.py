"""Touchpoint by signal: where on the map which trouble is met, by what it costs and by how often it comes."""

from pipelines.report.heatmap.cells import cost_grid, rate_grid
from pipelines.report.heatmap.picture import heatmap

__all__ = ["cost_grid", "heatmap", "rate_grid"]
