"""What is refused because of who is signed in in the browser now: it says so, and our scripts keep what was written."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _

from samovar.accounts.middleware import Next

# Why, for our scripts: "token", "person" or "signed-out".
WHY = "X-Refused"
# For whom the page was opened from which a request comes.
PERSON = "X-Person"
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def no_proof(request: HttpRequest, **_reason: object) -> HttpResponse:
    """Answer a form that does not prove to come from a page of this session; what was written in it is given back."""
    # Whoever comes again has a cookie that holds.
    get_token(request)
    # Nobody else's page may have words of its own shown in ours.
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    context = {"text": request.POST.get("text", "") if is_ours else ""}
    page = render(request, "403_csrf.html", context, status=HTTPStatus.FORBIDDEN)
    page[WHY] = "token" if request.user.is_authenticated else "signed-out"
    return page


class OtherPersonMiddleware:
    """Nothing is done in the name of one person from a page that was opened for another."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what changes nothing, and what comes from a page of whoever is signed in."""
        person = request.headers.get(PERSON, "")
        is_other = request.user.is_authenticated and person not in {"", str(request.user.pk)}
        if request.method in CHANGING and is_other:
            words = _("Somebody else is signed in in this browser now. Nothing was done.")
            return HttpResponseForbidden(words, headers={WHY: "person"}, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
