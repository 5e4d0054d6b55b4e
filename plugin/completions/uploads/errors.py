"""What can go wrong with an upload.

    MentesError
    ├── UploadMovedOn     409  upload-moved-on     it is not in a state that allows this
    └── UploadTooLarge    413  upload-too-large    larger than we read

What is wrong with the file itself is said at its field of the form, or on the page of the upload.
"""

from __future__ import annotations

from typing import ClassVar

from plugin.foundation.errors import MentesError
from plugin.foundation.i18n import to_say


class UploadMovedOn(MentesError):
    """The upload is not in a state that allows this."""

    slug = "upload-moved-on"
    status = 409
    title = to_say("This upload has moved on")
    next_step: ClassVar[str] = "Open the upload again to see where it stands now."


class UploadTooLarge(MentesError):
    """The file is larger than Mentes reads."""

    slug = "upload-too-large"
    status = 413
    title = to_say("The file is too large")
    next_step: ClassVar[str] = "Divide the file and upload the parts one after the other."
