"""Experts who are brought in: what was asked, and what became of it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from samovar.conversations.events.base import ConversationEvent, InThread


@dataclass(frozen=True, kw_only=True)
class ExpertEvent(ConversationEvent):
    """Something happened to a question to an expert; ``preview`` is what was asked or said."""

    topic = "work"
    in_thread = InThread.LINE
    consultation_id: int
    expert_id: int
    expert_name: str
    preview: str = ""


@dataclass(frozen=True, kw_only=True)
class ExpertAsked(ExpertEvent):
    """Somebody brought an expert in."""

    line = _("%(expert_name)s is asked")


@dataclass(frozen=True, kw_only=True)
class ExpertAnswered(ExpertEvent):
    """The expert has answered and has left."""

    line = _("%(expert_name)s has answered and left")


@dataclass(frozen=True, kw_only=True)
class ExpertHandedBack(ExpertEvent):
    """The expert has left with a line that sums it up."""

    line = _("%(expert_name)s hands it back")


@dataclass(frozen=True, kw_only=True)
class ExpertDeclined(ExpertEvent):
    """The expert cannot help."""

    line = _("%(expert_name)s cannot help")


@dataclass(frozen=True, kw_only=True)
class ExpertWithdrawn(ExpertEvent):
    """The question was withdrawn."""

    line = _("%(expert_name)s is asked no more")


@dataclass(frozen=True, kw_only=True)
class ExpertReopened(ExpertEvent):
    """What ended the question was taken back: it waits for an answer again."""

    line = _("%(expert_name)s is asked again")


@dataclass(frozen=True, kw_only=True)
class ExpertLate(ExpertEvent):
    """The moment has passed by which an answer was wanted."""

    line = _("%(expert_name)s has not answered in time")


@dataclass(frozen=True, kw_only=True)
class ExpertLapsed(ExpertEvent):
    """Nobody has answered for so long that the question is over, or the expert has left the company."""

    line = _("The question to %(expert_name)s is over without an answer")
