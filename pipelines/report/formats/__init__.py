"""The report in other formats than the page: pictures as files, PDF, slides, workbook and JSON."""
