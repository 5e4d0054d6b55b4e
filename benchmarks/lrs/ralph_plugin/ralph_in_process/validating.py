"""How quickly, and how strictly, others look at statements; runs in Ralph's environment.

python -m ralph_in_process.validating <file of JSON lines> <file of broken ones> <answer>

* Ralph's API: `LaxStatement`, as its router calls it
* Ralph's model of a statement in full: `BaseXapiStatement`
* fastjsonschema, with the schema that pydantic makes of that model
"""

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fastjsonschema
from pydantic import ValidationError
from ralph.api.models import LaxStatement
from ralph.models.xapi.base.statements import BaseXapiStatement

ROUNDS = 15
FORMATS = {
    "uuid": r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z",
    "duration": r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?\Z",
}
"""That are in the schema, and that fastjsonschema does not know."""
REFUSALS = (ValidationError, fastjsonschema.JsonSchemaException, RecursionError)
"""The schema of an IRI names itself; what is none, fastjsonschema looks at without end."""


def main() -> None:
    """Measure each, and write what was found."""
    texts, broken = (Path(path).read_text().splitlines() for path in sys.argv[1:3])
    schema = understood(BaseXapiStatement.model_json_schema())
    check = fastjsonschema.compile(schema, formats=FORMATS)
    validators = {
        "Ralph's API": LaxStatement.model_validate,
        "Ralph's model": BaseXapiStatement.model_validate,
        "fastjsonschema": check,
    }
    values, bad = list(map(json.loads, texts)), list(map(json.loads, broken))
    answer = {
        name: {
            "seconds": seconds(validate, values),
            "refused": sum(refuses(validate, value) for value in bad),
            "wrongly": sum(refuses(validate, value) for value in values[:100]),
        }
        for name, validate in validators.items()
    }
    Path(sys.argv[3]).write_text(json.dumps(answer))


def understood(schema):
    """Return a schema as fastjsonschema reads it: it takes every $ for the end of a pattern."""
    if isinstance(schema, list):
        return [understood(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: understood(part) for name, part in schema.items()}
    if isinstance(found.get("pattern"), str):
        among_others = r"\[[^\]]*\]"
        found["pattern"] = re.sub(
            among_others, lambda it: it[0].replace("$", r"\x24"), found["pattern"]
        )
    return found


def seconds(work: Callable, values: list) -> float:
    """Return the processor time for one value: the quickest of some rounds, least disturbed."""
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for value in values:
            work(value)
        rounds.append(time.process_time() - began)
    return min(rounds) / len(values)


def refuses(validate: Callable, value) -> bool:
    """Return whether a value is refused."""
    try:
        validate(value)
    except REFUSALS:
        return True
    return False


if __name__ == "__main__":
    main()
