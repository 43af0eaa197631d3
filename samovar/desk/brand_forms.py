"""What an administrator types about a brand."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samovar.accounts.models import Brand, Look, User
from samovar.accounts.models.brand import ACCENT, SenderForm
from samovar.accounts.voices import no_address, tidy_signature, voice_of
from samovar.conversations.models import Inbox
from samovar.lib.colours import HEX
from samovar.lib.pictures import Picture, redrawn
from samovar.lib.text import tidy

LARGEST_LOGO = 2 * 1024 * 1024
# Twice as large as it is shown, so that it is sharp on fine screens.
LOGO_FITS = (480, 160)


class LookForm(forms.Form):
    """What a letter of the brand shows of it; all that the preview needs."""

    name = forms.CharField(
        label=gettext_lazy("Name that customers see"),
        max_length=200,
        validators=[no_address],
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    accent = forms.CharField(
        label=gettext_lazy("Colour"), max_length=7, initial=ACCENT, widget=forms.TextInput({"type": "color"})
    )
    legal_line = forms.CharField(
        label=gettext_lazy("Line at the foot of mails"),
        max_length=600,
        required=False,
        help_text=gettext_lazy("Who writes and where they are: the law of many countries asks for it."),
        widget=forms.Textarea({"rows": 3}),
    )

    sender_form = forms.ChoiceField(
        label=gettext_lazy("Whom customers see as the sender"),
        choices=SenderForm.choices,
        initial=SenderForm.BRAND,
        help_text=gettext_lazy("What goes out by itself bears the name of the brand."),
    )
    signature = forms.CharField(
        label=gettext_lazy("Signature"),
        required=False,
        help_text=gettext_lazy(
            "{name} is who writes, {title} what they do, {brand} the brand. Lines with {name} or {title} are left out"
            " of what goes out by itself, and make room for a signature of one’s own."
        ),
        widget=forms.Textarea({"rows": 4}),
    )

    def clean_signature(self) -> str:
        """Refuse what nobody could fill in."""
        return tidy_signature(self.cleaned_data["signature"])

    def clean_name(self) -> str:
        """Refuse a name of blanks."""
        if not tidy(self.cleaned_data["name"]):
            raise forms.ValidationError(_("Write a name."))
        return tidy(self.cleaned_data["name"])

    def clean_accent(self) -> str:
        """Refuse what is no colour."""
        accent: str = self.cleaned_data["accent"].lower()
        if not HEX.fullmatch(accent):
            raise forms.ValidationError(_("Write a colour like #0f6a5b."))
        return accent

    def clean_legal_line(self) -> str:
        """Return its lines without blanks at their ends."""
        return "\n".join(filter(None, map(tidy, self.cleaned_data["legal_line"].splitlines())))


class BrandForm(LookForm):
    """A brand; ``picture`` is the new logo as it was drawn by us."""

    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        required=False,
        help_text=gettext_lazy("PNG, JPEG, GIF or WebP, at most 2 MB. It stands at the foot of mails."),
        widget=forms.FileInput({"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    has_no_logo = forms.BooleanField(label=gettext_lazy("Remove the logo"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Its own language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("In it we write what nobody has typed, where the customer’s language is not known."),
    )
    offered = forms.MultipleChoiceField(
        label=gettext_lazy("Languages that customers can choose"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    inboxes = forms.ModelMultipleChoiceField(
        Inbox.objects.filter(archived_at=None).exclude(address="").order_by("name", "pk"),
        label=gettext_lazy("Addresses"),
        required=False,
        help_text=gettext_lazy("Mail from these goes out under this brand. What no brand has is the default one’s."),
        widget=forms.CheckboxSelectMultiple,
    )

    picture: Picture | None = None

    def __init__(self, brand: Brand | None, reader: User, *given: Any) -> None:
        super().__init__(*given)
        field: Any = self.fields["inboxes"]
        field.label_from_instance = _told
        self.initial = {"language": settings.LANGUAGE_CODE, "offered": [settings.LANGUAGE_CODE]}
        if brand is not None and brand.name:
            senders: Any = self.fields["sender_form"]
            senders.choices = _senders(brand, reader)
        if brand is not None:
            names = ("name", "accent", "legal_line", "language", "signature", "sender_form")
            self.initial = {name: getattr(brand, name) for name in names}
            self.initial["offered"] = brand.languages or [brand.language]
            self.initial["inboxes"] = Inbox.objects.filter(brand=brand).values_list("pk", flat=True)
        if brand is None or not brand.logo_id:
            del self.fields["has_no_logo"]
        if brand is not None and brand.is_default:
            del self.fields["inboxes"]

    def clean_logo(self) -> UploadedFile | None:
        """Draw the logo anew; refuse what is no picture of points, such as SVG, which may hold scripts."""
        file: UploadedFile | None = self.cleaned_data["logo"]
        if file is None:
            return None
        if (file.size or 0) > LARGEST_LOGO:
            raise forms.ValidationError(_("This picture is larger than 2 MB. Make it smaller and try again."))
        self.picture = redrawn(file.read(), LOGO_FITS)
        if self.picture is None:
            raise forms.ValidationError(_("This is no picture that can be used. Save it as PNG and try again."))
        return file

    @property
    def look(self) -> Look:
        """What was typed."""
        typed = self.cleaned_data
        languages = list(dict.fromkeys([typed["language"], *typed["offered"]]))
        plain = {name: typed[name] for name in ("name", "accent", "legal_line", "signature", "sender_form")}
        return Look(**plain, languages=languages)


def _senders(brand: Brand, reader: User) -> list[tuple[str, str]]:
    """Return whom customers can see as the sender, each with what it makes of a mail of the reader's."""
    shown = Brand(languages=brand.languages)
    choices = []
    for value, label in SenderForm.choices:
        shown.sender_form = value
        choices.append((value, f"{label}: {voice_of(shown, brand.name, reader).from_name}"))
    return choices


def _told(inbox: Inbox) -> str:
    return f"{inbox.name} · {inbox.address}"
