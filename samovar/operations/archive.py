"""The one file of a backup: a dump of the database, the secrets, and a list of both with checksums.

It is a zip without compression (the dump is compressed already), so that anybody can look into it with any tool. The
list comes last: what is cut off has none.
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from samovar import __version__
from samovar.lib.errors import Trouble

FORMAT = 1
LIST = "manifest.json"
DUMP = "database.dump"
SECRET = re.compile(r"secrets/[A-Za-z0-9][A-Za-z0-9_.-]*")
PIECE = 1 << 20

Watch = Callable[[int], None]


@dataclass(frozen=True)
class Part:
    """One member of the archive, as it was written."""

    size: int
    sha256: str


@dataclass
class Contents:
    """What the archive says of itself."""

    format: int = FORMAT
    samovar: str = __version__
    made_at: str = ""
    migrations: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets."""
        return [name.partition("/")[2] for name in self.parts if name != DUMP]


class Source(Protocol):
    """Something to copy from."""

    def read(self, size: int, /) -> bytes:
        """Return the next piece, empty at the end."""
        ...


class Writer:
    """Writes an archive part by part; nothing stands under the final name before all of it is on the disk."""

    def __init__(self, file: zipfile.ZipFile, contents: Contents, watch: Watch) -> None:
        self._file, self._contents, self._watch = file, contents, watch

    def add(self, name: str, source: Source) -> None:
        """Copy ``source`` to its end into the archive, in pieces."""
        size, digest = 0, hashlib.sha256()
        with self._file.open(zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6]), "w", force_zip64=True) as member:
            while piece := source.read(PIECE):
                member.write(piece)
                digest.update(piece)
                size += len(piece)
                self._watch(len(piece))
        self._contents.parts[name] = Part(size, digest.hexdigest())


@contextmanager
def writing(path: Path, migrations: list[str], watch: Watch) -> Iterator[Writer]:
    """Write an archive to ``path``, which changes only at the end and at once; a half file is removed."""
    draft = path.with_name(f"{path.name}.part")
    contents = Contents(made_at=datetime.now(UTC).isoformat(timespec="seconds"), migrations=migrations)
    try:
        # For its owner only from the first byte: it holds the keys and everybody's letters. What lies there is removed
        # and not written into, so that nobody can have put a link or an open file of theirs in its place.
        draft.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(draft, flags, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                yield Writer(archive, contents, watch)
                archive.writestr(LIST, json.dumps(asdict(contents), indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        _keep_name(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


@contextmanager
def reading(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an archive; raises Trouble when it is none, or cut off."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError:
        raise Trouble(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise Trouble(_damaged(path, str(error))) from error


def verify(path: Path, watch: Watch) -> Contents:
    """Read the whole archive and compare every byte with its checksums; raises Trouble when anything differs."""
    with reading(path) as archive:
        contents = _contents(path, archive)
        found = {info.filename: info for info in archive.infolist()}
        if found.keys() != {LIST, *contents.parts}:
            raise Trouble(_damaged(path, "parts are missing or too many"))
        for name, part in contents.parts.items():
            if found[name].file_size != part.size or _digest(archive, name, watch) != part.sha256:
                raise Trouble(_damaged(path, f"{name} is not what was written"))
    return contents


def _keep_name(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _contents(path: Path, archive: zipfile.ZipFile) -> Contents:
    try:
        raw = json.loads(archive.read(LIST))
        contents = Contents(**{**raw, "parts": {name: Part(**part) for name, part in raw["parts"].items()}})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(_damaged(path, f"its list of parts cannot be read: {error}")) from error
    if contents.format > FORMAT:
        raise Trouble(f"{path} was made by a newer Samovar ({contents.samovar}); this is {__version__}: upgrade first.")
    if DUMP not in contents.parts or not all(SECRET.fullmatch(name) for name in contents.parts if name != DUMP):
        raise Trouble(_damaged(path, "it holds something else"))
    return contents


def _digest(archive: zipfile.ZipFile, name: str, watch: Watch) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while piece := member.read(PIECE):
            digest.update(piece)
            watch(len(piece))
    return digest.hexdigest()


def _damaged(path: Path, why: str) -> str:
    return f"{path} is damaged, or no backup of Samovar ({why}). Nothing was changed. Take another backup."
