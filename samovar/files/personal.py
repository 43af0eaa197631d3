"""What is personal in the tables of this app: files go when nothing that is left belongs to them."""

from samovar.files.models import Chunk, StoredFile
from samovar.lib.personal import declare_impersonal

declare_impersonal(StoredFile, Chunk)
