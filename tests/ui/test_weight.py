"""What a page weighs, and in how many requests it comes."""

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import Context, Template

from samovar.ui import modules, storage
from tests.sources import PACKAGE, front_end

LINKED = re.compile(r'{% static "([\w/-]+\.css)" %}')
SCRIPTS = re.compile(r"""{% static ["']([\w-]+)/js/([\w-]+)\.js["'] %}""")
IMPORTED = re.compile(r'(?:from|import) ?\(?"([\w-]+/[\w-]+)"')
BASE = PACKAGE / "ui" / "templates" / "ui" / "base.html"
HTMX = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"


@pytest.fixture
def collected(settings: LazySettings, tmp_path: Path) -> Path:
    """Return the folder of the static files as production serves them."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "samovar.ui.storage.Storage"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def _stored(name: str) -> str:
    return staticfiles_storage.url(name).removeprefix("/static/")


def test_all_parts_come_in_one_sheet_whose_files_have_their_hashes(collected: Path) -> None:
    sheet = (collected / _stored("ui/css/ui.css")).read_text(encoding="utf-8")

    assert "@import" not in sheet
    assert sheet.count("@layer components") == storage.one_sheet().count("@layer components") > 20
    assert re.search(r"url\(\"\.\./chevron\.[0-9a-f]{12}\.svg\"\)", sheet)


def test_collecting_again_follows_a_change_of_a_part(collected: Path) -> None:
    first = _stored("ui/css/ui.css")
    (collected / "ui" / "css" / "ui.css").write_text("stale", encoding="utf-8")

    call_command("collectstatic", interactive=False, verbosity=0)

    assert _stored("ui/css/ui.css") == first


def test_every_part_is_in_the_sheet() -> None:
    parts = {path.name for path in (PACKAGE / "ui" / "static" / "ui" / "css").glob("*.css")} - {"ui.css"}
    sheet = (PACKAGE / "ui" / "static" / "ui" / "css" / "ui.css").read_text(encoding="utf-8")

    assert set(storage.IMPORT.findall(sheet)) == parts


def test_the_style_of_the_parts_leaves_room_for_the_screens() -> None:
    """Of the 25 kB of a page."""
    assert len(gzip.compress(storage.one_sheet().encode())) <= 12_000


def test_the_style_of_any_page_is_at_most_25_kb() -> None:
    """Of what one page links to, the sheet of all parts included."""
    parts = len(gzip.compress(storage.one_sheet().encode()))
    pages = {page: LINKED.findall(page.read_text(encoding="utf-8")) for page in PACKAGE.rglob("templates/**/*.html")}
    weights = {page.name: parts + sum(map(_weight, sheets)) for page, sheets in pages.items()}

    assert len([page for page, sheets in pages.items() if sheets]) > 20
    assert {page: weight for page, weight in weights.items() if weight > 25_000} == {}


def _weight(sheet: str) -> int:
    return len(gzip.compress(Path(str(finders.find(sheet))).read_bytes()))


def test_the_scripts_of_the_agents_page_are_at_most_60_kb() -> None:
    """The heaviest page: what it links to, with all that those import and htmx, as it is served, each file compressed.

    What is imported only when it is asked for (``import()``) counts too, as if everything had been asked for.
    """
    begun = [page.read_text(encoding="utf-8") for page in (PACKAGE / "desk/templates/desk/inbox.html", BASE)]
    names = {f"{app}/{name}" for page in begun for app, name in SCRIPTS.findall(page)}
    files = {f"{path.parts[-3]}/{path.stem}": path for path in front_end("js") if path.parent.name == "js"}
    loaded = set[str]()
    while wanted := names - loaded:
        loaded |= wanted
        names = {other for name in wanted for other in IMPORTED.findall(files[name].read_text(encoding="utf-8"))}

    assert {"conversations/list-walk", "ui/key-map", "ui/http"} <= loaded
    served = [modules.lean(files[name].read_text(encoding="utf-8")).encode() for name in loaded]
    assert sum(len(gzip.compress(content)) for content in (HTMX.read_bytes(), *served)) <= 60_000


def test_modules_are_served_without_comments_and_their_code_line_by_line(collected: Path) -> None:
    written = (PACKAGE / "ui/static/ui/js/http.js").read_text(encoding="utf-8")
    served = (collected / _stored("ui/js/http.js")).read_text(encoding="utf-8")

    code = [line.strip() for line in written.splitlines() if not line.strip().startswith(("//", "/**"))]
    assert served.splitlines() == [line for line in code if line]


@pytest.mark.parametrize(
    ("source", "served"),
    [
        ("// Why.\n\nlet a = 1; // one\n", "let a = 1; // one\n"),
        ("  /** What. */\n  a();\n", "a();\n"),
        ("/* What. */ a();\n", "/* What. */ a();\n"),
        ("/*\n * What\n // why */ a();\n", "/*\n* What\n// why */ a();\n"),
        ("  /* a */ b(); /* c */\n", "/* a */ b(); /* c */\n"),
        ("a = `one ${two}`;\n  // Why.\n", "a = `one ${two}`;\n"),
        ("a = `one\n  // two\n`;\n  // Why.\n", "a = `one\n  // two\n`;\n  // Why.\n"),
        ('a = "one \\\n  two";\n  // Why.\n', 'a = "one \\\n  two";\n  // Why.\n'),
        ("return\n  a;\n", "return\na;\n"),
    ],
)
def test_of_a_module_only_comments_and_indentation_are_left_out(source: str, served: str) -> None:
    assert modules.lean(source) == served


def test_every_module_can_be_imported_by_name(collected: Path) -> None:
    tag = Template("{% load ui %}{% importmap %}").render(Context({"CSP_NONCE": "n"}))

    assert tag.startswith('<script type="importmap" nonce="n">')
    # The service worker is a program of its own.
    for path in (path for path in front_end("js") if path.parent.name == "js"):
        name = f"{path.parts[-3]}/{path.stem}"
        assert f'"{name}": "/static/{path.parts[-3]}/js/{path.stem}' in tag
