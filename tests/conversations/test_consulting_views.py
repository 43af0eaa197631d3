"""The pages of an expert and of those who bring one in: each happy path and each refusal."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Company, Role, User
from samovar.conversations import consulting, merging
from samovar.conversations.consulting import Asking
from samovar.conversations.models import Consultation, Conversation, PendingReply
from samovar.lib import clock
from tests import make, questions

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def oleg() -> User:
    user = make.user("oleg", role=Role.EXPERT)
    user.change_ways(undo_seconds=10)
    return user


def question_to(expert: User, **what: Any) -> Consultation:
    asking = Asking(expert=expert, question="Is an oak top in stock?", **what)
    return consulting.ask(make.conversation("The top is scratched."), asking, by=make.agent("elena")).consultation


def page(client: Client, question: Consultation) -> str:
    return client.get(question.get_absolute_url()).content.decode()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_expert_reads_answers_and_then_reads_no_more(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(oleg)
    shown = page(client, question)
    assert "Is an oak top in stock?" in shown
    assert "The top is scratched." in shown
    assert "elena@mail.example" not in shown
    assert "The customer gets it" not in shown

    after = client.post(question.get_absolute_url(), {"text": "Two are left.", "then": "answer"}, follow=True)

    over = after.content.decode()
    assert "You have answered" in over
    assert "scratched" not in over
    assert "Two are left." not in over
    question.refresh_from_db()
    assert question.seen_at is not None


def test_the_question_is_nobody_elses(oleg: User) -> None:
    question = question_to(oleg)

    for other in (make.user("boris", role=Role.EXPERT), make.agent("igor"), make.admin("anna")):
        assert signed_in(other).get(question.get_absolute_url()).status_code == 404
    answer = Client().get(question.get_absolute_url())
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_an_expert_gets_nothing_else_of_the_conversation(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(oleg)
    pk, customer = question.conversation_id, question.conversation.customer_id
    message = question.conversation.messages.get().pk

    for address in (f"/conversations/{pk}/", f"/conversations/{pk}/news/?after=0", f"/conversations/{pk}/print/"):
        assert client.get(address).status_code in (403, 404), address
    for address in (f"/messages/{message}/", f"/customers/{customer}/", f"/messages/{message}/raw/"):
        assert client.get(address).status_code in (403, 404), address
    assert "The top is" not in client.get("/search/?q=scratched").content.decode()
    assert client.get("/stream/").status_code in (403, 404)


def test_files_of_the_conversation_open_to_the_expert_until_they_leave(client: Client, oleg: User) -> None:
    file, other = make.attachment(content=make.picture()), make.attachment(content=make.picture())
    conversation = file.message.conversation if file.message else make.conversation()
    asking = Asking(expert=oleg, question="What is that?")
    question = consulting.ask(conversation, asking, by=make.agent("elena")).consultation
    client.force_login(oleg)
    assert client.get(reverse("picture", args=[file.pk])).status_code == 200
    assert client.get(reverse("attachment", args=[file.pk])).status_code == 200
    if other.message and other.message.conversation_id != conversation.pk:
        assert client.get(reverse("picture", args=[other.pk])).status_code == 404

    consulting.answer(question, "A scratch.", by=oleg)

    assert client.get(reverse("picture", args=[file.pk])).status_code == 404


def test_what_is_typed_is_kept_and_comes_back(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(oleg)
    draft = reverse("consultation_draft", args=[question.pk])

    assert client.post(draft, {"text": "Two are"}).status_code == 204
    assert "Two are</textarea>" in page(client, question)

    question.withdraw(by=make.agent("igor"))
    assert client.post(draft, {"text": "Two are left"}).status_code == 404


def test_who_answers_too_late_keeps_their_text_and_reads_nothing(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(oleg)
    question.withdraw(by=make.agent("igor"))

    answer = client.post(question.get_absolute_url(), {"text": "Two are left."})

    assert answer.status_code == 422
    assert "Two are left." in answer.content.decode()
    assert "scratched" not in answer.content.decode()
    assert "not needed any more" in page(client, question)


def test_an_answer_to_the_customer_waits_for_what_was_written_meanwhile(client: Client, oleg: User) -> None:
    question = question_to(oleg, may_write=True)
    seen = question.conversation.messages.get().pk
    client.force_login(oleg)
    make.agent("igor")
    question.conversation.reply("We look into it.", by=User.objects.get(name="Igor"))
    form = {"text": "Two are left.", "then": "answer", "mode": "reply", "seen": seen}

    first = client.post(question.get_absolute_url(), form)
    assert first.status_code == 422
    assert "We look into it." in first.content.decode()
    newest = question.conversation.messages.order_by("-pk").values_list("pk", flat=True)[0]
    client.post(question.get_absolute_url(), {**form, "seen": newest})

    assert PendingReply.objects.get().text == "Two are left."


@pytest.mark.parametrize(("then", "title"), [("hand-back", "handed it back"), ("decline", "cannot help")])
def test_an_expert_leaves_with_a_line(client: Client, oleg: User, then: str, title: str) -> None:
    question = question_to(oleg)
    client.force_login(oleg)

    after = client.post(question.get_absolute_url(), {"text": "Boris knows.", "then": then}, follow=True)
    assert title in after.content.decode()
    back = client.post(reverse("consultation_taking_back", args=[question.pk]), follow=True)

    assert "Boris knows.</textarea>" in back.content.decode()


def test_nothing_is_answered_with_nothing_but_one_may_leave_without_a_word(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(oleg)

    assert client.post(question.get_absolute_url(), {"text": " ", "then": "answer"}).status_code == 422
    assert client.post(question.get_absolute_url(), {"then": "decline"}).status_code == 302


def test_what_cannot_be_taken_back_is_said(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    consulting.answer(question, "Two are left.", by=oleg)
    Consultation.objects.update(ended_at=question.asked_at.replace(year=2020))
    client.force_login(oleg)

    after = client.post(reverse("consultation_taking_back", args=[question.pk]), follow=True)

    assert "cannot be taken back" in after.content.decode()


def test_a_question_leads_to_where_its_conversation_is_now(client: Client, oleg: User) -> None:
    question, igor = question_to(oleg), make.agent("igor")
    merging.merge(question.conversation, make.conversation("And a leg.", subject="A leg"), by=igor)
    client.force_login(oleg)

    shown = page(client, question)

    assert "scratched" in shown
    assert "And a leg." in shown


def test_an_agent_asks_undoes_it_and_asks_again(client: Client, oleg: User) -> None:
    conversation = make.conversation()
    client.force_login(make.agent("elena"))
    address = reverse("expert_asking", args=[conversation.pk])

    said = client.post(address, {"expert": oleg.pk, "question": "In stock?"}, headers=HTMX).content.decode()
    question = Consultation.objects.get()
    undo = reverse("consultation_withdrawal", args=[question.pk])
    assert "Oleg is asked" in said
    assert undo in said
    assert "Expert: Oleg" in client.get(conversation.get_absolute_url()).content.decode()
    client.post(undo, headers=HTMX)
    question.refresh_from_db()
    assert not question.is_open
    client.post(f"{undo}?undo", headers=HTMX)

    question.refresh_from_db()
    assert question.is_open


def test_asking_somebody_again_who_has_left_says_so(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(make.agent("igor"))
    undo = reverse("consultation_withdrawal", args=[question.pk])
    client.post(undo, headers=HTMX)
    oleg.deactivate(by=make.admin())

    told = client.post(f"{undo}?undo", headers=HTMX)

    assert "Oleg can no longer sign in" in told.content.decode()
    assert "Oleg is asked" not in told.content.decode()
    question.refresh_from_db()
    assert not question.is_open


def test_asking_somebody_again_who_was_asked_anew_is_no_mistake(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    igor = make.agent("igor")
    question.withdraw(by=igor)
    consulting.ask(question.conversation, Asking(expert=oleg, question="How many?"), by=igor)
    client.force_login(igor)

    told = client.post(f"{reverse('consultation_withdrawal', args=[question.pk])}?undo", headers=HTMX)

    assert "Oleg is asked" in told.content.decode()
    assert Consultation.objects.all().open().count() == 1


def test_undoing_takes_back_what_the_customer_was_told_too(client: Client, oleg: User) -> None:
    conversation, elena = make.conversation(), make.agent("elena")
    elena.change_ways(undo_seconds=10)
    client.force_login(elena)
    form = {"expert": oleg.pk, "question": "In stock?", "is_told": "on", "may_write": "on", "when": "tomorrow 10"}

    client.post(reverse("expert_asking", args=[conversation.pk]), form)
    row, question = PendingReply.objects.get(), Consultation.objects.get()
    assert question.due_at is not None
    client.post(f"{reverse('consultation_withdrawal', args=[question.pk])}?pending={row.pk}")

    assert not PendingReply.objects.exists()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"question": "In stock?"}, "Choose whom to ask."),
        ({"expert": "0", "question": "In stock?"}, "Choose whom to ask."),
        ({"question": ""}, "Write a line"),
        ({"question": "In stock?", "when": "whenever"}, "Nobody can tell when that is"),
    ],
)
def test_what_is_missing_is_said(client: Client, oleg: User, form: dict[str, str], said: str) -> None:
    client.force_login(make.agent("elena"))
    address = reverse("expert_asking", args=[make.conversation().pk])
    given = form if said == "Choose whom to ask." else {"expert": str(oleg.pk), **form}

    answer = client.post(address, given, headers=HTMX)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_of_two_who_ask_at_once_the_second_reads_what_was_asked(client: Client, oleg: User) -> None:
    question = question_to(oleg)
    client.force_login(make.agent("igor"))

    answer = client.post(
        reverse("expert_asking", args=[question.conversation_id]),
        {"expert": oleg.pk, "question": "Any tops?"},
        headers=HTMX,
    )

    assert "asked here already, by Elena" in answer.content.decode()


def test_who_can_help_is_listed_in_the_menu_on_a_page_and_beside(client: Client, oleg: User) -> None:
    oleg.know_about(["oak"], by=oleg)
    conversation: Conversation = make.conversation(subject="Oak")
    client.force_login(make.agent("elena"))
    address = reverse("expert_asking", args=[conversation.pk])

    assert "Oleg" in client.get(f"{address}?q=oa", headers=HTMX).content.decode()
    assert "called so" in client.get(f"{address}?q=zz", headers=HTMX).content.decode()
    assert "checked" in client.get(f"{address}?expert={oleg.pk}").content.decode()
    assert "Oleg" in client.get(f"{address}?side", headers=HTMX).content.decode()
    assert signed_in(make.user("boris", role=Role.OBSERVER)).get(address).status_code == 403


def test_what_is_asked_of_an_agent_stands_under_for_me_and_on_a_page(client: Client) -> None:
    igor = make.agent("igor")
    question_to(igor)
    client.force_login(igor)

    assert "Is an oak top in stock?" in client.get(reverse("for_me")).content.decode()
    assert "Is an oak top in stock?" in client.get(reverse("asked")).content.decode()


def test_the_list_marks_what_an_expert_is_asked_about(client: Client, oleg: User) -> None:
    question_to(oleg)
    client.force_login(make.agent("igor"))

    assert "Expert: Oleg" in client.get("/").content.decode()


def test_a_resolved_conversation_is_asked_about_and_stays_settled(client: Client, oleg: User) -> None:
    question, igor = question_to(oleg), make.agent("igor")
    question.conversation.resolve(by=igor)
    client.force_login(oleg)
    assert "Resolved" in page(client, question)

    client.post(question.get_absolute_url(), {"text": "Two are left.", "then": "answer"})

    conversation = Conversation.objects.get()
    assert conversation.resolved_at is not None
    assert conversation.messages.get(direction="note").text == "Two are left."
    again = signed_in(igor).post(
        f"{conversation.get_absolute_url()}experts/", {"expert": oleg.pk, "question": "For next time?"}, headers=HTMX
    )
    assert again.status_code == 200
    second = Consultation.objects.all().open().get()
    assert Conversation.objects.get().resolved_at is not None
    assert "For next time?" in page(client, second)


def test_an_answer_to_the_customer_after_resolving_leaves_it_settled(client: Client, oleg: User) -> None:
    question = question_to(oleg, may_write=True)
    question.conversation.resolve(by=make.agent("igor"))
    client.force_login(oleg)

    answer = client.post(
        question.get_absolute_url(),
        {"text": "Two are left.", "mode": "reply", "seen": question.conversation.messages.get().pk},
    )

    assert answer.status_code == 302
    assert PendingReply.objects.get().author == oleg
    assert Conversation.objects.get().resolved_at is not None


def test_switched_off_what_is_asked_goes_on_and_can_be_ended(client: Client, oleg: User) -> None:
    question, other = question_to(oleg), questions.consultation()
    igor = make.agent("igor")
    Company.choose_parts("", ["experts"], by=make.admin())
    client.force_login(oleg)
    desk = signed_in(igor)

    menu = desk.get(question.conversation.get_absolute_url()).content.decode()
    assert "expert-menu" not in menu
    assert "Ask no more" in menu
    assert "Is an oak top in stock?" in client.get("/asked/").content.decode()
    assert client.post(question.get_absolute_url(), {"text": "Two are left."}).status_code == 302
    desk.post(reverse("consultation_withdrawal", args=[other.pk]), headers=HTMX)
    assert not Consultation.objects.all().open().exists()
    assert 'href="/experts/"' not in signed_in(make.lead()).get("/").content.decode()


def test_an_open_page_hears_that_somebody_wrote_or_that_it_is_over(client: Client, oleg: User) -> None:
    question, igor = question_to(oleg), make.agent("igor")
    client.force_login(oleg)
    news = f"{question.get_absolute_url()}news/?shown={question.conversation.messages.get().pk}"
    assert news in page(client, question)
    assert client.get(news).status_code == 204

    question.conversation.add_note("He has called twice.", by=igor)

    told = client.get(news)
    assert told.status_code == 200
    assert "Somebody has written since" in told.content.decode()
    assert "called twice" not in told.content.decode()
    question.withdraw(by=igor)
    over = client.get(news)
    assert over.status_code == 286
    assert "not needed any more" in over.content.decode()
    assert signed_in(igor).get(news).status_code == 404


def test_an_open_list_of_questions_asks_for_itself(client: Client, oleg: User) -> None:
    client.force_login(oleg)
    assert 'hx-get="/asked/"' in client.get("/asked/").content.decode()


def test_the_list_says_which_answer_is_late(client: Client, oleg: User) -> None:
    question_to(oleg, due_at=clock.now() - timedelta(minutes=1))
    client.force_login(oleg)

    assert "late</b>" in client.get("/asked/").content.decode()
    Consultation.objects.update(due_at=clock.now() + timedelta(hours=1))
    assert "late</b>" not in client.get("/asked/").content.decode()
