"""What pages show of statements: values ready for templates, in the reader's language.

Everything in a statement was written by somebody else. It is shown as text and nothing more; only
http(s) addresses that the standard means to be opened (moreInfo, fileUrl) become links.
"""

from plugin.statements.views.card import Card, card
from plugin.statements.views.listing import Row, row
from plugin.statements.views.parts import Attached, Line, Part
from plugin.statements.views.voiding import Voiding, voiding

__all__ = ["Attached", "Card", "Line", "Part", "Row", "Voiding", "card", "row", "voiding"]
