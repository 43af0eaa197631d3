"""Every package that we ask for is explained, used, and free to pass on."""

import importlib.metadata
import re
import sys
import tomllib

from tests.sources import ROOT, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
MOST = 25
# May be used as a library without a word about our own licence.
LGPL = {"psycopg", "psycopg-binary", "psycopg-pool"}


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", requirement)[0].lower() for requirement in requirements}


def _to_run() -> set[str]:
    return _names(PROJECT["project"]["dependencies"])


def _explained(title: str) -> dict[str, list[str]]:
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def test_every_package_to_run_is_explained() -> None:
    assert set(_explained("To run")) == _to_run()


def test_every_package_to_develop_is_explained() -> None:
    assert set(_explained("To develop")) == _names(PROJECT["dependency-groups"]["dev"])


def test_explanations_are_complete_and_sorted() -> None:
    for title in ("To run", "To develop"):
        rows = _explained(title)
        assert list(rows) == sorted(rows)
        assert not [name for name, cells in rows.items() if len(cells) != 4 or not all(cells)]


def test_few_packages_are_needed_to_run() -> None:
    assert len(_to_run()) <= MOST


def test_no_package_that_runs_asks_for_our_own_licence() -> None:
    locked = re.findall(r"^([\w.-]+)(?:\[.*?\])?==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.M)
    assert not [name for name in locked if name not in LGPL and re.search(r"(?<!L)\bA?GPL|GNU", _licence(name))]


def _licence(name: str) -> str:
    facts = importlib.metadata.metadata(name)
    classifiers = [line for line in facts.get_all("Classifier") or [] if line.startswith("License")]
    licence = facts["License-Expression"] or (facts["License"] or "")[:100]
    assert licence or classifiers, f"{name} does not say its licence"
    return " ".join([licence, *classifiers])


def test_whatever_we_import_is_asked_for_by_name() -> None:
    owners = importlib.metadata.packages_distributions()
    imported = {name.split(".")[0] for module in modules() for name in module.imports} - {"samovar"}
    foreign = imported - set(sys.stdlib_module_names)
    asked = {re.sub(r"[-_.]+", "-", name) for name in _to_run()}

    found = {name: {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(name, [])} for name in foreign}

    assert not {name: owner for name, owner in found.items() if not owner & asked}
