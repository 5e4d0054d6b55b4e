"""Requests made up from the OpenAPI document, good ones and bad ones, by schemathesis."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from lrs_bridge.lrs.http.openapi import document
from lrs_bridge.lrs.http.operations import OPERATIONS
from lrs_bridge.lrs.upkeep.checking import faults
from lti.testing import serving
from tests.effort import EFFORT
from tests.lrs_bridge.conftest import SECRET

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]
EXAMPLES = 3 * EFFORT
ASKED = [
    pytest.param(one.path, one.method, mode, id=f"{one.method} {one.path} {mode.value}")
    for one in OPERATIONS
    for mode in GenerationMode
    if one.scopes or mode.is_positive  # about others, nothing can be asked wrongly
]


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_whatever_is_asked_is_answered_as_described(lrs, path, method, mode):
    operation = schemathesis.openapi.from_dict(document("/xapi"))[path][method]

    with serving(lrs.client.application) as server:

        @settings(
            max_examples=EXAMPLES,
            derandomize=EFFORT == 1,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            response = case.call(base_url=f"{server.url}/xapi", auth=(lrs.key, SECRET))
            case.validate_response(response, checks=CHECKS)

        ask()
    with lrs.database.reading() as session:
        assert list(faults(session)) == []
