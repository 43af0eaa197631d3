"""What people type, choose and drop in a conversation."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import Team, User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations import chips, drafting, macro_steps, putting_off
from samovar.conversations.models import Attachment, Tag
from samovar.conversations.models.draft import TYPED_HERE
from samovar.conversations.models.prioritising import Priority
from samovar.conversations.models.reminder import LONGEST_NOTE
from samovar.conversations.models.retention import MONTHS, span_of
from samovar.conversations.models.snoozing import WakesOn
from samovar.conversations.sending_off import Change, Looked
from samovar.lib import clock
from samovar.lib.business_time import Hours, NeverOpen
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

# So many digits do not fit into a number of the database.
LONGEST_NUMBER = 19
LARGEST = 25 * 1024 * 1024
LONGEST_SNOOZE = putting_off.LONGEST
MOMENTS = putting_off.MOMENTS
# Said by what stands beside the fields; in them Enter would take the first entry of the menu otherwise.
TYPED = "typed"


def _spans() -> list[tuple[str, str]]:
    after = ((str(months), _("after %(span)s") % {"span": span_of(months)}) for months in MONTHS)
    return [("", str(_("Never"))), *((value, str(label)) for value, label in after)]


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
    """A reply or a note; ``file`` was uploaded before, ``upload`` comes with the form where no script runs.

    ``then`` is what happens beside: "resolve", "snooze tomorrow" (or any choice of the menu), "later tomorrow", and
    "later at" for the moment ``at``.
    """

    mode = forms.ChoiceField(choices=[(mode.value, mode.label) for mode in TYPED_HERE])
    text = forms.CharField(required=False, strip=False)
    file = forms.ModelMultipleChoiceField(Attachment.objects.none(), required=False)
    upload = ManyFilesField(required=False)
    seen = forms.IntegerField(required=False)
    # It may go out with placeholders that nobody has filled in.
    as_is = forms.BooleanField(required=False)
    seen_pending = forms.IntegerField(required=False)
    then = forms.CharField(required=False, max_length=40)
    at = forms.DateTimeField(required=False, input_formats=MOMENTS)
    is_sure = forms.BooleanField(required=False)

    def __init__(self, *given: Any, writer: User, hours: Callable[[], Hours]) -> None:
        super().__init__(*given)
        self._hours = hours
        field: Any = self.fields["file"]
        field.queryset = Attachment.objects.filter(drafting.own_files(writer))

    def clean(self) -> dict[str, Any] | None:
        """Read to whom a reply shall go, when, and what shall be done once it has gone."""
        cleaned = super().clean()
        verb, _blank, choice = self.cleaned_data.get("then", "").partition(" ")
        moment = self._moment(choice) if choice else None
        if verb not in ("", "resolve", "snooze", "later") or (verb in ("snooze", "later") and moment is None):
            raise forms.ValidationError(_("Choose a moment."))
        self.cleaned_data["snooze_until"] = moment if verb == "snooze" else None
        self.cleaned_data["leaves_at"] = moment if verb == "later" else None
        if moment and moment > clock.now() + LONGEST_SNOOZE:
            raise forms.ValidationError(_("Choose a moment within ten years."))
        given = self.data if isinstance(self.data, QueryDict) else QueryDict()
        self.cleaned_data["chips"] = chips.read(given)
        self.cleaned_data["steps"] = macro_steps.read(given.getlist("step"))
        return cleaned

    def _moment(self, choice: str) -> datetime | None:
        typed: datetime | None = self.cleaned_data.get("at")
        return typed if choice == "at" else putting_off.moment(choice, clock.now(), self._hours())


class UploadForm(forms.Form):
    """One file for a draft."""

    file = forms.FileField(max_length=255, allow_empty_file=True)

    def clean_file(self) -> UploadedFile:
        """Refuse what no mail server would take."""
        return checked(self.cleaned_data["file"])


class MomentForm(forms.Form):
    """Until when something is put off: one of the choices of the menu, working hours as typed, or any moment."""

    until = forms.CharField(required=False, max_length=40)
    hours = forms.CharField(required=False, max_length=40)
    at = forms.DateTimeField(label=_("When"), required=False, input_formats=MOMENTS)

    def __init__(self, given: QueryDict | None, hours: Hours, initial: dict[str, Any] | None = None) -> None:
        super().__init__(given, initial=initial)
        self._hours = hours
        self.moment: datetime | None = None

    def clean(self) -> dict[str, Any] | None:
        """Ask for one of them."""
        cleaned = super().clean()
        self.moment = self._chosen()
        if self.moment is None:
            raise forms.ValidationError(_("Choose until when."))
        if self.moment > clock.now() + LONGEST_SNOOZE:
            raise forms.ValidationError(_("Choose a moment within ten years."))
        return cleaned

    def _chosen(self) -> datetime | None:
        name, now = self.cleaned_data.get("until", ""), clock.now()
        if name and name != TYPED:
            return putting_off.moment(name, now, self._hours)
        if not (text := self.cleaned_data.get("hours", "")):
            at: datetime | None = self.cleaned_data.get("at")
            return at
        try:
            found = putting_off.typed(text, now, self._hours)
        except NeverOpen as mistake:
            raise forms.ValidationError(_("It is never open, so no working hours pass.")) from mistake
        if found is None:
            raise forms.ValidationError(_("Write how many working hours: +6, for example."))
        return found


class ReminderForm(MomentForm):
    """When one wants to be reminded, and of what."""

    field_order = ("at", "note")
    note = forms.CharField(label=_("Of what"), required=False, max_length=LONGEST_NOTE)

    @property
    def is_exact(self) -> bool:
        """Whether a moment was typed, which is meant so, quiet hours or not."""
        return self.cleaned_data.get("until", "") in ("", TYPED) and not self.cleaned_data.get("hours")

    @property
    def first_mistake(self) -> str:
        """What is said first where there is room for one sentence."""
        return next(str(mistake) for mistakes in self.errors.values() for mistake in mistakes)


class SnoozeForm(MomentForm):
    """Until when a conversation is put off, and what brings it back earlier."""

    wakes_on = forms.ChoiceField(choices=WakesOn.choices, required=False)

    @property
    def wakes(self) -> str:
        """What brings it back earlier; mere thanks do not unless somebody says so."""
        return self.cleaned_data["wakes_on"] or WakesOn.MORE


class NumbersField(forms.TypedMultipleChoiceField):
    """Numbers of things; what they are, and whose, is looked at by whoever takes them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(coerce=int, **given)

    def valid_value(self, value: object) -> bool:
        """Take what is a number in the database."""
        return str(value).isdecimal() and len(str(value)) < LONGEST_NUMBER


class LookedForm(forms.Form):
    """What whoever decides about a planned reply has seen of it: text, moment and files.

    ``seen`` is the newest message as it was drawn, ``known`` the newest one that an open page has got since.
    """

    was = forms.CharField(required=False, strip=False, empty_value=None)
    was_at = forms.DateTimeField(required=False)
    had = NumbersField(required=False)
    seen = NumbersField(required=False)
    known = NumbersField(required=False)

    @property
    def looked(self) -> Looked:
        """What they have seen."""
        given = self.cleaned_data
        return Looked(was=given["was"], was_at=given["was_at"], had=given["had"], seen_id=self.seen_id)

    @property
    def seen_id(self) -> int | None:
        """The newest message that they have seen, None where nobody says so."""
        return max([*self.cleaned_data["seen"], *self.cleaned_data["known"]], default=None)


class LeavingForm(LookedForm):
    """What a planned reply says, when it leaves, and which of its files stay (``file``) and come (``upload``)."""

    text = forms.CharField(required=False, strip=False)
    at = forms.DateTimeField(input_formats=MOMENTS)
    file = NumbersField(required=False)
    upload = ManyFilesField(required=False)

    @property
    def change(self) -> Change:
        """What shall change."""
        given = self.cleaned_data
        return Change(
            text=given["text"],
            at=given["at"],
            was=given["was"],
            was_at=given["was_at"],
            had=given["had"],
            seen_id=self.seen_id,
            kept=given["file"],
            added=[drafting.as_given(one) for one in given["upload"]],
        )


class AssignmentForm(forms.Form):
    """Who answers from now on, or which team; empty is nobody, or no team."""

    assignee = forms.ModelChoiceField(User.objects.filter(is_active=True, role__in=ANSWERING), required=False)
    team = forms.ModelChoiceField(Team.objects.all().in_use(), required=False)

    def clean(self) -> dict[str, Any] | None:
        """Take nothing for nobody only when it was said."""
        if "assignee" not in self.data and "team" not in self.data:
            raise forms.ValidationError(_("Choose who answers."))
        return super().clean()


class PriorityForm(forms.Form):
    """How urgent a conversation is."""

    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=lambda value: Priority(int(value)))


class TagForm(forms.Form):
    """A tag by its name; one that nobody has used yet is made."""

    name = forms.CharField(max_length=60)

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write what the tag says."))
        known = Tag.objects.all().called(name).filter(archived_at__isnull=False)
        # What was merged is put on as the other one, unless that is retired too.
        if known.filter(Q(merged_into=None) | Q(merged_into__archived_at__isnull=False)).exists():
            raise forms.ValidationError(_("This tag is retired. A lead can bring it back under Tags."))
        return name

    def tag(self) -> Tag:
        """Return the tag with this name, whatever its case; of two who make it at once, one does."""
        name = self.cleaned_data["name"]
        tags = Tag.objects.select_related("merged_into").called(name)
        found, _is_new = tags.get_or_create(defaults={"name": name})
        return found.now


class MergeForm(forms.Form):
    """Into which tag another one is merged."""

    into = forms.ModelChoiceField(Tag.objects.none(), label=_("Merge into"))

    def __init__(self, *given: Any, tag: Tag) -> None:
        super().__init__(*given)
        field: Any = self.fields["into"]
        field.queryset = Tag.objects.in_use().exclude(pk=tag.pk)


class RenameForm(Compared):
    """What a tag is called from now on."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=60, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write what the tag says."))
        return name


def checked(file: UploadedFile) -> UploadedFile:
    """Return ``file`` when it is small enough to be sent; raises ValidationError."""
    if (file.size or 0) > LARGEST:
        raise forms.ValidationError(
            _("%(name)s is larger than 25 MB. Send a link to it instead.") % {"name": file.name}
        )
    return file


class RetentionForm(forms.Form):
    """For how long an inbox keeps what is resolved."""

    months = forms.TypedChoiceField(
        label=_("Remove what was resolved"), required=False, coerce=int, empty_value=None, choices=_spans
    )
    exempt_tag = forms.ModelChoiceField(
        # Also those that were retired: they keep what bears them.
        Tag.objects.order_by("name"),
        label=_("Never remove what bears the tag"),
        required=False,
        empty_label=_("No tag keeps anything"),
    )

    @property
    def choice(self) -> tuple[int | None, Tag | None]:
        """What was chosen: the months, None for never, and the tag that keeps."""
        return self.cleaned_data["months"], self.cleaned_data["exempt_tag"]
