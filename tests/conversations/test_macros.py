"""Macros: whose they are, how they are found, changed and applied."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from samovar.accounts.models import AuditEntry, User
from samovar.conversations import drafting, macros
from samovar.conversations.drafting import Typed
from samovar.conversations.errors import CustomerErased, EmptyMessage, MacroChanged, MacroKeyTaken
from samovar.conversations.macro_steps import Step
from samovar.conversations.models import Conversation, Draft, Macro, MacroKey, MacroUse, Message
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.models.macro import Wording
from samovar.lib import clock
from tests import make

pytestmark = pytest.mark.django_db

THANKS = "Dear {{ customer.first_name }}, thank you. {{ agent.public_name }}, {{ brand.name }}"


def names(user: User, typed: str = "") -> list[str]:
    """Return what is offered for these letters."""
    return [macro.name for macro in Macro.objects.all().offered_to(user).found_by(typed, user)]


@pytest.fixture
def olga() -> User:
    return make.agent("olga")


@pytest.fixture
def crowd(olga: User) -> dict[str, Macro]:
    """One of each scope: Olga's own, somebody else's, of her team, of another team, everybody's."""
    boris = make.agent("boris")
    return {
        "own": make.macro("Own", by=olga, owner=olga),
        "other": make.macro("Other", by=boris, owner=boris),
        "team": make.macro("Team", team=make.team("Service", olga)),
        "elsewhere": make.macro("Elsewhere", team=make.team("Sales", boris)),
        "all": make.macro("All"),
    }


def test_people_work_with_their_own_those_of_their_teams_and_everybodys(olga: User, crowd: dict[str, Macro]) -> None:
    assert names(olga) == ["All", "Own", "Team"]


def test_who_leads_looks_at_all_but_what_others_keep_for_themselves(crowd: dict[str, Macro]) -> None:
    seen = Macro.objects.all().visible_to(make.lead())

    assert sorted(macro.name for macro in seen) == ["All", "Elsewhere", "Team"]


def test_what_people_left_who_are_gone_can_be_taken_over(crowd: dict[str, Macro]) -> None:
    anna, left = make.lead("anna"), crowd["other"]
    assert left.owner
    left.owner.deactivate(by=make.admin())

    assert left in Macro.objects.all().visible_to(anna)
    left.take_over(by=anna)
    left.take_over(by=make.lead())

    assert Macro.objects.get(pk=left.pk).owner == anna


def test_who_only_looks_sees_none(crowd: dict[str, Macro]) -> None:
    assert not Macro.objects.all().visible_to(make.user(role="observer"))
    assert crowd["all"] in Macro.objects.all().visible_to(make.agent())


def test_one_changes_ones_own_and_who_leads_what_is_shared(olga: User, crowd: dict[str, Macro]) -> None:
    may = {name: macro.can_be_changed_by(olga) for name, macro in crowd.items()}
    leads = {name: macro.can_be_changed_by(make.lead()) for name, macro in crowd.items()}

    assert may == {"own": True, "other": False, "team": False, "elsewhere": False, "all": False}
    assert leads == {"own": False, "other": False, "team": True, "elsewhere": True, "all": True}


def test_a_macro_belongs_to_a_person_or_a_team_not_both(olga: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make.macro(owner=olga, team=make.team())


def test_a_macro_says_or_does_something() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make.macro(text="")


def test_letters_find_the_own_ones_first_then_beginnings_then_words_then_texts(olga: User) -> None:
    make.macro("Refund sent", text="It was moved to your card.", shortcut="rs")
    make.macro("We have moved", text="x")
    make.macro("Moved house", text="x")
    make.macro("Anything", text="x", shortcut="moved")
    make.macro("Nothing", text="x")

    assert names(olga, "Moved") == ["Anything", "Moved house", "We have moved", "Refund sent"]
    assert names(olga, "have mo") == ["We have moved"]
    assert names(olga, "R") == ["Refund sent"]


def test_of_equal_ones_what_one_takes_most_comes_first(olga: User) -> None:
    for name in ("Thanks A", "Thanks B", "Thanks C"):
        make.macro(name)
    often, by_others = Macro.objects.get(name="Thanks C"), Macro.objects.get(name="Thanks B")
    often.count_use(by=olga)
    for _time in range(3):
        by_others.count_use(by=make.agent())

    assert names(olga, "th") == ["Thanks C", "Thanks A", "Thanks B"]
    assert names(olga) == ["Thanks C", "Thanks A", "Thanks B"]


def test_of_equal_ones_a_text_comes_before_what_is_done_at_once(olga: User) -> None:
    make.macro("Close", text="", steps=[["resolve", ""]])
    make.macro("Thanks")

    assert names(olga) == ["Thanks", "Close"]


def test_letters_are_those_of_names_in_any_case_and_yo_is_ye(olga: User) -> None:
    make.macro("Ещё немного")

    assert names(olga, "ЕЩЕ") == names(olga, "ещё") == ["Ещё немного"]


def test_the_other_layout_of_keys_is_understood_behind_what_was_typed(olga: User) -> None:
    make.macro("Спасибо за терпение", "Thank you", by=olga)
    make.macro("Cgf", "Words", by=olga)
    make.macro("Возврат", "Of a cgf", by=olga, shortcut="сп")

    assert names(olga, "cgf") == ["Cgf", "Возврат", "Спасибо за терпение"]
    assert names(olga, "nthg") == ["Спасибо за терпение"]
    assert names(olga, "cg") == ["Cgf", "Возврат", "Спасибо за терпение"]


def test_uses_are_counted_by_person_and_month(olga: User) -> None:
    macro = make.macro()
    for _time in range(2):
        macro.count_use(by=olga)
    macro.count_use(by=make.agent())

    assert sorted(MacroUse.objects.values_list("count", flat=True)) == [1, 2]
    assert MacroUse.objects.filter(user=olga).get().month_begins_on == clock.now().date().replace(day=1)
    now = Macro.objects.get(pk=macro.pk)
    assert (now.used_count, now.is_forgotten) == (3, False)


def test_what_nobody_has_used_for_ninety_days_is_marked() -> None:
    macro = make.macro()
    macro.created_at = clock.now() - timedelta(days=91)

    assert macro.is_forgotten


def test_a_key_is_ones_own_and_leads_to_one_macro(olga: User) -> None:
    thanks, sorry = make.macro("Thanks"), make.macro("Sorry")
    thanks.put_on_key(1, olga)
    thanks.put_on_key(2, olga)
    sorry.put_on_key(2, make.agent())

    assert names(olga, "2") == ["Thanks"]
    assert names(olga)[0] == "Thanks"
    with pytest.raises(MacroKeyTaken, match="Thanks"):
        sorry.put_on_key(2, olga)
    thanks.put_on_key(None, olga)
    assert names(olga, "2") == []


def test_of_two_who_change_it_at_once_the_second_is_told() -> None:
    macro, anna, boris = make.macro(), make.lead("anna"), make.lead("boris")
    macro.change(Wording(name="Thanks", text="By Anna."), 0, by=anna)

    with pytest.raises(MacroChanged):
        Macro.objects.get(pk=macro.pk).change(Wording(name="Thanks", text="By Boris."), 0, by=boris)

    assert Macro.objects.get(pk=macro.pk).text == "By Anna."


def test_what_is_shared_is_told_in_the_audit_log_and_what_is_personal_is_not(olga: User) -> None:
    own, shared, lead = make.macro(by=olga, owner=olga), make.macro(), make.lead()
    for macro in (own, shared):
        macro.change(Wording(name="Other", text="x", owner=macro.owner), 0, by=lead)
        macro.change(Wording(name="Other", text="x", owner=macro.owner), 1, by=lead)
        for _twice in range(2):
            macro.retire(by=lead)
        for _twice in range(2):
            macro.revive(by=lead)

    told = AuditEntry.objects.filter(subject_kind="macro").order_by("pk")
    assert list(told.values_list("action", "subject_id")) == [
        (action, shared.pk) for action in ("macro-made", "macro-changed", "macro-retired", "macro-revived")
    ]


def test_what_becomes_shared_is_told(olga: User) -> None:
    own, team = make.macro(by=olga, owner=olga), make.team("Service")

    own.change(Wording(name="Thanks", text="x", team=team), 0, by=make.lead())

    entry = AuditEntry.objects.get(subject_kind="macro")
    assert (entry.before["scope"], entry.after["scope"]) == ("", "Service")


def test_what_is_retired_is_offered_no_more(olga: User) -> None:
    make.macro().retire(by=make.lead())

    assert names(olga) == []


def test_what_is_offered_is_filled_in(olga: User) -> None:
    conversation = make.conversation()
    make.macro("Thanks", text=THANKS)

    [offer] = macros.offers(conversation, "th", by=olga)

    assert offer.text == "Dear Elena, thank you. Olga, Aurora Home"
    assert (offer.step_count, offer.digit) == (0, None)


def test_a_name_that_leads_elsewhere_is_left_open(olga: User) -> None:
    conversation = make.conversation(sender=make.sender("mallory@mail.example", "www.evil.example/pay"))
    make.macro("Thanks", text="Dear {{ customer.name }}")

    assert macros.offers(conversation, "", by=olga)[0].text == "Dear [customer.name?]"


def test_steps_wait_with_the_draft_until_it_is_sent(olga: User) -> None:
    conversation, refund = make.conversation(), make.tag("Refund")
    macro = make.macro("Swap", steps=[["tag", str(refund.pk)], ["resolve", ""]])
    other = make.macro("Mine", steps=[["assign", "me"]])

    macros.plan(conversation, DraftMode.REPLY, macro, by=olga)
    steps = macros.plan(conversation, DraftMode.REPLY, other, by=olga)
    left = macros.leave_out(conversation, DraftMode.REPLY, "resolve:", by=olga)

    assert [step.kind for step in steps] == ["tag", "assign", "resolve"]
    assert [step.label for step in left] == ["tag: Refund", "assign: whoever applies it"]
    drafting.keep(conversation, DraftMode.REPLY, "", by=olga)
    assert Draft.objects.get().steps == [["tag", str(refund.pk), "Refund"], ["assign", "me", ""]]


def test_a_macro_without_steps_makes_no_draft(olga: User) -> None:
    assert macros.plan(make.conversation(), DraftMode.REPLY, make.macro(), by=olga) == []
    assert not Draft.objects.exists()
    assert macros.leave_out(make.conversation(external_id="2@x"), DraftMode.NOTE, "resolve:", by=olga) == []


def test_without_scripts_the_text_is_put_behind_what_was_typed(olga: User) -> None:
    conversation, macro = make.conversation(), make.macro(text="Thank you, {{ customer.first_name }}.")
    macros.insert(conversation, DraftMode.REPLY, macro, by=olga)
    macros.insert(conversation, DraftMode.REPLY, macro, by=olga)

    assert Draft.objects.get().text == "Thank you, Elena.\n\nThank you, Elena."


def test_steps_are_done_with_the_sending_or_not_at_all(olga: User) -> None:
    conversation = make.conversation()
    typed = Typed(mode=DraftMode.REPLY, text="")

    with pytest.raises(EmptyMessage):
        macros.send(conversation, typed, [Step("resolve")], by=olga)
    assert Conversation.objects.get(pk=conversation.pk).resolved_at is None

    outcome = macros.send(conversation, Typed(mode=DraftMode.REPLY, text="Done."), [Step("resolve")], by=olga)
    assert outcome.words == "Resolved"
    assert Message.objects.filter(conversation=conversation, author=olga).exists()


def test_a_macro_without_a_text_is_done_at_once_and_counted(olga: User) -> None:
    conversation, macro = make.conversation(), make.macro(text="", steps=[["resolve", ""], ["assign", "me"]])

    outcome = macros.carry_out(conversation, macro, by=olga)

    assert outcome.words == "Assigned to Olga · Resolved"
    assert Macro.objects.get(pk=macro.pk).used_count == 1


def test_nothing_is_put_into_a_conversation_with_somebody_who_was_erased(olga: User) -> None:
    conversation = make.conversation()
    conversation.customer.erased_at = clock.now()
    conversation.customer.save(update_fields=["erased_at"])

    with pytest.raises(CustomerErased):
        macros.plan(conversation, DraftMode.REPLY, make.macro(), by=olga)


def test_the_sample_knows_every_word() -> None:
    assert all(macros.sample_values(make.agent()).values())


def test_rows_say_what_they_are(olga: User) -> None:
    macro = make.macro("Thanks")
    macro.count_use(by=olga)
    macro.put_on_key(3, olga)

    assert str(macro) == "Thanks"
    assert str(MacroUse.objects.get()) == f"{macro.pk} by {olga.pk}: 1"
    assert str(MacroKey.objects.get()) == f"3 of {olga.pk}"
