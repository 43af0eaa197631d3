"""Tells stories by our verbs, one by one, with the clock standing at the moment of each."""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatchmethod

from samovar.accounts.models import User
from samovar.conversations import stories
from samovar.conversations.inbound import InboundFile
from samovar.conversations.intake import receive
from samovar.conversations.models import Attachment, Conversation, Message
from samovar.conversations.models.delivering import Fate
from samovar.lib import clock


def tell(told: Sequence[stories.Story]) -> None:
    """Do what the stories say, in the order of time."""
    teller = _Teller()
    acts = [(act, story) for story in told for act in story.acts]
    for act, story in sorted(acts, key=lambda pair: pair[0].at):
        with clock.standing_at(act.at):
            teller.perform(act, story)


class _Teller:
    def __init__(self) -> None:
        self._conversations: dict[int, int] = {}
        self._replies: dict[int, int] = {}

    def _conversation(self, story: stories.Story) -> Conversation:
        return Conversation.objects.get(pk=self._conversations[id(story)])

    @singledispatchmethod
    def perform(self, act: stories.Act, story: stories.Story) -> None:
        raise TypeError(act)

    @perform.register
    def _(self, act: stories.Received, story: stories.Story) -> None:
        ours = (self._replies[id(act.answers)],) if act.answers else ()
        signed = self._conversations[id(story)] if act.inbound.signed_conversation is not None else None
        receipt = receive(replace(act.inbound, answered_messages=ours, signed_conversation=signed))
        conversation_id = self._conversations.setdefault(id(story), receipt.conversation_id)
        assert receipt.conversation_id == conversation_id, "the story holds together as our rules of placing would"

    @perform.register
    def _(self, act: stories.Replied, story: stories.Story) -> None:
        message = self._conversation(story).reply(act.text, by=act.by, files=_uploaded(act.files, act.by))
        self._replies[id(act)] = message.pk

    @perform.register
    def _(self, act: stories.Sent, story: stories.Story) -> None:
        Message.objects.get(pk=self._replies[id(act.reply)]).note_fate(Fate(handed_over_at=act.at), act.at)

    @perform.register
    def _(self, act: stories.Failed, story: stories.Story) -> None:
        Message.objects.get(pk=self._replies[id(act.reply)]).note_failed(act.reason, act.at)

    @perform.register
    def _(self, act: stories.Noted, story: stories.Story) -> None:
        self._conversation(story).add_note(act.text, by=act.by, files=_uploaded(act.files, act.by))

    @perform.register
    def _(self, act: stories.Assigned, story: stories.Story) -> None:
        self._conversation(story).assign(to=act.to, by=act.by)

    @perform.register
    def _(self, act: stories.Tagged, story: stories.Story) -> None:
        self._conversation(story).tag(act.tag, by=act.by)

    @perform.register
    def _(self, act: stories.Untagged, story: stories.Story) -> None:
        self._conversation(story).untag(act.tag, by=act.by)

    @perform.register
    def _(self, act: stories.Explained, story: stories.Story) -> None:
        self._conversation(story).set_cause(act.cause, by=act.by)

    @perform.register
    def _(self, act: stories.Snoozed, story: stories.Story) -> None:
        self._conversation(story).snooze(act.until, by=act.by, wakes_on=act.wakes_on)

    @perform.register
    def _(self, act: stories.Woken, story: stories.Story) -> None:
        conversation = self._conversation(story)
        if act.by is None:
            conversation.wake_when_due()
        else:
            conversation.wake(by=act.by)

    @perform.register
    def _(self, act: stories.Resolved, story: stories.Story) -> None:
        self._conversation(story).resolve(by=act.by)

    @perform.register
    def _(self, act: stories.Reopened, story: stories.Story) -> None:
        self._conversation(story).reopen(by=act.by)

    @perform.register
    def _(self, act: stories.Read, story: stories.Story) -> None:
        self._conversation(story).mark_read()


def _uploaded(files: Sequence[InboundFile], by: User) -> list[Attachment]:
    return [Attachment.objects.all().upload(file.name, file.media_type, file.content, by=by) for file in files]
