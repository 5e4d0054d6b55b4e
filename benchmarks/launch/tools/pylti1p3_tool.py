"""PyLTI1p3's Flask adapter, used as its documentation shows. Runs in an environment of its own.

Reads one JSON object a line and answers each with one: first the registration, then requests
({"path", "form"}), which are answered with {"seconds", "status", "location"}, CPU time of the
process. One browser is behind all requests between two lines {"browser": "new"}.
"""

import json
import sys
import time

from flask import Flask, jsonify, request
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict

app = Flask(__name__)
app.config.update(
    SECRET_KEY="k" * 40,
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="None",
)


@app.get("/healthz")
def nothing():
    """Do nothing."""
    return "ok"


@app.post("/lti/login")
def login():
    """Begin a login."""
    asked = FlaskRequest()
    return FlaskOIDCLogin(asked, app.tool).redirect(asked.get_param("target_link_uri"))


@app.post("/lti/launch")
def launch():
    """Check a launch, and read who it is."""
    message = FlaskMessageLaunch(FlaskRequest(), app.tool)
    claims = message.get_launch_data()
    return jsonify(launch_id=message.get_launch_id(), who=claims.get("name"))


def registered(said):
    """Return PyLTI1p3's configuration, with the key set given rather than fetched."""
    tool = ToolConfDict(
        {
            said["issuer"]: [
                {
                    "default": True,
                    "client_id": said["client_id"],
                    "auth_login_url": said["authorization_endpoint"],
                    "auth_token_url": said["token_endpoint"],
                    "key_set": said["key_set"],
                    "deployment_ids": said["deployment_ids"],
                }
            ]
        }
    )
    tool.set_private_key(said["issuer"], "", client_id=said["client_id"])
    return tool


def main():
    """Serve until there is nothing more to read."""
    app.tool = registered(json.loads(sys.stdin.readline()))
    client = app.test_client()
    for line in sys.stdin:
        asked = json.loads(line)
        if "browser" in asked:
            client = app.test_client()
            answer = {}
        else:
            answer = answered(client, asked)
        print(json.dumps(answer), flush=True)


def answered(client, asked):
    """Return what became of one request, and what it cost."""
    method = client.get if asked["form"] is None else client.post
    began = time.process_time()
    response = method(asked["path"], data=asked["form"], base_url=asked["base_url"])
    seconds = time.process_time() - began
    location = response.headers.get("Location")
    text = None if response.status_code < 400 else response.get_data(as_text=True)
    return {"seconds": seconds, "status": response.status_code, "location": location, "text": text}


if __name__ == "__main__":
    main()
