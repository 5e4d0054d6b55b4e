"""What a statement must be, by xAPI 1.0.3 and by 2.0.

One module per layer: `rules` (single values), `actors`, `objects`, `statements`. A *rule* is a
function that returns nothing for a good value and raises `StatementInvalid` for a bad one, naming
the requirement; whoever looks inside an object or array adds where it was. The tables read like
the specification's own: property, requirement.

Null needs no rule of its own: no property is allowed to be null, and `extensions` are not looked
into. Nothing undefined is let through, so wrong case is refused too.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Data.md#22-formatting-requirements
"""

from lrs_bridge.validation.statements import check_statement

__all__ = ["check_statement"]
