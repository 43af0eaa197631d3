"""What is typed about what people know."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samovar.accounts.models.topic import LONGEST_NAME, MOST_TOPICS, topics_in
from samovar.lib.text import tidy


class TopicsField(forms.CharField):
    """A few words with commas between them."""

    widget = forms.TextInput({"autocomplete": "off"})

    def clean(self, value: object) -> list[str]:
        """Return the topics, each once."""
        text = str(super().clean(value))
        try:
            return topics_in(text)
        except ValueError as mistake:
            raise forms.ValidationError(_words(str(mistake))) from mistake

    def prepare_value(self, value: object) -> object:
        """Write them with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value


class SaysTopics(forms.Form):
    """A form with the field ``topics``, which sends along what stood in it."""

    @property
    def was(self) -> list[str] | None:
        """What stood there when the page was opened, None where nobody says it."""
        seen = self.data.get(self.add_initial_prefix("topics"))
        return None if seen is None else [tidy(name) for name in seen.split(",") if tidy(name)]


class TopicsForm(SaysTopics):
    """What somebody knows about."""

    topics = TopicsField(
        label=gettext_lazy("Knows about"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("A few words with commas between them: oak, returns. All colleagues share them."),
        show_hidden_initial=True,
    )


def _words(too_long: str) -> str:
    if too_long:
        return _("“%(name)s…” is too long. A topic has at most %(most)d letters.") % {
            "name": too_long,
            "most": LONGEST_NAME,
        }
    words = ngettext("At most %(most)d topic.", "At most %(most)d topics.", MOST_TOPICS)
    return words % {"most": MOST_TOPICS}
