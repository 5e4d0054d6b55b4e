"""What the pages of drafts show: values read in a few queries, so that templates ask nothing.

pairs.py        the pairs, a page at a time, and the draft in numbers
unmatched.py    who has no mentor, and why
explaining.py   why this mentor and no other; whom else a mentee could have
comparing.py    two drafts side by side
progress.py     how far a draft is; what publishing has brought
"""

from plugin.matching.views.comparing import Comparison, Differences, Differing, compared
from plugin.matching.views.explaining import (
    Better,
    Contribution,
    Explanation,
    Suggestion,
    explained,
    suggested,
)
from plugin.matching.views.pairs import PAGE, Counts, Only, PairLine, PairPage, counts, pairs
from plugin.matching.views.progress import Published, SkippedLine, progress, published
from plugin.matching.views.unmatched import (
    RuledOutLine,
    UnmatchedLine,
    UnmatchedPage,
    unmatched,
    unmatched_page,
)

__all__ = [
    "PAGE",
    "Better",
    "Comparison",
    "Contribution",
    "Counts",
    "Differences",
    "Differing",
    "Explanation",
    "Only",
    "PairLine",
    "PairPage",
    "Published",
    "RuledOutLine",
    "SkippedLine",
    "Suggestion",
    "UnmatchedLine",
    "UnmatchedPage",
    "compared",
    "counts",
    "explained",
    "pairs",
    "progress",
    "published",
    "suggested",
    "unmatched",
    "unmatched_page",
]
