"""Macros in a conversation and on their own pages, as browsers ask for them."""

import pytest
from django.test import Client
from django.urls import reverse

from samovar.accounts.models import Company, User
from samovar.conversations.models import Conversation, Draft, Macro, MacroKey, Message
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
WORDED = {"name": "Thanks", "text": "Thank you.", "scope": "mine", "version": "0"}


@pytest.fixture
def olga(client: Client) -> User:
    user = make.agent("olga")
    client.force_login(user)
    return user


@pytest.fixture
def anna(client: Client) -> User:
    user = make.lead("anna")
    client.force_login(user)
    return user


def undone(client: Client, answer: str) -> None:
    """Press the undo of the toast in ``answer``."""
    address = answer.split('action="')[1].split('"')[0].replace("&amp;", "&")
    client.post(address, headers=HTMX)


def test_letters_are_answered_with_texts_filled_in(client: Client, olga: User) -> None:
    conversation = make.conversation()
    make.macro("Thanks", text="Dear {{ customer.first_name }}, “quoted” & <b>")

    answer = client.get(reverse("macros_found", args=[conversation.pk]), {"q": "th"}).content.decode()

    assert 'data-inserts="Dear Elena, “quoted” &amp; &lt;b&gt;"' in answer
    assert "<html" not in answer


def test_a_text_macro_plans_its_steps_and_sending_does_them_with_one_undo(client: Client, olga: User) -> None:
    conversation, refund = make.conversation(), make.tag("Refund")
    macro = make.macro("Swap", steps=[["tag", str(refund.pk)], ["resolve", ""]])
    at = reverse("applied", args=[conversation.pk, macro.pk])

    line = client.post(at, {"mode": "reply"}, headers=HTMX).content.decode()
    assert "After sending:" in line
    assert f'value="tag:{refund.pk}"' in line
    page = client.get(conversation.get_absolute_url()).content.decode()
    assert f'name="step" value="tag:{refund.pk}"' in page

    form = {"mode": "reply", "text": "We swap it.", "step": [f"tag:{refund.pk}", "resolve:"]}
    sent = client.post(reverse("messages", args=[conversation.pk]), form, headers=HTMX).content.decode()
    assert "Sent · Tagged: Refund · Resolved" in sent
    assert Conversation.objects.get(pk=conversation.pk).resolved_at

    undone(client, sent)
    now = Conversation.objects.get(pk=conversation.pk)
    assert now.resolved_at is None
    assert not now.taggings.exists()


def test_sending_and_resolving_says_both(client: Client, olga: User) -> None:
    conversation, refund = make.conversation(), make.tag("Refund")
    form = {"mode": "reply", "text": "We swap it.", "then": "resolve", "step": [f"tag:{refund.pk}"]}

    sent = client.post(reverse("messages", args=[conversation.pk]), form, headers=HTMX)

    assert "Sent and resolved: Elena Sokolova · Tagged: Refund" in sent.content.decode()
    assert "conversations:next" in sent.headers["HX-Trigger-After-Settle"]


def test_a_step_is_left_out_with_and_without_scripts(client: Client, olga: User) -> None:
    conversation = make.conversation()
    macro = make.macro("Swap", steps=[["resolve", ""], ["assign", "me"]])
    client.post(reverse("applied", args=[conversation.pk, macro.pk]), {"mode": "note"}, headers=HTMX)
    at = reverse("planned", args=[conversation.pk, "note"])

    line = client.post(f"{at}?without=resolve:", headers=HTMX).content.decode()
    assert "assign" in line
    assert "resolve:" not in line

    assert client.post(f"{at}?without=assign:me").status_code == 302
    assert Draft.objects.get().steps == []


def test_a_macro_of_steps_is_done_at_once_with_one_undo(client: Client, olga: User) -> None:
    conversation = make.conversation()
    macro = make.macro("Close", text="", steps=[["priority", "2"], ["resolve", ""]])

    answer = client.post(reverse("applied", args=[conversation.pk, macro.pk]), headers=HTMX).content.decode()
    assert "Urgent · Resolved" in answer

    undone(client, answer)
    now = Conversation.objects.get(pk=conversation.pk)
    assert (now.resolved_at, now.priority) == (None, 0)
    again = client.post(reverse("steps", args=[conversation.pk]), headers=HTMX).content.decode()
    assert "Nothing was left to do" in again


def test_without_scripts_macros_stand_on_a_page_and_go_into_the_draft(client: Client, olga: User) -> None:
    conversation, macro = make.conversation(), make.macro(text="Thank you, {{ customer.first_name }}.")

    page = client.get(reverse("macros_found", args=[conversation.pk]), headers={"Accept": "text/html"})
    assert "Thanks for waiting" in page.content.decode()

    led = client.post(reverse("applied", args=[conversation.pk, macro.pk]), {"mode": "reply"})
    assert led.headers["Location"] == conversation.get_absolute_url()
    assert Draft.objects.get().text == "Thank you, Elena."


def test_what_was_left_open_is_asked_about_before_a_customer_reads_it(client: Client, olga: User) -> None:
    conversation, at = make.conversation(), ""
    at = reverse("messages", args=[conversation.pk])
    form = {"mode": "reply", "text": "Dear [customer.first_name?],"}

    asked = client.post(at, form, headers=HTMX)
    assert asked.status_code == 422
    assert "This was not filled in: customer.first_name" in asked.content.decode()
    assert client.post(at, form).status_code == 302
    assert not Message.objects.filter(author=olga).exists()

    client.post(at, form | {"mode": "note"}, headers=HTMX)
    client.post(at, form | {"as_is": "1"}, headers=HTMX)
    assert Message.objects.filter(author=olga).count() == 2


def test_nothing_is_applied_where_the_customer_was_erased(client: Client, olga: User) -> None:
    conversation, macro = make.conversation(), make.macro()
    type(conversation.customer).objects.update(erased_at=conversation.opened_at)

    assert client.post(reverse("applied", args=[conversation.pk, macro.pk]), headers=HTMX).status_code == 422


def test_a_macro_sets_a_cause_and_a_company_without_causes_is_offered_none(client: Client, olga: User) -> None:
    damaged = make.cause("On the way", parent=make.cause("Damaged"))
    assert "Damaged › On the way" in client.get(reverse("new_macro")).content.decode()
    client.post(reverse("new_macro"), WORDED | {"cause": str(damaged.pk)})
    macro = Macro.objects.get()
    assert macro.steps == [["cause", str(damaged.pk)]]

    Company.objects.create(pk=1, parts_off=["causes"])

    assert 'name="cause"' not in client.get(reverse("new_macro")).content.decode()
    page = client.get(reverse("macro", args=[macro.pk])).content.decode()
    assert f'<option value="{damaged.pk}" selected>' in page
    client.post(reverse("new_macro"), WORDED | {"name": "Plain"})
    assert Macro.objects.get(name="Plain").steps == []


def test_a_macro_is_made_worded_anew_copied_and_retired(client: Client, olga: User) -> None:
    refund = make.tag("Refund")
    steps = {"tags": "refund", "untags": "", "assign": "nobody", "priority": "2", "snooze": "tomorrow"}
    client.post(reverse("new_macro"), WORDED | steps)
    macro = Macro.objects.get()
    assert (macro.owner, macro.text) == (olga, "Thank you.")
    assert macro.steps == [["tag", str(refund.pk)], ["priority", "2"], ["assign", ""], ["snooze", "tomorrow"]]

    page = client.get(reverse("macro", args=[macro.pk])).content.decode()
    assert 'value="Refund"' in page
    client.post(reverse("macro", args=[macro.pk]), WORDED | {"text": "Thanks.", "resolve": "on"})
    macro.refresh_from_db()
    assert (macro.text, macro.steps, macro.version) == ("Thanks.", [["resolve", ""]], 1)

    assert "Thanks." in client.get(reverse("new_macro"), {"of": macro.pk}).content.decode()
    client.post(reverse("macro_retirement", args=[macro.pk]))
    assert "Retired: Thanks" in client.get(reverse("all_macros")).content.decode()
    client.post(f"{reverse('macro_retirement', args=[macro.pk])}?undo")
    macro.refresh_from_db()
    assert macro.archived_at is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": ""}, "Write a text or choose a step."),
        ({"text": "{{ customer.firs_name }}"}, "Did you mean {{ customer.first_name }}?"),
        ({"tags": "Refnd"}, "Did you mean Refund?"),
        ({"tags": "zzz"}, "There is no tag zzz."),
        ({"tags": ",".join(map(str, range(11)))}, "At most 10 tags."),
        ({"snooze": "tomorrow", "resolve": "on"}, "Choose one of both."),
        ({"scope": "everybody"}, "everybody is not one of the available choices"),
        ({"shortcut": "a b"}, "Only letters, figures and hyphens."),
        ({"name": " "}, "field is required"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(client: Client, olga: User, given: dict[str, str], said: str) -> None:
    make.tag("Refund")

    answer = client.post(reverse("new_macro"), WORDED | given)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Macro.objects.exists()


def test_of_two_who_word_it_at_once_nobody_loses_anything(client: Client, anna: User) -> None:
    macro, boris = make.macro("Thanks"), make.lead("boris")
    at, form = reverse("macro", args=[macro.pk]), WORDED | {"scope": "everybody"}
    client.post(at, form | {"text": "By Anna."})
    client.force_login(boris)

    answer = client.post(at, form | {"text": "By Boris."})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Anna changed this macro while you typed" in page
    assert "By Anna." in page
    assert "By Boris." in page
    assert 'name="version" value="1"' in page
    client.post(at, form | {"text": "By Boris.", "version": "1"})
    macro.refresh_from_db()
    assert macro.text == "By Boris."


def test_an_agent_reads_what_is_shared_and_changes_nothing_of_it(client: Client, olga: User) -> None:
    macro = make.macro("Shared")

    assert "Team leads change what is shared." in client.get(reverse("macro", args=[macro.pk])).content.decode()
    assert client.post(reverse("macro", args=[macro.pk]), WORDED).status_code == 404
    assert client.post(reverse("macro_retirement", args=[macro.pk])).status_code == 404
    assert client.post(reverse("macro_taking_over", args=[macro.pk])).status_code == 403


def test_nobody_sees_what_others_keep_for_themselves(client: Client, olga: User) -> None:
    boris = make.agent("boris")
    macro = make.macro("Private", by=boris, owner=boris)

    for route in ("macro", "macro_retirement", "macro_key"):
        assert client.post(reverse(route, args=[macro.pk]), WORDED).status_code == 404
    assert client.post(reverse("applied", args=[make.conversation().pk, macro.pk])).status_code == 404
    assert "Private" not in client.get(reverse("all_macros")).content.decode()
    assert "Private" not in client.get(reverse("new_macro"), {"of": macro.pk}).content.decode()


def test_who_leads_takes_over_what_somebody_left(client: Client, anna: User) -> None:
    macro = make.macro_of_a_leaver()
    at = reverse("macro", args=[macro.pk])
    assert "Take it over" in client.get(at).content.decode()

    client.post(reverse("macro_taking_over", args=[macro.pk]))

    macro.refresh_from_db()
    assert macro.owner == anna


def test_a_lead_gives_a_macro_to_a_team(client: Client, anna: User) -> None:
    team = make.team("Service")

    client.post(reverse("new_macro"), WORDED | {"scope": f"team-{team.pk}"})

    assert Macro.objects.get().team == team
    assert (
        f'value="team-{team.pk}" selected'
        in client.get(reverse("macro", args=[Macro.objects.get().pk])).content.decode()
    )


def test_a_key_is_chosen_and_one_that_is_taken_is_said(client: Client, olga: User) -> None:
    thanks, sorry = make.macro("Thanks"), make.macro("Sorry")
    client.post(reverse("macro_key", args=[thanks.pk]), {"digit": "3"})
    client.post(reverse("macro_key", args=[sorry.pk]), {"digit": "3"})

    assert MacroKey.objects.get().macro == thanks
    assert "Thanks is on this key" in client.get(reverse("all_macros")).content.decode()


def test_the_preview_shows_what_a_customer_would_get(client: Client, olga: User) -> None:
    answer = client.post(reverse("macro_preview"), {"text": "Dear {{ customer.first_name }}, <b>\n{{ zzz }}"})

    text = answer.content.decode()
    assert "Dear Elena, &lt;b&gt;<br>" in text
    assert "[zzz?]" in text
    assert "Nobody knows what {{ zzz }} is" in text


def test_the_preview_shows_what_is_written_with_signs(client: Client, olga: User) -> None:
    answer = client.post(reverse("macro_preview"), {"text": "Dear **{{ customer.first_name }}**"})

    assert "<strong>Elena</strong>" in answer.content.decode()


def test_the_list_is_narrowed_searched_and_paged(client: Client, olga: User) -> None:
    for number in range(52):
        make.macro(f"Macro {number:02}")
    make.macro("Own", by=olga, owner=olga)
    make.macro("Of us", team=make.team("Service", olga))
    make.macro("Old").retire(by=make.lead())

    def rows(**given: str | int) -> list[str]:
        return [macro.name for macro in client.get(reverse("all_macros"), given).context["found"].rows]

    first = client.get(reverse("all_macros")).context
    assert len(first["found"].rows) == 50
    assert rows(after=first["found"].after) == ["Macro 50", "Macro 51", "Of us", "Own"]
    assert rows(whose="mine") == ["Own"]
    assert rows(whose="team") == ["Of us"]
    assert len(rows(whose="everybody")) == 50
    assert rows(whose="retired") == ["Old"]
    assert rows(q="OWN") == ["Own"]
    assert rows(q="nothing like it") == []
