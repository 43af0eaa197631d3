"""What people type and choose about promises."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.accounts.models.user import ANSWERING
from samovar.conversations.models.promise import LONGEST_WHAT, Breach, PromiseKind, PromiseState
from samovar.conversations.promising import NoMoment, understood
from samovar.lib.text import tidy


class MomentForm(forms.Form):
    """By when: typed, or taken from the choices; ``moment`` is what is meant."""

    when = forms.CharField(required=False, max_length=60)
    choice = forms.CharField(required=False, max_length=20)
    moment: datetime | None = None

    def clean(self) -> dict[str, Any] | None:
        """Understand the moment; what was typed counts for more than the button that was pressed."""
        cleaned = super().clean()
        typed = self.cleaned_data.get("when") or self.cleaned_data.get("choice", "")
        if not self.errors and (typed or self.needs_moment):
            try:
                self.moment = understood(typed)
            except NoMoment as mistake:
                raise forms.ValidationError(str(mistake)) from mistake
        return cleaned

    @property
    def needs_moment(self) -> bool:
        """Whether nothing may be promised without one."""
        return True


class PromiseForm(MomentForm):
    """What is promised by when, and who keeps it; a step need not have a moment."""

    kind = forms.TypedChoiceField(
        choices=PromiseKind.choices, coerce=PromiseKind, required=False, empty_value=PromiseKind.CALL
    )
    what = forms.CharField(required=False, max_length=LONGEST_WHAT)
    owner = forms.ModelChoiceField(User.objects.filter(is_active=True, role__in=ANSWERING), required=False)

    @property
    def needs_moment(self) -> bool:
        """Whether it may not be without one."""
        return self.cleaned_data.get("kind") != PromiseKind.STEP

    def clean_what(self) -> str:
        """Ask for words where nothing else says what is meant."""
        what = tidy(self.cleaned_data["what"])
        if not what and self.data.get("kind") in (PromiseKind.OTHER, PromiseKind.STEP):
            raise forms.ValidationError(_("Write what is to be done."))
        return what


class EndingForm(forms.Form):
    """How a promise ends: kept, withdrawn, or broken and why."""

    ENDINGS = (PromiseState.KEPT, PromiseState.WITHDRAWN, PromiseState.BROKEN)
    how = forms.TypedChoiceField(choices=[(ending, ending) for ending in ENDINGS], coerce=PromiseState)
    breach = forms.TypedChoiceField(choices=Breach.choices, coerce=Breach, required=False, empty_value=Breach.OTHER)


class OwnerForm(forms.Form):
    """Who keeps a promise from now on; empty is nobody."""

    assignee = forms.ModelChoiceField(User.objects.filter(is_active=True, role__in=ANSWERING), required=False)


class PlaceForm(forms.Form):
    """Where a step goes: up or down."""

    step = forms.TypedChoiceField(choices=[("-1", "-1"), ("1", "1")], coerce=int)
