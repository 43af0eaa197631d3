"""What a page weighs, compressed as it is sent."""

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures
from samovar.accounts.models import User
from samovar.conversations.models import Conversation
from samovar.operations import readiness

BUDGET = {"HTML": 60, "CSS": 25, "JS": 60}
FILES = re.compile(r'(?:src|href)="(/static/[^"]+\.(css|js))"|"(/static/[^"]+\.js)"')


def measure(figures: Figures) -> None:
    """Weigh the page of the longest conversation."""
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.filter(role="agent", is_active=True).order_by("pk")[0])
    longest = Conversation.objects.order_by("-message_count")[0]
    html = client.get(f"/conversations/{longest.pk}/").content
    sizes = {"HTML": len(gzip.compress(html, 6)), "CSS": 0, "JS": 0}
    for address in {found[0] or found[2] for found in FILES.findall(html.decode())}:
        sizes["CSS" if address.endswith(".css") else "JS"] += _size(address)
    for kind, size in sizes.items():
        figures.add(f"{kind} of a conversation", size / 1000, "kB", f"≤ {BUDGET[kind]} kB")


def _size(address: str) -> int:
    name = address.removeprefix(settings.STATIC_URL)
    plain = re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name)
    path = Path(finders.find(name) or finders.find(plain) or settings.STATIC_ROOT / name)
    return len(gzip.compress(path.read_bytes(), 6))


if __name__ == "__main__":
    # A data set that was kept may have the static files of an older version.
    readiness.ensure()
    noted = Figures("Weight")
    measure(noted)
    noted.finish()
