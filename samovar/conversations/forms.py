"""What people type, choose and drop in a conversation."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import Role, User
from samovar.conversations import drafting, putting_off
from samovar.conversations.models import Attachment, Tag
from samovar.conversations.models.draft import DraftMode
from samovar.lib.text import tidy

LARGEST = 25 * 1024 * 1024
LONGEST_SNOOZE = timedelta(days=3653)
ANSWERING = (Role.ADMIN, Role.LEAD, Role.AGENT)


class ManyFilesInput(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, each at most LARGEST."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Check each file as one."""
        return [checked(super(ManyFilesField, self).clean(one, initial)) for one in data or [] if one]


class MessageForm(forms.Form):
    """A reply or a note; ``file`` was uploaded before, ``upload`` comes with the form where no script runs."""

    mode = forms.ChoiceField(choices=DraftMode.choices)
    text = forms.CharField(required=False, strip=False)
    file = forms.ModelMultipleChoiceField(Attachment.objects.none(), required=False)
    upload = ManyFilesField(required=False)
    seen = forms.IntegerField(required=False)
    then = forms.ChoiceField(choices=[("resolve", "")], required=False)

    def __init__(self, *given: Any, writer: User) -> None:
        super().__init__(*given)
        field: Any = self.fields["file"]
        field.queryset = Attachment.objects.filter(drafting.own_files(writer))


class UploadForm(forms.Form):
    """One file for a draft."""

    file = forms.FileField(max_length=255, allow_empty_file=True)

    def clean_file(self) -> UploadedFile:
        """Refuse what no mail server would take."""
        return checked(self.cleaned_data["file"])


class SnoozeForm(forms.Form):
    """Until when a conversation is put off: one of the choices of the menu, or any moment."""

    until = forms.CharField(required=False, max_length=20)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"])

    def clean(self) -> dict[str, Any] | None:
        """Ask for one of both."""
        cleaned = super().clean()
        if self.moment is None:
            raise forms.ValidationError(_("Choose until when."))
        if self.moment > timezone.now() + LONGEST_SNOOZE:
            raise forms.ValidationError(_("Choose a moment within ten years."))
        return cleaned

    @property
    def moment(self) -> datetime | None:
        """The moment that was chosen."""
        typed: datetime | None = self.cleaned_data.get("at")
        return typed or putting_off.moment(self.cleaned_data.get("until", ""), timezone.now())


class AssignmentForm(forms.Form):
    """Who answers from now on; empty is nobody."""

    assignee = forms.ModelChoiceField(User.objects.filter(is_active=True, role__in=ANSWERING), required=False)

    def clean(self) -> dict[str, Any] | None:
        """Take nothing for nobody only when it was said."""
        if "assignee" not in self.data:
            raise forms.ValidationError(_("Choose who answers."))
        return super().clean()


class TagForm(forms.Form):
    """A tag by its name; one that nobody has used yet is made."""

    name = forms.CharField(max_length=60)

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write what the tag says."))
        return name

    def tag(self) -> Tag:
        """Return the tag with this name, whatever its case."""
        name = self.cleaned_data["name"]
        return Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)


def checked(file: UploadedFile) -> UploadedFile:
    """Return ``file`` when it is small enough to be sent; raises ValidationError."""
    if (file.size or 0) > LARGEST:
        raise forms.ValidationError(
            _("%(name)s is larger than 25 MB. Send a link to it instead.") % {"name": file.name}
        )
    return file
