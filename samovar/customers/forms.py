"""What people type about customers."""

from django import forms
from django.utils.translation import gettext_lazy as _

from samovar.lib.text import tidy


class NameForm(forms.Form):
    """How a customer is called."""

    name = forms.CharField(label=_("Name"), max_length=300, widget=forms.TextInput({"autocomplete": "off"}))

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name."))
        return name
