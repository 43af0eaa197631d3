"""How new passwords are typed, whoever sets one."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from samovar.accounts.models import User

NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class PasswordField(forms.CharField):
    """A new password, with the rules of AUTH_PASSWORD_VALIDATORS in one line."""

    def __init__(self) -> None:
        rules = _("At least 10 characters, not a common word, nothing like the name.")
        super().__init__(label=_("Password"), strip=False, widget=NEW_PASSWORD, help_text=rules)


class WithPassword(forms.Form):
    """A form that sets a password for the person it describes."""

    def clean(self) -> dict[str, object] | None:
        """Hold the password to the rules, which look at name and e-mail too."""
        cleaned = super().clean()
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.person())
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def person(self) -> User:
        """Return who the password is for; need not be saved."""
        return User(name=self.cleaned_data.get("name", ""), email=self.cleaned_data.get("email", ""))
