"""The xAPI resources over HTTP, as a Flask blueprint.

    app.register_blueprint(xapi_blueprint(…), url_prefix="/xapi")

Every request becomes one value first (`asked`: in either syntax, in the version it speaks), is let
in (`admission`), and is answered by the module that has its resource's name.

https://github.com/adlnet/xAPI-Spec/blob/1.0.3/xAPI-Communication.md#20-resources
"""

from lrs_bridge.lrs.http.blueprint import xapi_blueprint

__all__ = ["xapi_blueprint"]
