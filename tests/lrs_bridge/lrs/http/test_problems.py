"""How errors are answered."""

from sqlalchemy import create_engine


def test_a_database_that_does_not_answer_is_said_to_be_busy(lrs):
    lrs.database.engine.dispose()
    lrs.database.engine = create_engine("sqlite:////nowhere/at/all.db")
    answer = lrs.get()
    assert (answer.status_code, answer.json["slug"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
