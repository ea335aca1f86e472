"""Tables and figures: what the experiments found, beside what the paper prints."""

from dmnb.report.folders import read_folders, write
from dmnb.report.paper import beside, ours, read_table
from dmnb.report.tables import (
    apart,
    by_setting,
    crossed,
    final_accuracies,
    markdown,
    percent,
    statistics,
    to_csv,
    varying,
)
from dmnb.report.weightings import weightings

__all__ = [
    "apart",
    "beside",
    "by_setting",
    "crossed",
    "final_accuracies",
    "markdown",
    "ours",
    "percent",
    "read_folders",
    "read_table",
    "statistics",
    "to_csv",
    "varying",
    "weightings",
    "write",
]
