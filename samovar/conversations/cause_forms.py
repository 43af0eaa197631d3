"""What people choose and type about causes and ideas."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.conversations.models import Cause
from samovar.conversations.models.cause import LONGEST, CauseQuerySet
from samovar.conversations.models.noteworthy import LONGEST_IDEA
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared


class CauseField(forms.ModelChoiceField):  # type: ignore[type-arg]  # only the stubs know a parameter
    """One of the causes in use, told with what it stands below."""

    def label_from_instance(self, cause: Cause) -> str:
        """Return how it is told in a list."""
        return f"{cause.parent} › {cause}" if cause.parent else str(cause)


def _in_use() -> CauseQuerySet:
    return Cause.objects.all().in_use().in_order().order_by("parent__position", "position", "pk")


class ChoiceForm(forms.Form):
    """Why a customer turned to us; empty is that nobody knows."""

    cause = forms.ModelChoiceField(Cause.objects.all(), required=False)

    def clean(self) -> dict[str, object] | None:
        """Take nothing for no cause only when it was said."""
        if "cause" not in self.data:
            raise forms.ValidationError(_("Choose a cause."))
        return super().clean()


class NameForm(Compared):
    """What a cause is called."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"), max_length=LONGEST, widget=forms.TextInput({"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write it as customers would say it."))
        return name


class PlaceForm(forms.Form):
    """Below which other cause one stands."""

    parent = CauseField(
        Cause.objects.none(),
        label=pgettext_lazy("a cause", "Below"),
        required=False,
        empty_label=_("Nothing: it stands on its own"),
    )

    def __init__(self, *given: object, cause: Cause | None = None, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]  # passed on as they are
        field: forms.Field = self.fields["parent"]
        tops = _in_use().filter(parent=None)
        field.queryset = tops.exclude(pk=cause.pk) if cause else tops  # type: ignore[attr-defined]  # a field of choices has one


class NewForm(NameForm, PlaceForm):
    """A cause that is added."""

    field_order = ("name", "parent")


class MergeForm(forms.Form):
    """Into which cause another one is merged."""

    into = CauseField(Cause.objects.none(), label=pgettext_lazy("a cause", "Merge into"))

    def __init__(self, *given: object, cause: Cause) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # passed on as they are
        field: forms.Field = self.fields["into"]
        field.queryset = _in_use().exclude(pk=cause.pk)  # type: ignore[attr-defined]  # a field of choices has one


class IdeaForm(forms.Form):
    """What the idea of a conversation is in a few words, and whether whoever notes it has had it."""

    title = forms.CharField(required=False, max_length=LONGEST_IDEA)
    is_own = forms.BooleanField(required=False)

    def clean_title(self) -> str:
        """Return it on one line."""
        return tidy(self.cleaned_data["title"])
