"""A page of all parts in all states, for the tests only: what ``00-parts`` is among the mock-ups."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from samovar.ui.navigation import Entry, Menu, Section, ShownKey, ShownKeys

# What the pages have told the server.
SAVED: list[str] = []
SENT: list[tuple[str, list[str]]] = []
ASKED_AFTER: list[int] = []
CLOSING = threading.Event()

MENU = Menu(
    search_url="/find/",
    sections=[
        Section(
            entries=[
                Entry(
                    label="Inbox", url="/parts/", icon="inbox", count=12, is_current=True, is_on_phone=True, key="G I"
                ),
                Entry(label="Customers", url="#customers", icon="customers", is_on_phone=True, key="G C"),
                Entry(label="Help articles", url="#articles", icon="article", is_on_phone=True),
            ]
        ),
        Section(
            title="My views",
            entries=[
                Entry(label="Needs a reply", url="#needs", tone="bad", count=6, is_hot=True),
                Entry(label="Promised today", url="#promised", tone="accent", count=4),
                Entry(label="Unassigned", url="#unassigned", count=14),
            ],
        ),
    ],
)

KEYS = [
    ShownKeys(title="Moving about", keys=[ShownKey(key="G C", title="Customers")]),
    ShownKeys(title="A conversation", keys=[ShownKey(key="E", title="Resolve")]),
]


class Fields(forms.Form):
    """One field of every kind."""

    day = forms.CharField(label="Delivery day", initial="Thursday, 26 November")
    phone = forms.RegexField(
        r"^\+7 \d{3} \d{3}-\d\d-\d\d$",
        label="Phone",
        error_messages={"invalid": "Four digits are missing, for example +7 900 000-00-00"},
    )
    team = forms.ChoiceField(label="Team", choices=[("d", "Delivery"), ("s", "Service")])
    text = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 2}), help_text="The customer reads it.")
    agrees = forms.BooleanField(label="Send a copy by e-mail", required=False)


def parts(request: HttpRequest) -> HttpResponse:
    """Draw the page."""
    now = timezone.now()
    if "told" in request.GET:
        messages.success(request, "Resolved. Elena will be asked tomorrow", extra_tags="/undone/")
    form = Fields({"day": "Thursday, 26 November", "phone": "+7 900 000", "team": "d", "text": "Good afternoon"})
    moments = {"minutes_ago": now - timedelta(minutes=12, seconds=5), "months_ago": now - timedelta(days=50)}
    return render(
        request,
        "parts.html",
        {"menu": MENU, "shown_keys": KEYS, "form": form, "stream": "stream" in request.GET, **moments},
    )


def find(request: HttpRequest) -> HttpResponse:
    """Answer the palette."""
    names = [name for name in ("Elena Sokolova", "Elena Orlova", "Denis Karpov") if request.GET["q"] in name.lower()]
    return render(request, "found.html", {"names": names})


def undone(request: HttpRequest) -> HttpResponse:
    """Take something back."""
    return render(request, "undone.html")


def draft(request: HttpRequest) -> HttpResponse:
    """Keep a draft."""
    SAVED.append(request.POST["text"])
    return HttpResponse(status=204)


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file, unless its name says that it is too large."""
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    if str(file.name).startswith("large"):
        return HttpResponse(status=413)
    return render(request, "file.html", {"name": file.name, "size": file.size})


def sent(request: HttpRequest) -> HttpResponse:
    """Take the text and what is attached to it."""
    SENT.append((request.POST["text"], request.POST.getlist("attachment")))
    return render(request, "sent.html")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Tell two things a connection, beginning after the last one that the browser has."""
    after = int(request.headers.get("Last-Event-ID") or request.GET.get("last_event_id") or 0)
    ASKED_AFTER.append(after)
    return StreamingHttpResponse(_told(after), content_type="text/event-stream")


def _told(after: int) -> Iterator[str]:
    yield "retry: 50\n\n"
    for number in range(after + 1, min(after + 2, 6) + 1):
        data = json.dumps({"kind": "MessageReceived", "conversation_id": number, "customer_id": None})
        yield f"id: {number}\ndata: {data}\n\n"
    if after >= 6:
        CLOSING.wait(timeout=10)


urlpatterns = [
    path("drafts/", draft),
    path("upload/", upload),
    path("sent/", sent),
    path("stream/", stream),
    path("parts/", parts),
    path("find/", find),
    path("undone/", undone),
    path("", include("samovar.urls")),
]
