"""The process as it was seen: what directly followed what, on the map or beside it, drawn by our own hand."""

from pipelines.report.process.observed import Observed, Step, Way, read_observed

__all__ = ["Observed", "Step", "Way", "read_observed"]
