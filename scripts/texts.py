"""Finds the texts that people read: translated strings of Python files and of templates, app by app."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from scripts.catalogues import Text

# The names by which translation is called, with the place of each argument.
CALLS = {
    "gettext": ("english",),
    "ngettext": ("english", "plural"),
    "pgettext": ("context", "english"),
    "npgettext": ("context", "english", "plural"),
}
LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
CALL_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)")


class NoLiteral(Exception):
    """A text to translate is put together when the program runs, so nobody can translate it beforehand."""


def of_package(package: Path) -> dict[str, set[Text]]:
    """Return the texts of each app; those of files outside of any app, or in the toolkit, belong to ``ui``."""
    found: dict[str, set[Text]] = {}
    for path in sorted([*package.rglob("*.py"), *package.glob("*/templates/**/*.*")]):
        parts = path.relative_to(package).parts
        if "migrations" not in parts:
            app = parts[0] if (package / parts[0] / "apps.py").exists() else "ui"
            source = path.read_text(encoding="utf-8")
            try:
                texts = of_python(source) if path.suffix == ".py" else of_template(source)
                found.setdefault(app, set()).update(texts)
            except NoLiteral as error:
                raise NoLiteral(f"{path}: {error}") from None
    return found


def of_python(source: str) -> Iterator[Text]:
    """Yield the texts of a Python file; raises NoLiteral where a call of gettext has no literal text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places = CALLS.get("gettext" if name == "_" else name.removesuffix("_lazy").removesuffix("_noop"))
            if places:
                arguments = [_literal(argument) for argument in node.args[: len(places)]]
                yield Text(**dict(zip(places, arguments, strict=True)))


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise NoLiteral(f"line {node.lineno} translates something that is no literal text")


def of_template(source: str) -> Iterator[Text]:
    """Yield the texts of a template."""
    for name, arguments in CALL_IN_TEMPLATE.findall(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in re.findall(LITERAL, arguments)]
        yield Text(**dict(zip(CALLS["gettext" if name == "_" else name], texts, strict=True)))
