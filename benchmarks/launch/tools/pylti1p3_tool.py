"""PyLTI1p3's Flask adapter, used as its Flask example does. Runs in an environment of its own.

Its example keeps logins and launches in Flask-Caching, in the memory of the process: the least that
keeping them can cost, and nothing that a second process could see. (Without a cache they go into a
signed cookie, which costs more, and which browsers refuse once a launch of some 4 kB is in it.)
"""

from flask import Flask, jsonify
from flask_caching import Cache
from pylti1p3.contrib.flask import (
    FlaskCacheDataStorage,
    FlaskMessageLaunch,
    FlaskOIDCLogin,
    FlaskRequest,
)
from pylti1p3.tool_config import ToolConfDict
from talking import talk

app = Flask(__name__)
app.config.update(
    SECRET_KEY="k" * 40,
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="None",
    CACHE_TYPE="SimpleCache",
    CACHE_DEFAULT_TIMEOUT=600,
)
kept = FlaskCacheDataStorage(Cache(app))


@app.get("/healthz")
def nothing():
    """Do nothing."""
    return "ok"


@app.post("/lti/login")
def login():
    """Begin a login."""
    asked = FlaskRequest()
    oidc_login = FlaskOIDCLogin(asked, app.tool, launch_data_storage=kept)
    return oidc_login.redirect(asked.get_param("target_link_uri"))


@app.post("/lti/launch")
def launch():
    """Check a launch, keep it, and read who it is."""
    message = FlaskMessageLaunch(FlaskRequest(), app.tool, launch_data_storage=kept)
    claims = message.get_launch_data()
    return jsonify(launch_id=message.get_launch_id(), who=claims.get("name"))


def serving(said):
    """Know the platform, with its key set given rather than fetched."""
    app.tool = ToolConfDict(
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
    return app, said["url"]


if __name__ == "__main__":
    talk(serving)
