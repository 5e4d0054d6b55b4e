"""Files: rows of completions, read one by one, however many there are.

| room         | what is there                                                   |
|--------------|-----------------------------------------------------------------|
| `rows`       | from the bytes of a file to rows with their line numbers          |
| `ours`       | the file that anybody can make: person, course, module, when      |
| `one_roster` | results.csv of OneRoster 1.1 and 1.2                              |

A file that is no table is refused as a whole (`TableInvalid`); what is wrong with a row is said of
that row, and the rows after it are read.
"""

from lrs_bridge.sources.tables.rows import Fault, Problem, Row, column_names

__all__ = ["Fault", "Problem", "Row", "column_names"]
