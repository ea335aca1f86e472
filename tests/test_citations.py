"""The labels of the book's bibliography: author and year, no two alike."""

import importlib
import sys
from pathlib import Path

from pybtex.database import parse_file

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
citations = importlib.import_module("citations")


def test_labels_are_author_and_year_and_no_two_are_alike():
    style = citations.Alphabetical()
    entries = style.sort(parse_file(ROOT / "book" / "references.bib").entries.values())
    labels = dict(zip((e.key for e in entries), style.format_labels(entries), strict=True))
    assert len(set(labels.values())) == len(labels) > 30
    assert list(labels.values()) == sorted(labels.values(), key=str.lower)
    assert labels["krizhevsky2009learning"] == "Krizhevsky, 2009"
    assert labels["long2010random"] == "Long and Servedio, 2010"
    same = ("wang2019derivative", "wang2019imae", "wang2019symmetric")
    assert [labels[key] for key in same] == [f"Wang et al., 2019{letter}" for letter in "abc"]
