"""Forms that two people may have open at once: neither takes back unseen what the other has written."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from samovar.lib.text import tidy


class Compared(forms.Form):
    """A form that sends along what stood in its fields when it was opened; ``initial`` is what stands there now.

    Whoever keeps what was typed makes it while the row is held, so that nobody writes between the two. ``wanted`` is
    what is to be written: what nobody else has changed, and what somebody has changed since they opened the page. Where
    both changed the same the form is refused once and says what is there now. What sends nothing along of before, as
    the address of an undoing, is taken as it is. Fields of which several can be chosen are compared with
    ``is_seen``, since of none chosen nothing is sent along.
    """

    # What the verb itself adds and takes away is not compared.
    merged: tuple[str, ...] = ()

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.wanted: dict[str, Any] = {}
        for name, field in self.fields.items():
            field.show_hidden_initial = name != "is_seen"
            key = self.add_initial_prefix(name)
            if _is_several(field) and self.data.get("is_seen") and key not in self.data:
                self._say_along(key, [])

    def clean(self) -> dict[str, Any] | None:
        """Leave alone what was left alone, and say so where somebody else has changed the same meanwhile."""
        cleaned = super().clean()
        for name, value in list(self.cleaned_data.items()):
            now, key = _compared(self._now(name)), self.add_initial_prefix(name)
            if name in self.merged or key not in self.data or self._of(name, self._was(name)) == now:
                self.wanted[name] = value
            elif _compared(value) not in (self._of(name, self._was(name)), now):
                self._show_now(name)
        return cleaned

    @property
    def settled(self) -> dict[str, Any]:
        """What is to stand there: what is wanted, and else what stands there now."""
        return {name: self.wanted[name] if name in self.wanted else self._now(name) for name in self.fields}

    def seen(self, name: str) -> set[int] | None:
        """Return the numbers of what was chosen in a field when the page was opened, None where nobody says it."""
        if not self.data.get("is_seen"):
            return None
        numbers = self.data.getlist(self.add_initial_prefix(name))  # type: ignore[attr-defined]  # from a request
        return {int(pk) for pk in numbers if pk.isdecimal() and len(pk) < 19}

    def _now(self, name: str) -> Any:
        field = self.fields[name]
        value = self.get_initial_for_field(field, name)
        try:
            return field.clean(value)
        except forms.ValidationError:
            return value

    def _was(self, name: str) -> Any:
        field = self.fields[name]
        return field.hidden_widget().value_from_datadict(self.data, self.files, self.add_initial_prefix(name))

    def _of(self, name: str, value: Any) -> Any:
        # As the field understands it, which may be another thing than the words in which it stood on the page.
        try:
            return _compared(self.fields[name].clean(value))
        except forms.ValidationError:
            return _compared("" if value is None else value)

    def _show_now(self, name: str) -> None:
        # With that in sight it can be saved all the same.
        field = self.fields[name]
        now = field.prepare_value(self.get_initial_for_field(field, name))
        many = [str(one) for one in now] if _is_several(field) else ["" if now is None else str(now)]
        self._say_along(self.add_initial_prefix(name), many)
        if said := _in_words(field, many):
            text = _("Meanwhile somebody has changed it to “%(now)s”. Save again to have what you wrote.")
            self.add_error(name, text % {"now": said})
        else:
            self.add_error(name, _("Meanwhile somebody has emptied it. Save again to have what you wrote."))

    def _say_along(self, key: str, values: list[str]) -> None:
        given: Any = self.data.copy()  # type: ignore[attr-defined]  # from a request
        given.setlist(key, values)
        self.data = given


def _is_several(field: forms.Field) -> bool:
    return isinstance(field, forms.ModelMultipleChoiceField | forms.MultipleChoiceField)


def _compared(value: Any) -> Any:
    if isinstance(value, QuerySet):
        return frozenset(getattr(one, "pk", one) for one in value)
    return tidy(value) if isinstance(value, str) else value


def _in_words(field: forms.Field, values: list[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("yes") if values == ["True"] else _("no")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        named = {str(key): str(label) for key, label in choices if isinstance(label, str) or key}
        return ", ".join(named.get(value, value) for value in values if value)
    return values[0]
