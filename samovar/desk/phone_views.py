"""What a browser asks for to have Samovar as an app of its own: who we are, what works without a connection."""

from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from samovar.accounts.models import Company

# They share one scope: what the first defines, the others use.
PARTS = ("kept", "keeping", "pushed")
SIZES = (192, 512)
# Those of the tokens in light; a manifest knows only one of each.
THEME, GROUND = "#f6f4f0", "#ffffff"


@login_not_required
@require_GET
@vary_on_headers("Accept-Language", "Cookie")
def manifest(request: HttpRequest) -> HttpResponse:
    """Say how Samovar is called and looks as an app of its own."""
    name = Company.current_name() or "Samovar"
    told = {
        "id": "/",
        "name": name,
        "short_name": name[:24],
        "description": _("Conversations with customers"),
        "lang": get_language(),
        "start_url": reverse("inbox"),
        "scope": "/",
        "display": "standalone",
        "theme_color": THEME,
        "background_color": GROUND,
        "icons": [_icon(form, size) for form in ("icon", "maskable") for size in SIZES],
        "shortcuts": [
            {"name": _("New conversation"), "url": reverse("start"), "icons": [_icon("icon", 192)]},
            {"name": _("For me"), "url": reverse("for_me"), "icons": [_icon("icon", 192)]},
        ],
    }
    answer = JsonResponse(told, content_type="application/manifest+json")
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


@login_not_required
@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the program that keeps what was opened; it may look after all our addresses."""
    answer = HttpResponse(_program(), content_type="text/javascript; charset=utf-8")
    answer.headers["Service-Worker-Allowed"] = "/"
    # A browser asks anew with each page; an old one would go on for a day.
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@login_not_required
@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Give the page that stands where one has not been opened before and there is no connection."""
    return render(request, "desk/offline.html")


@cache
def _program() -> str:
    files = (Path(str(finders.find(f"desk/worker/{part}.js"))) for part in PARTS)
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _icon(form: str, size: int) -> dict[str, str]:
    purpose = "maskable" if form == "maskable" else "any"
    address = static(f"desk/icons/{form}-{size}.png")
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
