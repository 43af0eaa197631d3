"""Pages leave compressed; what is streamed, such as a file that somebody takes down, leaves as it is."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    """Compresses whole answers; a file is compressed already more often than not, and its length is worth knowing.

    The length of a compressed page tells nothing of its CSRF token: Django masks it anew in every page and adds random
    bytes to what is compressed.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress ``response`` when its reader takes that."""
        return response if response.streaming else super().process_response(request, response)
