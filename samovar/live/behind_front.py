"""The WSGI side of the front: who really asks, told by the front over a socket that only the front can reach."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    Application = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

REQUEST_ID = "samovar.request_id"
IS_LOCAL = "samovar.is_local"
CHUNK = 256 * 1024


class BehindFront:
    """Puts the client's address and scheme where Django looks for them, and hides the headers that told them.

    Wrap the application in this only where it listens on a private unix socket: whoever reaches it is believed.
    """

    def __init__(self, application: "Application") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        environ["REMOTE_ADDR"] = environ.pop("HTTP_X_FORWARDED_FOR", "")
        environ["wsgi.url_scheme"] = environ.pop("HTTP_X_FORWARDED_PROTO", "http")
        environ.pop("HTTP_X_FORWARDED_HOST", None)
        environ[REQUEST_ID] = environ.pop("HTTP_X_REQUEST_ID", "")
        environ[IS_LOCAL] = environ.pop("HTTP_X_SAMOVAR_LOCAL", "") == "1"
        answer = self._application(environ, start_response)
        # A server that closes while something is being sent takes its own answer with it. The front has the whole
        # body before it begins, so the rest is here at once.
        while environ["wsgi.input"].read(CHUNK):
            pass
        return answer
