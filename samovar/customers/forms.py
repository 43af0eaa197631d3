"""What people type about customers."""

from collections.abc import Callable, Iterable

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from samovar.accounts.time_zones import places, shown
from samovar.customers import addresses
from samovar.customers.errors import UnusableAddress
from samovar.lib.text import tidy
from samovar.ui.comparing import Compared

# Languages that customers write in, beside what the card says already.
COMMON = (
    "ru",
    "en",
    "uk",
    "be",
    "kk",
    "uz",
    "tt",
    "hy",
    "ka",
    "az",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "pl",
    "tr",
    "zh-hans",
)


def languages(known: str = "") -> Iterable[tuple[str, str]]:
    """Return the languages to choose from, and the one that the card names already."""
    codes = [code for code in (*COMMON, known) if code in LANG_INFO]
    named = sorted({code: str(get_language_info(code)["name_translated"]) for code in codes}.items(), key=_name)
    unknown = [(known, known)] if known and known not in LANG_INFO else []
    return [("", str(_("Not known"))), *unknown, *named]


def time_zones(known: str = "") -> list[tuple[str, str]]:
    """Return the zones that bear the name of a place, and the one that the card names already."""
    found = places()
    unknown = [(known, shown(known))] if known and known not in dict(found) else []
    return [("", str(_("Not known"))), *sorted([*unknown, *found])]


class DetailsForm(Compared):
    """What is known of a customer; ``wanted`` is what of it somebody has changed since they opened the page."""

    name = forms.CharField(label=_("Name"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))
    language = forms.ChoiceField(label=_("Language"), required=False)
    city = forms.CharField(
        label=_("City"), max_length=120, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: object, language: str, time_zone: str, **given: object) -> None:
        super().__init__(*args, **given)
        self.fields["language"].choices = languages(language)  # type: ignore[attr-defined]  # a field of choices
        self.fields["time_zone"].choices = time_zones(time_zone)  # type: ignore[attr-defined]  # a field of choices

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name."))
        return name


class NewCustomerForm(forms.Form):
    """Somebody who has not written: a name, or a way to reach them."""

    name = forms.CharField(
        label=_("Name"), max_length=300, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    email = forms.CharField(
        label=_("E-mail address"),
        max_length=320,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "tel"}),
    )

    def clean_name(self) -> str:
        """Take blanks for nothing."""
        return tidy(self.cleaned_data["name"])

    def clean_email(self) -> str:
        """Refuse what is no address."""
        return _way(self.cleaned_data["email"], addresses.email)

    def clean_phone(self) -> str:
        """Refuse what is no number."""
        return _way(self.cleaned_data["phone"], addresses.phone)

    def clean(self) -> dict[str, str]:
        """Refuse a card that says nothing."""
        if not self.errors and not any(self.cleaned_data.values()):
            raise forms.ValidationError(_("Write a name, an address or a phone."))
        return self.cleaned_data

    def ways(self) -> list[str]:
        """Return by what they can be reached."""
        return list(filter(None, (self.cleaned_data["email"], self.cleaned_data["phone"])))


class AddressForm(forms.Form):
    """A way to reach a customer."""

    address = forms.CharField(
        label=_("E-mail or phone number"),
        max_length=320,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
    )


def _way(written: str, read: Callable[[str], str]) -> str:
    text = tidy(written)
    try:
        return read(text) if text else ""
    except UnusableAddress as error:
        raise forms.ValidationError(str(error)) from error


def _name(choice: tuple[str, str]) -> str:
    return choice[1].lower()
