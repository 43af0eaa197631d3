"""A letter before it is sent: through the same code as sending, in a frame in which nothing runs."""

from base64 import b64encode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from samovar.accounts.models import Brand
from samovar.accounts.requests import StaffRequest, agents_only
from samovar.channels import letters
from samovar.conversations import drafting, opening
from samovar.conversations.models import Conversation, Draft
from samovar.conversations.models.draft import DraftMode
from samovar.conversations.opening import Opened
from samovar.conversations.pages import conversation_at, looked_at
from samovar.conversations.pictures import Ticket
from samovar.lib.markdown import plain_of
from samovar.lib.media_types import PICTURES

IN_A_FRAME = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: {pictures};"
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@agents_only
@xframe_options_sameorigin
@require_http_methods(["GET", "POST"])
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what the customer gets: by POST what stands around the letter, of what is typed; by GET the letter."""
    conversation = conversation_at(request, pk)
    if request.method == "POST":
        drafting.keep(conversation, DraftMode.REPLY, request.POST.get("text", ""), by=request.user)
        return _around(request, conversation)
    looked_at(request, conversation)
    answer = HttpResponse(_letter(request, conversation))
    answer["Content-Security-Policy"] = IN_A_FRAME.format(pictures=request.build_absolute_uri("/pictures/"))
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _around(request: StaffRequest, conversation: Conversation) -> HttpResponse:
    looked_at(request, conversation)
    opened = opening.opened(request.user, conversation.pk)
    text = opened.drafts.get(DraftMode.REPLY, {}).get("text", "")
    context = {
        "conversation": opened.conversation,
        "subject": letters.subject_of(conversation),
        "voice": opened.voice,
        "fields": _fields(opened),
        "files": [file for file in opened.files if file["mode"] == DraftMode.REPLY],
        "plain": letters.signed_text(plain_of(text), opened.voice),
    }
    return render(request, "channels/_preview.html", context)


def _fields(opened: Opened) -> dict[str, list[str]]:
    on = [chip for chip in opened.chips if chip.is_on]
    return {name: [chip.shown for chip in on if chip.field == name] for name in ("to", "cc", "bcc")}


def _letter(request: StaffRequest, conversation: Conversation) -> str:
    draft = Draft.objects.filter(conversation=conversation, user=request.user, mode=DraftMode.REPLY).first()
    brand, text = Brand.objects.all().of(conversation.inbox.brand_id), draft.text if draft else ""
    pictures = draft.files.filter(file__kind__in=PICTURES).values_list("pk", flat=True) if draft else ()
    known = {pk: Ticket(request.user.pk, 0, attachment_id=pk).url for pk in pictures}
    paper = letters.Stationery(brand, conversation.inbox.voice_of(request.user), _logo(brand))
    return letters.page(text, paper, body=letters.body_of(text, known.get))


def _logo(brand: Brand) -> str:
    if brand.logo is None:
        return ""
    return f"data:{brand.logo.kind};base64,{b64encode(brand.logo.read()).decode()}"
