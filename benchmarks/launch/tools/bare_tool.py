"""A Flask application that takes a form and does nothing with it."""

from flask import Flask, request
from talking import talk

app = Flask(__name__)


@app.post("/lti/launch")
def launch():
    """Read the form, as any application would."""
    return request.form["state"]


def serving(said):
    """Know nobody."""
    return app, said["url"]


if __name__ == "__main__":
    talk(serving)
