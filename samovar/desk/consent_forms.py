"""What staff type about the consent of a customer."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.customers.consenting import Statement
from samovar.customers.models.consent import ConsentPurpose, ConsentWay
from samovar.customers.models.customer import Customer
from samovar.lib.text import tidy

MOMENT = "%Y-%m-%dT%H:%M"
GIVEN, WITHDRAWN = "given", "withdrawn"
STATES = [(GIVEN, pgettext_lazy("a consent", "Given")), (WITHDRAWN, pgettext_lazy("a consent", "Withdrawn"))]


class ConsentForm(forms.Form):
    """One entry of the ledger: what a customer said."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=ConsentPurpose.choices)
    state = forms.ChoiceField(label=_("What they said"), choices=STATES, widget=forms.RadioSelect, initial=GIVEN)
    at = forms.DateTimeField(
        label=_("When it was said"),
        input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )
    way = forms.ChoiceField(label=_("How it was said"), choices=ConsentWay.choices)
    wording = forms.CharField(
        label=_("Wording or its version"),
        max_length=300,
        required=False,
        help_text=_("What the person read or heard: “Newsletter form, May 2026”."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    conversation = forms.IntegerField(
        label=_("Number of the conversation that shows it"), min_value=1, max_value=2**62, required=False
    )

    def __init__(self, *given: Any, customer: Customer, user: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self.customer, self.user = customer, user

    def clean_at(self) -> datetime:
        """Refuse what has not happened."""
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now() + timedelta(minutes=1):
            raise forms.ValidationError(_("Choose a moment that has passed."))
        return at

    def clean_conversation(self) -> int | None:
        """Refuse what is no conversation with this customer that its reader may see."""
        number: int | None = self.cleaned_data["conversation"]
        seen = Conversation.objects.all().visible_to(self.user).filter(customer=self.customer.pk)
        if number is not None and not seen.filter(pk=number).exists():
            raise forms.ValidationError(_("There is no such conversation with this customer."))
        return number

    @property
    def statement(self) -> Statement:
        """What was said."""
        typed = self.cleaned_data
        return Statement(
            purpose=typed["purpose"],
            is_given=typed["state"] == GIVEN,
            at=typed["at"],
            way=typed["way"],
            wording=tidy(typed["wording"]),
            conversation_number=typed["conversation"],
        )
