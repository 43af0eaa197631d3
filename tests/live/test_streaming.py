"""What happens, as it happens, on the screens of the staff: to whom, and without gaps or doubles."""

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from samovar.accounts.models import Role, User
from samovar.events.announcing import Visibility, announce, announce_many
from samovar.events.models import Event
from samovar.live.fanout import MOST_OF_ONE
from samovar.live.log import MOST_MISSED
from tests import make
from tests.events.kinds import KettleBoiled, KettleEmptied
from tests.live.screens import Screen, Seen, key_of, screen, signed_in
from tests.live.serving import Serving, resident_bytes, serving, wait_until
from tests.postgres import until, until_readable

pytestmark = pytest.mark.django_db(transaction=True)

OURS = "Sec-Fetch-Site: same-origin"


@pytest.fixture
def key() -> str:
    """Return the session of a member of staff."""
    return key_of(signed_in(make.agent()))


def boil(*cups: int, conversation_id: int = 7) -> None:
    """Announce one event for each number, in one transaction; the number is the customer's."""
    with transaction.atomic():
        announce_many(
            [KettleEmptied(customer_id=cup, conversation_id=conversation_id, actor_id=3, title="Tea") for cup in cups]
        )


def customers(found: Screen, count: int) -> list[int]:
    """Return of whom the next events are."""
    return [seen.data["customer_id"] for seen in nexts(found, count)]


def nexts(found: Screen, count: int) -> list[Seen]:
    """Return the next events; the stream may not end before."""
    seen = [found.next() for _ in range(count)]
    assert None not in seen
    return [one for one in seen if one is not None]


def status(front: Serving, key: str, *headers: str, query: str = "") -> int:
    with screen(front, key, *headers, query=query) as found:
        return found.answer.status


def test_a_screen_is_told_what_happens_in_ids_only(front: Serving, key: str) -> None:
    with screen(front, key) as found:
        boil(5)
        [seen] = nexts(found, 1)

    event = Event.objects.get()
    assert seen.data == {"kind": "KettleEmptied", "conversation_id": 7, "customer_id": 5, "actor_id": 3}
    assert seen.id == f"{event.tx}-{event.pk}"
    assert found.answer.one("content-type").startswith("text/event-stream")
    assert found.answer.one("cache-control") == "no-store"
    assert found.answer.one("x-content-type-options") == "nosniff"


def test_restricted_matters_are_not_streamed(front: Serving, key: str) -> None:
    with screen(front, key) as found:
        with transaction.atomic():
            announce(KettleEmptied(customer_id=1, visibility=Visibility.RESTRICTED))
        boil(2)

        assert customers(found, 1) == [2]


@pytest.mark.parametrize(
    "headers",
    [
        ["Sec-Fetch-Site: same-origin", "Origin: http://localhost"],
        ["Origin: http://localhost"],
        ["Referer: http://localhost/conversations/7/"],
    ],
)
def test_a_page_of_ours_may_open_a_stream(front: Serving, key: str, headers: list[str]) -> None:
    assert status(front, key, *headers) == 200


@pytest.mark.parametrize(
    "headers",
    [
        ["Accept: text/event-stream"],
        ["Sec-Fetch-Site: cross-site"],
        ["Sec-Fetch-Site: same-site"],
        ["Sec-Fetch-Site: none"],
        ["Sec-Fetch-Site: cross-site", "Origin: http://localhost"],
        ["Origin: https://evil.example"],
        ["Origin: null"],
        ["Origin: http://localhost.evil.example"],
        ["Origin: http://localhost:81"],
        ["Referer: https://evil.example/?http://localhost/"],
        ["Origin: https://evil.example", "Referer: http://localhost/"],
    ],
)
def test_a_foreign_page_may_not_open_a_stream_with_the_cookie_of_a_victim(
    front: Serving, key: str, headers: list[str]
) -> None:
    assert status(front, key, *headers) == 403


def test_a_foreign_name_for_this_machine_opens_no_stream(front: Serving, key: str) -> None:
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={key}"
    lines = ["GET /stream/ HTTP/1.1", "Host: rebound.example", "Sec-Fetch-Site: same-origin", cookie, "", ""]

    assert front.ask("\r\n".join(lines).encode()).status == 403


def test_only_those_who_are_signed_in_and_may_be_get_a_stream(front: Serving, key: str) -> None:
    gone, expired, forged = signed_in(make.agent()), signed_in(make.agent()), signed_in(make.agent())
    User.objects.filter(pk=gone.session["_auth_user_id"]).update(is_active=False)
    Session.objects.filter(pk=key_of(expired)).update(expire_date=timezone.now())
    data = Session.objects.get(pk=key_of(forged)).session_data
    Session.objects.filter(pk=key_of(forged)).update(session_data=f"{data[:-1]}{'A' if data[-1] != 'A' else 'B'}")

    keys = ["", "guess", '"\\000aaaaaaaaa"', key_of(gone), key_of(expired), key_of(forged)]
    assert [status(front, one) for one in keys] == [403] * 6
    assert status(front, key) == 200


@pytest.mark.parametrize("role", Role)
def test_a_stream_names_conversations_only_to_those_who_may_see_them(front: Serving, role: Role) -> None:
    key = key_of(signed_in(make.user(role=role)))

    assert status(front, key) == (403 if role == Role.EXPERT else 200)


def test_one_session_has_so_many_streams_and_ends_the_oldest(front: Serving, key: str) -> None:
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(screen(front, key)) for _ in range(MOST_OF_ONE + 1)]
        other = stack.enter_context(screen(front, key_of(signed_in(make.agent()))))

        assert found[0].ends()
        boil(5)
        assert [customers(one, 1) for one in (found[1], found[-1], other)] == [[5]] * 3


def test_a_stream_is_only_read(front: Serving) -> None:
    answer = front.ask(b"POST /stream/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")

    assert answer.status == 405


def test_a_screen_that_comes_back_gets_what_it_missed_and_nothing_twice(front: Serving, key: str) -> None:
    with screen(front, key) as found:
        boil(1, 2)
        assert customers(found, 2) == [1, 2]
    boil(3, 4)

    with screen(front, key, OURS, f"Last-Event-ID: {found.last_id}") as again:
        boil(5)
        assert customers(again, 3) == [3, 4, 5]
    with screen(front, key, OURS, f"Last-Event-ID: {again.last_id}", query=f"?after={found.last_id}") as third:
        boil(6)
        assert customers(third, 1) == [6]


@pytest.mark.parametrize("name", ["after", "last_event_id"])
def test_a_page_that_opens_its_first_stream_says_when_it_was_made(front: Serving, key: str, name: str) -> None:
    boil(1)
    until_readable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT events_horizon() - 1")
        [(made_at,)] = cursor.fetchall()
    boil(2)

    with screen(front, key, query=f"?{name}={made_at}-9223372036854775807") as found:
        boil(3)
        assert customers(found, 2) == [2, 3]


def test_a_first_stream_without_a_place_begins_now(front: Serving, key: str) -> None:
    boil(1)
    until_readable()
    with screen(front, key) as found:
        boil(2)

        assert customers(found, 1) == [2]


@pytest.mark.parametrize("place", ["9000000000000-1", "999999999999999999-9223372036854775807"])
def test_a_place_that_never_was_asks_for_the_page_anew(front: Serving, key: str, place: str) -> None:
    with screen(front, key, OURS, f"Last-Event-ID: {place}") as found:
        [seen] = nexts(found, 1)
        boil(4)

        assert (seen.event, customers(found, 1)) == ("reset", [4])


def test_a_place_that_cannot_be_read_counts_as_none(front: Serving, key: str) -> None:
    with screen(front, key, OURS, "Last-Event-ID: 1-2; DROP TABLE events_event") as found:
        boil(4)

        assert customers(found, 1) == [4]


def test_who_missed_too_much_is_asked_to_read_the_page_anew(front: Serving, key: str) -> None:
    boil(1)
    [first] = Event.objects.all()
    boil(*range(2, MOST_MISSED + 3))
    until_readable()

    with screen(front, key, OURS, f"Last-Event-ID: {first.tx}-{first.pk}") as found:
        [seen] = nexts(found, 1)
        boil(9000)

        assert (seen.event, customers(found, 1)) == ("reset", [9000])


def test_nothing_is_missed_or_doubled_while_many_write_and_the_screen_comes_and_goes(front: Serving, key: str) -> None:
    writers, each = 6, 150
    with screen(front, key) as found:
        seen: list[Seen] = []
        last_id = ""
        with ThreadPoolExecutor(writers) as pool:
            done = [pool.submit(_write, number, each) for number in range(writers)]
            seen += nexts(found, 40)
            last_id = seen[-1].id
            chance = random.Random(5)
            while len(seen) < writers * each:
                with screen(front, key, OURS, f"Last-Event-ID: {last_id}") as again:
                    seen += nexts(again, min(chance.randint(1, 80), writers * each - len(seen)))
                    last_id = seen[-1].id
            for one in done:
                one.result()

    with screen(front, key, OURS, f"Last-Event-ID: {last_id}") as rest:
        boil(999_999)
        assert customers(rest, 1) == [999_999]
    positions = [one.position for one in seen]
    assert positions == sorted(positions)
    assert sorted(one.data["customer_id"] for one in seen) == list(range(writers * each))


def _write(writer: int, count: int) -> None:
    """Announce in transactions that begin and end in any order, some of which come to nothing."""
    chance = random.Random(writer)
    try:
        written = 0
        while written < count:
            size = min(chance.randint(1, 5), count - written)
            with transaction.atomic():
                if chance.random() < 0.5:
                    # Takes its number early, and is visible late.
                    announce(KettleBoiled(customer_id=0, visibility=Visibility.RESTRICTED))
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(%s)", [chance.random() * 0.02])
                first = writer * count + written
                announce_many([KettleEmptied(customer_id=first + one) for one in range(size)])
                if chance.random() < 0.2:
                    transaction.set_rollback(True)
                    continue
            written += size
    finally:
        connection.close()


def test_signing_out_ends_the_stream(front: Serving) -> None:
    browser, other = signed_in(make.agent()), signed_in(make.agent())
    with screen(front, key_of(browser)) as found, screen(front, key_of(other)) as stays:
        browser.post("/accounts/logout/")

        assert found.ends()
        assert found.answer.is_complete
        boil(1)
        assert customers(stays, 1) == [1]


def test_a_new_password_or_role_and_a_dismissal_end_the_stream(front: Serving) -> None:
    admin, renewed, raised, gone = make.admin(), make.agent(), make.lead(), make.agent()
    with contextlib.ExitStack() as stack:
        everybody = [
            stack.enter_context(screen(front, key_of(signed_in(user)))) for user in (admin, renewed, raised, gone)
        ]
        renewed.change_password("another long password")
        raised.change_role(Role.ADMIN, by=admin)
        gone.deactivate(by=admin)

        stays, *ended = everybody
        assert all(one.ends() for one in ended)
        boil(1)
        assert customers(stays, 2) == [None, 1], "that somebody left is told too, and is about no customer"


def test_a_screen_is_told_nothing_of_inboxes_that_are_closed_to_its_reader(front: Serving) -> None:
    salary, desk = make.conversation("My salary"), make.conversation(inbox_id=make.inbox("shop@a.example").pk)
    member, other, admin = make.agent(), make.agent(), make.admin()
    team = make.team("Pay", member)
    make.inbox().open_for([team], by=admin)
    until_readable()
    with contextlib.ExitStack() as stack:
        sees, does_not, sees_all = [
            stack.enter_context(screen(front, key_of(signed_in(user)))) for user in (member, other, admin)
        ]
        boil(1, conversation_id=salary.pk)
        boil(2, conversation_id=desk.pk)
        assert customers(sees, 2) == customers(sees_all, 2) == [1, 2]
        assert customers(does_not, 1) == [2]
        last = does_not.last_id

        # From the moment at which the door is next looked at, within seconds, the member is none any more.
        team.change("Pay", [], by=admin)
        numbers = iter(range(3, 1000))
        until(lambda: not _is_told(sees, next(numbers), salary.pk, desk.pk))

    # What was missed is not told later either.
    with screen(front, key_of(signed_in(other)), OURS, f"Last-Event-ID: {last}") as again:
        assert customers(again, 1) == [3 + 1000]


def _is_told(found: Screen, number: int, closed: int, opened: int) -> bool:
    """Tell whether a screen hears of ``number`` in the conversation ``closed``: in ``opened`` it hears of all."""
    boil(number, conversation_id=closed)
    boil(number + 1000, conversation_id=opened)
    return customers(found, 1) == [number] and customers(found, 1) == [number + 1000]


def test_a_screen_that_does_not_keep_up_is_dropped_and_catches_up(front: Serving, key: str) -> None:
    before = resident_bytes(front.front.pid)
    with screen(front, key, small=True) as slow, screen(front, key) as quick:
        rounds = 0
        while not is_cut(front, slow):
            boil(*range(rounds * 400, rounds * 400 + 400))
            assert len(customers(quick, 400)) == 400
            rounds += 1
            assert rounds < 400
        last = quick.last_id
    assert resident_bytes(front.front.pid) - before < 32 * 1024 * 1024

    with screen(front, key, OURS, f"Last-Event-ID: {last}") as again:
        boil(1)
        assert customers(again, 1) == [1]


def is_cut(front: Serving, found: Screen) -> bool:
    """Tell whether the front still has the connection of a screen."""
    host, port = found.connection.getsockname()
    wanted = f"0100007F:{port:04X}"
    lines = Path(f"/proc/{front.front.pid}/net/tcp").read_text(encoding="ascii").splitlines()
    return not any(line.split()[2] == wanted and line.split()[3] == "01" for line in lines[1:])


def test_streams_go_on_when_the_database_cuts_every_connection(front: Serving, key: str) -> None:
    with screen(front, key) as found:
        boil(1)
        assert customers(found, 1) == [1]

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'samovar live'"
            )
            [(cut,)] = cursor.fetchall()
        boil(2)
        boil(3)

        assert cut >= 2
        assert customers(found, 2) == [2, 3]


def test_streams_end_when_the_front_is_told_to_stop(key: str, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "django").write_text(settings.SECRET_KEY, encoding="ascii")
    with serving(tmp_path, 0, DATABASE_URL=database_url) as own, screen(own, key) as found:
        own.front.terminate()

        assert found.ends()
        assert found.answer.is_complete
        wait_until(lambda: own.front.poll() is not None)
