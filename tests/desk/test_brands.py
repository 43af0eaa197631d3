"""Brands: made, changed and retired by administrators; the mail of their inboxes bears their looks."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from samovar.accounts.models import AuditEntry, Brand, Company
from samovar.accounts.naming import call_company
from samovar.channels import letters
from samovar.channels.models import ChannelAccount, Delivery
from samovar.conversations.models import Inbox, Message
from samovar.files.models import StoredFile
from tests import make

pytestmark = pytest.mark.django_db

LEGAL = "Aurora Kids, 7 Harbour Street, Riga"


@pytest.fixture
def anna_client(client: Client) -> Client:
    client.force_login(make.admin("anna"))
    return client


def _typed(**given: object) -> dict[str, object]:
    return {
        "name": "Aurora Kids",
        "accent": "#ffd400",
        "legal_line": LEGAL,
        "language": "ru",
        "sender_form": "brand",
        **given,
    }


def _uploaded(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def _letter(message: Message) -> EmailMessage:
    delivery = Delivery.objects.select_related("message__inbox", "message__conversation").get(message=message)
    return message_from_bytes(letters.write(delivery, ChannelAccount.objects.get()).content, policy=policy.default)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content().replace("\r\n", "\n")
    return content


def test_the_mail_of_an_inbox_bears_the_brand_that_it_belongs_to(anna_client: Client) -> None:
    make.mailbox()
    inbox = make.inbox()
    Inbox.objects.filter(pk=inbox.pk).update(sender_name="")
    typed = _typed(offered=["en"], inboxes=[inbox.pk], logo=_uploaded(make.picture((960, 320))))

    answer = anna_client.post("/brands/new/", typed)

    brand = Brand.objects.get(is_default=False)
    assert answer["Location"] == f"/brands/{brand.pk}/"
    assert (brand.languages, brand.language, brand.logo_width, brand.logo_height) == (["ru", "en"], "ru", 480, 160)
    mail = _letter(make.conversation().reply("It leaves today.", by=make.agent("olga")))
    assert mail["From"] == "Aurora Kids <help@aurora.example>"
    assert _part(mail, "plain") == f"It leaves today.\n\n-- \n{LEGAL}\n"
    page = _part(mail, "html")
    assert LEGAL in page
    assert brand.accent_shown in page
    assert "#ffd400" not in page
    [logo] = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{logo['Content-ID'].strip('<>')}" in page
    assert 'width="240" height="80"' in page
    told = AuditEntry.objects.filter(action__in=["brand-founded", "inbox-branded"]).order_by("pk")
    assert [(one.action, one.by_name) for one in told] == [("brand-founded", "Anna"), ("inbox-branded", "Anna")]


def test_whom_customers_see_is_shown_by_the_reader_and_the_brand_itself(anna_client: Client) -> None:
    brand = make.brand("Acme & Söhne", languages=["en"])

    page = anna_client.get(f"/brands/{brand.pk}/").content.decode()

    assert "The brand: Acme &amp; Söhne<" in page
    assert "The first name and the brand: Anna from Acme &amp; Söhne<" in page
    assert "The person: Anna<" in page
    assert "Aurora" not in page


def test_a_plain_brand_leaves_letters_as_they_were(anna_client: Client) -> None:
    make.mailbox()

    mail = _letter(make.conversation().reply("It leaves today.", by=make.agent("olga")))

    assert _part(mail, "plain") == "It leaves today.\n"
    assert "mail-signature" not in _part(mail, "html")
    assert mail["From"] == "Aurora Home <help@aurora.example>"


def test_what_is_retired_writes_under_the_default_brand_until_it_is_taken_back(anna_client: Client) -> None:
    Brand.objects.create(is_default=True, name="Aurora Home")
    inbox, brand = make.inbox(), make.brand("Aurora Kids")
    Inbox.objects.filter(pk=inbox.pk).belong_to(brand, by=make.admin())
    inbox.refresh_from_db()

    answer = anna_client.post(f"/brands/{brand.pk}/retiring/", follow=True)

    assert "The brand Aurora Kids is retired" in answer.content.decode()
    assert Brand.objects.all().of(inbox.brand_id).is_default
    anna_client.post(f"/brands/{brand.pk}/reviving/")
    assert Brand.objects.all().of(inbox.brand_id) == brand
    anna_client.post(f"/brands/{brand.pk}/", _typed())
    inbox.refresh_from_db()
    assert inbox.brand is None


def test_the_default_brand_cannot_be_retired_and_bears_the_name_of_the_company(anna_client: Client) -> None:
    anna = make.admin()
    call_company("Aurora Home", by=anna)
    default = Brand.objects.get()
    assert (default.name, default.is_default) == ("Aurora Home", True)

    assert anna_client.post(f"/brands/{default.pk}/retiring/").status_code == 404
    call_company("Aurora", by=anna)
    default.refresh_from_db()
    assert default.name == "Aurora"
    entry = AuditEntry.objects.filter(action="brand-changed").get()
    assert (entry.before, entry.after) == ({"name": "Aurora Home"}, {"name": "Aurora"})
    default.change(make.look("Aurora Living"), None, has_no_logo=False, by=anna)
    call_company("Aurora Group", by=anna)
    default.refresh_from_db()
    assert (default.name, Company.current_name()) == ("Aurora Living", "Aurora Group")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"logo": _uploaded(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.svg")},
            "Save it as PNG",
        ),
        ({"logo": _uploaded(b"\x89PNG\r\n\x1a\n<script>alert(1)</script>")}, "Save it as PNG"),
        ({"logo": _uploaded(make.picture() + bytes(2 * 1024 * 1024))}, "larger than 2 MB"),
        ({"accent": "red;}"}, "Write a colour"),
        ({"name": "AURORA home"}, "Another brand is called so"),
        ({"name": "  "}, "This field is required"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)
def test_what_cannot_stand_in_a_brand_is_refused(anna_client: Client, given: dict[str, object], told: str) -> None:
    Brand.objects.create(is_default=True, name="Aurora Home")

    answer = anna_client.post("/brands/new/", _typed(**given))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Brand.objects.count() == 1


def test_a_logo_is_drawn_anew_and_its_bytes_go_with_it(anna_client: Client) -> None:
    hidden = b"<script>alert(1)</script>"
    anna_client.post("/brands/new/", _typed(logo=_uploaded(make.picture(kind="GIF") + hidden)))
    brand = Brand.objects.get(name="Aurora Kids")

    answer = anna_client.get(f"/brands/{brand.pk}/logo/")
    assert (answer["Content-Type"], hidden in answer.content) == ("image/png", False)
    assert "sandbox" in answer["Content-Security-Policy"]
    anna_client.post(f"/brands/{brand.pk}/", _typed(has_no_logo="on"))

    assert anna_client.get(f"/brands/{brand.pk}/logo/").status_code == 404
    assert not StoredFile.objects.exists()


def test_the_preview_shows_what_is_typed_and_stores_nothing(anna_client: Client) -> None:
    brand = make.brand("Aurora Kids")
    typed = {"name": "x", "accent": "#ffd400", "legal_line": "<b>Riga</b>", "brand": str(brand.pk)}

    frames = anna_client.get("/brands/letter/", typed, headers={"HX-Request": "true"}).content.decode()
    english = anna_client.get("/brands/letter/", {**typed, "in": "en"})
    russian = anna_client.get("/brands/letter/", {**typed, "in": "ru"}).content.decode()

    assert "is used instead of #ffd400" in frames
    assert "&lt;b&gt;Riga&lt;/b&gt;" in english.content.decode()
    assert "default-src 'none'" in english["Content-Security-Policy"]
    assert "Здравствуйте, Елена" in russian
    brand.refresh_from_db()
    assert (brand.legal_line, brand.accent) == ("", "#7a3db8")
