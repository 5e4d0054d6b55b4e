"""Our xAPI profile: what our statements are made of, and the rules that each of them keeps.

| module      | what is there                                                        |
|-------------|----------------------------------------------------------------------|
| `concepts`  | the verbs, types, activities and extensions that are ours            |
| `templates` | one template a statement that we compose, and the pattern they make  |
| `document`  | the profile as JSON-LD, as it is published                           |
| `paths`     | the part of JSONPath that profiles may use                           |
| `judging`   | statements held to templates: which one they follow, what is missing |
| `soundness` | profiles held to their own specification                             |

`judging` and `soundness` know nothing of ours: they take any profile.
Specification: https://github.com/adlnet/xapi-profiles (1.0)
"""

from lrs_bridge.profile.document import DOCUMENT, written
from lrs_bridge.profile.judging import Fault, Templates, Verdict
from lrs_bridge.profile.soundness import faults_of

TEMPLATES = Templates(DOCUMENT["templates"])
"""The templates of our profile, ready to judge statements."""

__all__ = ["DOCUMENT", "TEMPLATES", "Fault", "Templates", "Verdict", "faults_of", "written"]
