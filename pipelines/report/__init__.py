"""The report of one run: a self-contained page with the metro map, and the tables behind every number on it."""

from __future__ import annotations

from pipelines.report.write import write_report

__all__ = ["write_report"]
