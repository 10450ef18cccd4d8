"""The report as a workbook: what it says, its charts, and a sheet for every table, all with the page's numbers."""

from pipelines.report.formats.workbook.build import workbook

__all__ = ["workbook"]
