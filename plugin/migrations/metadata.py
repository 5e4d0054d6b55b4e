"""Every table there is: the tool's and the record store's."""

from __future__ import annotations

from sqlalchemy import MetaData

from lrs_bridge.lrs.tables import metadata as record_store
from plugin.checkins import model as _checkins  # noqa: F401
from plugin.circles import model as _circles  # noqa: F401
from plugin.completions import model as _completions  # noqa: F401
from plugin.completions import waiting_model as _waiting  # noqa: F401
from plugin.completions.uploads import model as _uploads  # noqa: F401
from plugin.courses import model as _courses  # noqa: F401
from plugin.foundation import events as _events  # noqa: F401
from plugin.foundation.db import Base
from plugin.foundation.outbox import model as _outbox  # noqa: F401
from plugin.goals import model as _goals  # noqa: F401
from plugin.items import model as _items  # noqa: F401
from plugin.launches import model as _launches  # noqa: F401
from plugin.matching import model as _matching  # noqa: F401
from plugin.pairings import model as _pairings  # noqa: F401
from plugin.people import model as _people  # noqa: F401
from plugin.platforms import model as _platforms  # noqa: F401
from plugin.programmes import model as _programmes  # noqa: F401
from plugin.records import model as _records  # noqa: F401
from plugin.targets import model as _targets  # noqa: F401

METADATA: list[MetaData] = [Base.metadata, record_store]
