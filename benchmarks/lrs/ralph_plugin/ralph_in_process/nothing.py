"""Ralph without a database: statements in a dictionary. What is left is what Ralph itself costs."""

from ralph.backends.data.base import BaseDataBackendSettings, DataBackendStatus, Writable
from ralph.backends.lrs.base import BaseLRSBackend, BaseLRSBackendSettings, StatementQueryResult


class NothingSettings(BaseLRSBackendSettings, BaseDataBackendSettings):
    """Nothing to set."""


class NothingLRSBackend(BaseLRSBackend[NothingSettings], Writable):
    """A dictionary from ids to statements."""

    name = "nothing"

    def __init__(self, settings=None):
        """Begin with no statement."""
        super().__init__(settings)
        self.statements = {}

    def query_statements(self, params, target=None):
        """Return the statement with an id; other questions find nothing."""
        found = self.statements.get(params.statement_id)
        return StatementQueryResult(statements=[] if found is None else [found])

    def query_statements_by_ids(self, ids, target=None):
        """Yield those of `ids` that are there."""
        yield from (self.statements[id] for id in ids if id in self.statements)

    def status(self):
        """Say that it is well."""
        return DataBackendStatus.OK

    def close(self):
        """Have nothing to close."""

    def _read_bytes(self, *_arguments):
        return iter(())

    def _read_dicts(self, *_arguments):
        return iter(())

    def _write_bytes(self, *_arguments):
        raise NotImplementedError

    def _write_dicts(self, data, *_arguments):
        several = list(data)
        self.statements.update((each["id"], each) for each in several)
        return len(several)
