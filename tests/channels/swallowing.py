"""A worker that takes in all the mail that waits, one after another, and opens all that came of it as an agent does.

For each mail it prints a line: the seconds that taking it in took, the answers of the pages, and the most memory that
this process ever had, in kilobytes.
"""

import json
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from django.http import StreamingHttpResponse
from django.test import Client

from samovar.accounts.models import User
from samovar.channels.models import RawMail
from samovar.channels.taking_in import take_in_each
from samovar.conversations.models import Attachment


def main() -> None:
    """Take in all that waits."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get())
    for pk in RawMail.objects.order_by("pk").values_list("pk", flat=True):
        began = time.monotonic()
        take_in_each(RawMail.objects.filter(pk=pk))
        seconds = time.monotonic() - began
        codes = sorted({_opened(client, path) for path in _paths(pk)})
        said = {"raw": pk, "seconds": seconds, "codes": codes, "most_kb": _most_kb()}
        sys.stdout.write(f"{json.dumps(said)}\n")
        sys.stdout.flush()


def _most_kb() -> int:
    # What getrusage() says begins with the memory of the process that started this one.
    return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0])


def _paths(pk: int) -> Iterable[str]:
    [(conversation, message)] = RawMail.objects.filter(pk=pk).values_list("message__conversation", "message")
    yield from (f"/conversations/{conversation}/", f"/messages/{message}/html/", f"/messages/{message}/raw/")
    for file in Attachment.objects.filter(message=message).order_by("pk").values_list("pk", flat=True)[:5]:
        yield from (f"/attachments/{file}/", f"/attachments/{file}/picture/")


def _opened(client: Client, path: str) -> int:
    answer = client.get(path)
    if isinstance(answer, StreamingHttpResponse):
        for _piece in answer:
            pass
    return answer.status_code
