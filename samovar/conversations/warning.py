"""A warning in words: a draft that its author changes and sends, or does not."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from samovar.accounts.models import Brand, User
from samovar.conversations import drafting
from samovar.conversations.models import Conversation
from samovar.conversations.models.draft import DraftMode


def text_for(conversation: Conversation) -> str:
    """Return the delivered wording, in the language of the customer or else of the brand to which they write."""
    language = conversation.customer.language or Brand.objects.of(conversation.inbox.brand_id).language
    with translation.override(language):
        return _(
            "We are glad to help you, and we will. Some of what you wrote hurts the people who answer you. Let us "
            "speak with each other with respect: otherwise we may have to answer you less often, or not at all."
        )


@transaction.atomic
def put_in(conversation: Conversation, by: User) -> None:
    """Add the wording to the answer that ``by`` is typing; nothing is sent. Twice is once. Raises CustomerErased."""
    drafting.add(conversation, DraftMode.REPLY, text_for(conversation), by)


@transaction.atomic
def take_out(conversation: Conversation, by: User) -> None:
    """Take it out again, where it stands as it was put in. Raises CustomerErased."""
    conversation.writable()
    text = drafting.text_of(conversation, DraftMode.REPLY, by)
    wording = text_for(conversation)
    if wording in text:
        drafting.keep(conversation, DraftMode.REPLY, text.replace(wording, "").strip(), by)
