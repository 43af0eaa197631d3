"""What people choose when they block somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User
from samovar.conversations import blocking
from samovar.conversations.blocking import Wish
from samovar.conversations.errors import CannotBlock
from samovar.conversations.models.block import BlockKind, BlockReason, readable


class BlockForm(forms.Form):
    """An address or a domain as somebody types it, and why."""

    who = forms.CharField(
        label=_("Address or domain"),
        max_length=320,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("name@example.org is one mailbox, example.org is everybody there and below it."),
    )
    reason = forms.ChoiceField(
        label=_("Why"), choices=BlockReason.choices, widget=forms.RadioSelect, initial=BlockReason.SPAM
    )

    def clean(self) -> dict[str, Any] | None:
        """Read whom it is about; what makes no sense is said at the field."""
        cleaned = super().clean()
        if not self.errors:
            try:
                self.wish = Wish.of(self.cleaned_data["who"], BlockReason(self.cleaned_data["reason"]))
            except CannotBlock as mistake:
                self.add_error("who", str(mistake))
        return cleaned


class SenderForm(forms.Form):
    """Whom of a conversation somebody blocks, why, and whether the conversation goes to spam with it."""

    who = forms.ChoiceField(label=_("Whom"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Why"), choices=BlockReason.choices, widget=forms.RadioSelect, initial=BlockReason.SPAM
    )
    moves = forms.BooleanField(label=_("Move this conversation to Spam too"), required=False, initial=True)

    def __init__(self, *given: Any, addresses: list[str], by: User) -> None:
        super().__init__(*given)
        self._wishes = {wish.value: wish for one in addresses for wish in blocking.possible(one, by)}
        field: Any = self.fields["who"]
        field.choices = [(value, _words(wish)) for value, wish in self._wishes.items()]
        field.initial = next(iter(self._wishes), "")

    @property
    def is_possible(self) -> bool:
        """Whether there is anybody who may be blocked."""
        return bool(self._wishes)

    @property
    def wish(self) -> Wish:
        """What was chosen."""
        chosen = self._wishes[self.cleaned_data["who"]]
        return blocking.with_reason(chosen, BlockReason(self.cleaned_data["reason"]))


def _words(wish: Wish) -> str:
    shown = readable(wish.value)
    return str(_("Everybody at %(domain)s") % {"domain": shown}) if wish.kind == BlockKind.DOMAIN else shown
