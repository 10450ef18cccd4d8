"""The report as PDF, for paper and for being read aloud: tagged (PDF/UA-1), with an outline and page numbers."""

from pipelines.report.formats.pdf.build import pdf

__all__ = ["pdf"]
