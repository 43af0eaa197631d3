"""The form of one's own keys."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from samovar.desk.keys import CHANGEABLE, GROUPS, Key, OneKeyForTwo, own_keys, pressable


class KeysForm(forms.Form):
    """One field for each key that can be another one; what is left empty has no key."""

    def __init__(self, *args: Any, keys: dict[str, str], **kwargs: Any) -> None:
        """``keys`` are the person's own, as they stand beside them."""
        super().__init__(*args, **kwargs)
        self.keys = keys
        for name, key in CHANGEABLE.items():
            self.fields[key.field] = forms.CharField(
                label=str(key.title),
                required=False,
                max_length=20,
                initial=keys.get(name, name),
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "input"}),
            )

    def clean(self) -> dict[str, Any]:
        """Read every key, and find those that two would have."""
        cleaned = super().clean() or {}
        wanted = {}
        for name, key in CHANGEABLE.items():
            read = pressable(cleaned.get(key.field, ""))
            if read is None:
                self.add_error(key.field, _("Give a letter, Shift and a letter, G and a letter, or nothing."))
            else:
                wanted[name] = read
        try:
            self.keys = own_keys(wanted)
        except OneKeyForTwo as both:
            text = _("%(key)s is already the key for “%(other)s”.")
            self.add_error(both.second.field, text % {"key": both.key, "other": both.first.title})
        return cleaned

    def groups(self) -> Iterator[tuple[Promise, list[tuple[Key, BoundField | None]]]]:
        """Give each group with its keys and their fields; what cannot be changed has none."""
        for group in GROUPS:
            yield group.title, [(key, None if key.is_fixed else self[key.field]) for key in group.keys]
