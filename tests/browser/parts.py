"""A page of all parts in all states, for the tests only: what ``00-parts`` is among the mock-ups."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from samovar.ui.navigation import Entry, Menu, Section

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
    return render(request, "parts.html", {"menu": MENU, "form": form, **moments})


def find(request: HttpRequest) -> HttpResponse:
    """Answer the palette."""
    names = [name for name in ("Elena Sokolova", "Elena Orlova", "Denis Karpov") if request.GET["q"] in name.lower()]
    return render(request, "found.html", {"names": names})


def undone(request: HttpRequest) -> HttpResponse:
    """Take something back."""
    return render(request, "undone.html")


urlpatterns = [
    path("parts/", parts),
    path("find/", find),
    path("undone/", undone),
    path("", include("samovar.urls")),
]
