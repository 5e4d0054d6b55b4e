"""A genuine token, posted as it should not be: Security Framework 1.0, S9, S10 and S12."""

from typing import Final

from lti.testing.payloads.values import STEPS, Post, Way

_STATE: Final = "https://www.rfc-editor.org/rfc/rfc6749#section-10.12"
_FORM_POST: Final = "https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html"

BAD_POSTS: Final = (
    Post(name="the same post twice", row="S9", specification=STEPS, way=Way.TWICE),
    Post(name="the same post many times at once", row="S9", specification=STEPS, way=Way.AT_ONCE),
    Post(
        name="the same nonce for somebody else", row="S9", specification=STEPS, way=Way.SAME_NONCE
    ),
    Post(name="another browser", row="S10", specification=_STATE, way=Way.OTHER_BROWSER),
    Post(name="the state of another login", row="S10", specification=_STATE, way=Way.OTHER_STATE),
    Post(name="a state that was made up", row="S10", specification=_STATE, way=Way.MADE_UP_STATE),
    Post(name="no state", row="S10", specification=_STATE, way=Way.NO_STATE),
    Post(name="a token in the address", row="S12", specification=_FORM_POST, way=Way.QUERY),
    Post(name="no token", row="S12", specification=_FORM_POST, way=Way.EMPTY),
    Post(name="a launch in several parts", row="S12", specification=_FORM_POST, way=Way.MULTIPART),
    Post(name="a launch in json", row="S12", specification=_FORM_POST, way=Way.JSON),
)
