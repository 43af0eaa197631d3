"""What is typed and chosen when an expert is brought in, and when they answer."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations.consulting import Asking
from samovar.conversations.models.consultation import LONGEST_QUESTION
from samovar.conversations.promising import NoMoment, understood
from samovar.lib.text import tidy

LONGEST_ANSWER = 200_000


class AskForm(forms.Form):
    """Whom to ask what; by when, if it matters; and what they may do."""

    expert = forms.ModelChoiceField(
        User.objects.none(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose whom to ask.")),
    )
    question = forms.CharField(
        max_length=LONGEST_QUESTION, error_messages={"required": _("Write a line about what you want to know.")}
    )
    when = forms.CharField(required=False, max_length=60)
    may_write = forms.BooleanField(required=False)
    is_told = forms.BooleanField(required=False)

    def __init__(self, *given: Any, by: User) -> None:
        super().__init__(*given)
        field: Any = self.fields["expert"]
        field.queryset = User.objects.filter(is_active=True).exclude(pk=by.pk)

    def clean_question(self) -> str:
        """Return it on one line."""
        return tidy(self.cleaned_data["question"])

    def clean_when(self) -> datetime | None:
        """Understand the moment."""
        typed = tidy(self.cleaned_data["when"])
        try:
            return understood(typed) if typed else None
        except NoMoment as mistake:
            raise forms.ValidationError(str(mistake)) from mistake

    @property
    def asking(self) -> Asking:
        """What was typed, all of it."""
        cleaned = self.cleaned_data
        return Asking(
            expert=cleaned["expert"],
            question=cleaned["question"],
            due_at=cleaned["when"],
            may_write=cleaned["may_write"],
            is_told=cleaned["is_told"],
        )

    @property
    def first_mistake(self) -> str:
        """What is said first where there is room for one sentence."""
        return next(str(mistake) for mistakes in self.errors.values() for mistake in mistakes)


class ExpertAnswerForm(forms.Form):
    """What an expert writes in their one box, and what it is: an answer, a line to hand it back, or a reason."""

    ANSWER, HAND_BACK, DECLINE = "answer", "hand-back", "decline"
    text = forms.CharField(required=False, strip=False, max_length=LONGEST_ANSWER)
    then = forms.ChoiceField(choices=[(one, one) for one in (ANSWER, HAND_BACK, DECLINE)], required=False)
    mode = forms.ChoiceField(choices=[("note", "note"), ("reply", "reply")], required=False)
    seen = forms.IntegerField(required=False)
    seen_pending = forms.IntegerField(required=False)

    def clean(self) -> dict[str, Any] | None:
        """Ask for words; that one cannot help needs none."""
        cleaned = super().clean()
        if self.cleaned_data.get("then") != self.DECLINE and not self.cleaned_data.get("text", "").strip():
            raise forms.ValidationError(_("Write something first."))
        return cleaned

    @property
    def first_mistake(self) -> str:
        """What is said first."""
        return next(str(mistake) for mistakes in self.errors.values() for mistake in mistakes)
