"""Pages leave compressed, files leave as they are."""

import gzip

import pytest
from django.test import Client

from samovar.conversations.inbound import InboundFile
from samovar.conversations.models import Attachment
from tests import make

pytestmark = pytest.mark.django_db


def test_a_page_leaves_compressed(client: Client) -> None:
    client.force_login(make.agent("olga"))

    answer = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert answer["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(answer.content)


def test_a_file_leaves_as_it_is_with_its_length(client: Client) -> None:
    make.received("Look", files=(InboundFile(name="plan.txt", media_type="text/plain", content=b"plan " * 9000),))
    client.force_login(make.agent("olga"))

    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer
    assert answer["Content-Length"] == "45000"
