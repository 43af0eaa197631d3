"""What is personal in the tables of this app: nothing."""

from samovar.demo.models import FilledPart, Filling
from samovar.lib.personal import declare_impersonal

declare_impersonal(FilledPart, Filling)
