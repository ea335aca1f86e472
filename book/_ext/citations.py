"""Citations by author and year, the same in the text and in the list: [Wang et al., 2019a].

sphinxcontrib.bibtex either cites by author and year, and then two papers can look alike, or by a
label. Here the label is author and year, with a letter where it would be there twice.
"""

from collections import Counter, defaultdict
from string import ascii_lowercase

from pybtex import plugin
from pybtex.style.formatting.unsrt import Style
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.label import LabelReferenceStyle


def label(entry) -> str:
    last = [" ".join(p.prelast_names + p.last_names) for p in entry.persons["author"]]
    names = " and ".join(last) if len(last) < 3 else f"{last[0]} et al."
    return f"{names}, {entry.fields['year']}"


class AuthorYear(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        labels = [label(entry) for entry in sorted_entries]
        times, letters = Counter(labels), defaultdict(lambda: iter(ascii_lowercase))
        return [name + (next(letters[name]) if times[name] > 1 else "") for name in labels]


class ByLabel(BaseSortingStyle):
    def sorting_key(self, entry):
        return label(entry).lower(), entry.fields["title"].lstrip("{")


class Alphabetical(Style):
    default_label_style = AuthorYear
    default_sorting_style = ByLabel


class Labels(LabelReferenceStyle):
    def __init__(self):
        super().__init__(bracket_parenthetical=BracketStyle(sep="; "))


def setup(app):
    plugin.register_plugin("pybtex.style.formatting", "alphabetical", Alphabetical)
    register_plugin("sphinxcontrib.bibtex.style.referencing", "labels", Labels)
    return {"parallel_read_safe": True}
