"""What people type to prove that it is them."""

import hashlib

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from samovar.accounts import door_log
from samovar.accounts.models import Role, User
from samovar.lib.text import tidy

# Longer than a code is taken: thirty seconds, and one step to either side.
USED_FOR_SECONDS = 120
LONGEST_NAME = 60
# What reading an answer raises that no browser gives.
NONSENSE = (AttributeError, KeyError, TypeError, ValueError)
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


def code_field() -> forms.CharField:
    """Return the question for a code."""
    return forms.CharField(label=_("Code"), max_length=40, widget=forms.TextInput(CODE))


class SecondFactorForm(AuthenticateForm):
    """A code at sign-in: of the app, or one of the recovery codes. Each works once."""

    code = code_field()

    def clean_code(self) -> str:
        """Refuse a code that has been used, and write down who was refused."""
        try:
            _refuse_used(self.user, self.cleaned_data["code"])
            return _once(self.user, super().clean_code())
        except forms.ValidationError:
            door_log.refused(context.request, "code", self.user)
            raise


class ProofForm(ReauthenticateForm):
    """A code before something that needs a fresh proof. Each works once."""

    code = code_field()

    def clean_code(self) -> str:
        """Refuse a code that has been used."""
        _refuse_used(self.user, self.cleaned_data["code"])
        return _once(self.user, super().clean_code())


class AppForm(ActivateTOTPForm):
    """The first code of an app, which shows that it has understood the secret; it opens nothing after that."""

    code = code_field()

    def clean_code(self) -> str:
        """Note that the code has been used."""
        return _once(self.user, super().clean_code())


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: its name, and what the browser has made."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=LONGEST_NAME,
        required=False,
        help_text=_("By which you know it again: laptop, phone, key on the ring."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean_passwordless(self) -> bool:
        """Every passkey opens the door by itself, so each has to check its owner."""
        return True

    def clean(self) -> dict[str, object]:
        """Refuse what no browser makes."""
        try:
            cleaned: dict[str, object] = super().clean()
        except NONSENSE as error:
            raise _no_passkey() from error
        return cleaned


class AnyPasskeyForm(LoginWebAuthnForm):
    """A passkey at sign-in, which says whose it is."""

    def clean_credential(self) -> Authenticator:
        """Refuse what no browser gives."""
        try:
            return super().clean_credential()
        except NONSENSE as error:
            door_log.refused(context.request, "passkey", None)
            raise _no_passkey() from error
        except forms.ValidationError:
            door_log.refused(context.request, "passkey", None)
            raise


class OwnPasskeyForm(AuthenticateWebAuthnForm):
    """A passkey after the password."""

    def clean_credential(self) -> Authenticator:
        """Refuse what no browser gives."""
        try:
            return super().clean_credential()
        except NONSENSE as error:
            door_log.refused(context.request, "passkey", self.user)
            raise _no_passkey() from error
        except forms.ValidationError:
            door_log.refused(context.request, "passkey", self.user)
            raise


class PasskeyProofForm(ReauthenticateWebAuthnForm):
    """A passkey before something that needs a fresh proof."""

    def clean_credential(self) -> Authenticator:
        """Refuse what no browser gives."""
        try:
            return super().clean_credential()
        except NONSENSE as error:
            raise _no_passkey() from error


class PasskeyNameForm(forms.Form):
    """Another name of a passkey."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name."))
        return name


class DemandForm(forms.Form):
    """Which roles must have a second factor."""

    roles = forms.MultipleChoiceField(
        label=_("Who must have a second factor"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has none is led to set it up at the next click, and gets nothing else before."),
    )


def _no_passkey() -> forms.ValidationError:
    return forms.ValidationError(_("This passkey is not known here."))


def _refuse_used(user: User, code: str) -> None:
    """Refuse a code that has been used, as a wrong one that counts: the right one would end the counting."""
    if cache.get(_key_of(user, code)):
        check_rate_limit(user)
        raise get_adapter().validation_error("incorrect_code")


def _once(user: User, code: str) -> str:
    if not cache.add(_key_of(user, code), "used", USED_FOR_SECONDS):
        raise get_adapter().validation_error("incorrect_code")
    return code


def _key_of(user: User, code: str) -> str:
    return f"second-factor:{user.pk}:{hashlib.sha256(normalize_user_code(code).encode()).hexdigest()}"
