"""How errors are answered."""

from flask import Flask
from sqlalchemy import create_engine

from lrs_bridge.lrs.record_store import RecordStore
from lrs_bridge.testing import a_statement


def test_a_database_that_does_not_answer_is_said_to_be_busy(lrs):
    lrs.database.engine.dispose()
    lrs.database.engine = create_engine("sqlite:////nowhere/at/all.db")
    answer = lrs.get()
    assert (answer.status_code, answer.json["slug"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"


def test_a_fault_of_ours_is_not_said_to_be_the_senders(tmp_path):
    def fail(*_):
        raise LookupError

    store = RecordStore(f"sqlite:///{tmp_path}/lrs.db")
    store.create_tables()
    store.add_credential("key", "secret", ["all"])
    app = Flask(__name__)
    app.register_blueprint(store.blueprint(on_stored=fail), url_prefix="/xapi")
    answer = app.test_client().post(
        "/xapi/statements",
        json=a_statement(),
        auth=("key", "secret"),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == answer.json["status"] == 500
    assert answer.json["slug"] == "internal"
    store.close()
