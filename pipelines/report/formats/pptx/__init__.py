"""The report as slides for PowerPoint, Keynote and LibreOffice: one finding a slide, charts that can be edited."""

from pipelines.report.formats.pptx.build import pptx

__all__ = ["pptx"]
