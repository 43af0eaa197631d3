"""What the repository as a whole never holds: paths of somebody's machine, addresses of somebody's registry."""

import re
from pathlib import Path

import pytest

from tests.sources import ROOT, tracked

LOCKS = ["requirements.lock", "requirements-dev.lock"]
# Folders that every Debian has; any other first folder of our own path belongs to one machine only.
EVERYWHERE = {
    "bin",
    "dev",
    "etc",
    "home",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
}


def test_no_file_names_a_path_of_this_machine() -> None:
    own = {str(ROOT), str(Path.home()) + "/"}
    if ROOT.parts[1] not in EVERYWHERE:
        own.add(f"/{ROOT.parts[1]}/")
    path_of_ours = re.compile(rf"(?<![\w.*)}}\]])(?:{'|'.join(re.escape(path) for path in sorted(own))})")
    wrong = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        wrong += [f"{path.relative_to(ROOT)}: {match.group()}" for match in path_of_ours.finditer(text)]
    assert not wrong


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_names_versions_and_hashes_only(name: str) -> None:
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(
            r"[a-z0-9][\w.\[\],-]*==\S+( ; [^;]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|    #.*", line
        ), line
        assert "://" not in line


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8"))
    assert not [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry]


def test_the_development_lock_holds_the_same_versions() -> None:
    versions, development = (
        dict(re.findall(r"^(\S+?)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M)) for name in LOCKS
    )
    assert {name: version for name, version in development.items() if name in versions} == versions


def test_scripts_can_be_run() -> None:
    scripts = [path for path in tracked() if path.parent == ROOT / "scripts" and not path.suffix]
    assert not [str(path) for path in scripts if not path.stat().st_mode & 0o100]


def test_nothing_is_put_off_in_a_comment() -> None:
    put_off = re.compile(r"(?:#|//|/\*|{#|<!--)\s*(?:TODO|FIXME|XXX|HACK)\b")
    texts = [path for path in tracked() if path.suffix in {".py", ".js", ".css", ".html", ".toml", ""}]
    assert not [
        str(path.relative_to(ROOT)) for path in texts if put_off.search(path.read_bytes().decode("utf-8", "ignore"))
    ]


def test_whatever_is_not_checked_says_why() -> None:
    waiver = re.compile(r"# (?:type: ignore(?:\[[\w,-]+\])?|noqa(?:: [A-Z0-9, ]+)?)(?P<why> +[-#] \w.*)?$")
    wrong = []
    for path in tracked():
        lines = path.read_text(encoding="utf-8").splitlines() if path.suffix == ".py" else []
        for number, line in enumerate(lines):
            found = waiver.search(line)
            if found and not found["why"] and not lines[number - 1].strip().startswith("#"):
                wrong.append(f"{path.relative_to(ROOT)}:{number + 1}")
    assert not wrong
