"""What people type to begin a conversation."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.channels.mail.subjects import normalised_subject
from samovar.conversations import asking
from samovar.conversations.beginning import Matter, Somebody
from samovar.conversations.forms import ManyFilesField
from samovar.conversations.models import Conversation, Inbox
from samovar.conversations.models.message import Way
from samovar.customers.addresses import understood
from samovar.customers.errors import UnusableAddress
from samovar.lib.text import tidy

LONGEST_AGO = timedelta(days=3653)
LONGEST_QUOTED = 90
LONGEST_NUMBER = 19
MOMENT = "%Y-%m-%dT%H:%M"
PLAIN = {"autocomplete": "off"}


class MatterForm(forms.Form):
    """What it is about and where it belongs."""

    inbox = forms.ModelChoiceField(Inbox.objects.none(), empty_label=None)
    subject = forms.CharField(label=_("Subject"), max_length=900, widget=forms.TextInput(PLAIN))

    def __init__(self, *given: Any, inboxes: QuerySet[Inbox], **more: Any) -> None:
        super().__init__(*given, **more)
        field: Any = self.fields["inbox"]
        field.queryset, field.label_from_instance = inboxes, _shown

    def clean_subject(self) -> str:
        """Refuse a subject of blanks."""
        subject = tidy(self.cleaned_data["subject"])
        if not subject:
            raise forms.ValidationError(_("Write what it is about."))
        return subject

    @property
    def matter(self) -> Matter:
        """What was typed."""
        subject = self.cleaned_data["subject"]
        inbox = self.cleaned_data.get("inbox") or Inbox.objects.all().by_hand()
        return Matter(inbox=inbox, subject=subject, subject_key=normalised_subject(subject))


class LetterForm(MatterForm):
    """A letter that begins a conversation; to whom it goes stands on its chips."""

    text = forms.CharField(required=False, strip=False)
    upload = ManyFilesField(required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["inbox"].label = _("From")


class QuestionForm(forms.Form):
    """A question to somebody outside; ``message`` and ``file`` are what of the conversation goes with it."""

    subject = forms.CharField(label=_("Subject"), max_length=900, widget=forms.TextInput(PLAIN))
    text = forms.CharField(label=_("Text"), required=False, strip=False, widget=forms.Textarea({"rows": 8}))
    message = forms.MultipleChoiceField(
        label=_("Quote from the conversation"), required=False, widget=forms.CheckboxSelectMultiple
    )
    file = forms.MultipleChoiceField(label=_("Files from it"), required=False, widget=forms.CheckboxSelectMultiple)
    upload = ManyFilesField(label=_("Files"), required=False)

    def __init__(self, *given: Any, main: Conversation, **more: Any) -> None:
        super().__init__(*given, **more)
        found = asking.quotable(main)
        files = [file for one in found for file in one.attachments.all()]
        choices: Any = self.fields
        choices["message"].choices = [(str(one.pk), _beginning(one.preview) or _("No text")) for one in found]
        choices["file"].choices = [(str(one.pk), one.name or one.media_type) for one in files]
        if not files:
            choices["file"].widget = forms.MultipleHiddenInput()


class LogForm(MatterForm):
    """A phone call or a visit; who it was is asked only where nobody was chosen."""

    way = forms.ChoiceField(label=_("What it was"), choices=Way.choices, widget=forms.RadioSelect, initial=Way.CALL)
    name = forms.CharField(label=_("Name"), max_length=300, required=False, widget=forms.TextInput(PLAIN))
    address = forms.CharField(
        label=_("Phone number or e-mail, if you have it"),
        max_length=320,
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    at = forms.DateTimeField(
        label=_("When"),
        input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )
    text = forms.CharField(label=_("What was said"), widget=forms.Textarea({"rows": 6}))

    field_order = ("way", "name", "address", "at", "subject", "text", "inbox")

    def __init__(self, *given: Any, inboxes: QuerySet[Inbox], knows_who: bool, **more: Any) -> None:
        super().__init__(*given, inboxes=inboxes, **more)
        self.fields["inbox"].label = _("Belongs to")
        if not inboxes.exists():
            del self.fields["inbox"]
        if knows_who:
            del self.fields["name"], self.fields["address"]

    def clean_at(self) -> datetime:
        """Refuse what has not happened."""
        at: datetime = self.cleaned_data["at"]
        if not timezone.now() - LONGEST_AGO < at < timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("Choose a moment that has passed."))
        return at

    def clean_address(self) -> tuple[str, str]:
        """Return what kind of address it is and how it is shown."""
        try:
            return understood(self.cleaned_data["address"]) if self.cleaned_data["address"].strip() else ("", "")
        except UnusableAddress as mistake:
            raise forms.ValidationError(str(mistake)) from mistake

    def clean(self) -> dict[str, Any] | None:
        """Ask for a name where nobody is known."""
        cleaned = super().clean()
        if "name" in self.fields and not tidy(self.cleaned_data.get("name", "")):
            self.add_error("name", _("Write a name, or choose a customer."))
        return cleaned

    @property
    def somebody(self) -> Somebody:
        """Who it was."""
        return Somebody(tidy(self.cleaned_data["name"]), *self.cleaned_data["address"])

    @property
    def said(self) -> tuple[str, Way, datetime]:
        """What was said, how, and when."""
        return self.cleaned_data["text"], Way(self.cleaned_data["way"]), self.cleaned_data["at"]


def number_of(text: str) -> int:
    """Return a number that a browser sent, 0 when it is none or none that the database can hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0


def _beginning(text: str) -> str:
    """Return the first words of a text, with a sign that more follow."""
    if len(text) <= LONGEST_QUOTED:
        return text
    whole = text[: LONGEST_QUOTED + 1]
    return f"{(whole[: whole.rfind(' ')] if ' ' in whole else whole[:-1]).rstrip()}…"


def _shown(inbox: Inbox) -> str:
    return f"{inbox.name} · {inbox.address}" if inbox.address else inbox.shown_name
