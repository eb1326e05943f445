"""
The report: a run as one HTML file, with its timeline, tables and histograms.

`Report` listens to a run; `Report.write` makes the file.  What the page does
in the browser is in `report/web`.
"""

from vpok.report.html.collect import Report

__all__ = ["Report"]
