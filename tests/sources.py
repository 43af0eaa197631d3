"""The sources of Samovar as the architecture tests read them: files, syntax trees, imports, floors."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "samovar"


@dataclass(frozen=True)
class Module:
    """One Python file of the package; ``name`` is dotted, ``app`` is empty for the files beside the apps."""

    path: Path
    name: str

    @property
    def where(self) -> str:
        """The path as a person writes it."""
        return str(self.path.relative_to(ROOT))

    @property
    def app(self) -> str:
        """The app that the module belongs to."""
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    @property
    def part(self) -> str:
        """The first name below the app: ``models`` for ``conversations/models/draft.py``."""
        parts = self.name.split(".")
        return parts[2] if len(parts) > 2 else ""

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @cached_property
    def imports(self) -> frozenset[str]:
        """Dotted names of all that is imported when the module is, as written (``samovar.lib.env`` or deeper)."""
        return frozenset(_imported(self.tree.body))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _imported(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Try):
            yield from _imported(node.body)
        # What stands under `if TYPE_CHECKING` is not imported when the program runs.


def modules() -> list[Module]:
    """Return all modules of the package without migrations, in the order of their names."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append(Module(path, dotted.removesuffix(".__init__")))
    return found


def imports_of_ours(module: Module, names: set[str]) -> set[str]:
    """Return the modules among ``names`` that ``module`` imports: the longest part of each import that is one."""
    found = set()
    for imported in module.imports:
        while imported not in names and "." in imported:
            imported = imported.rpartition(".")[0]
        if imported in names and imported != module.name and imported != "samovar":
            found.add(imported)
    return found


def floors() -> dict[str, int]:
    """Return the floor of each app, 0 at the bottom, from the contract that import-linter holds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [entry for entry in settings["tool"]["importlinter"]["contracts"] if entry["type"] == "layers"]
    layers = reversed(contract["layers"])
    return {app.strip(): floor for floor, layer in enumerate(layers) for app in layer.split("|")}


def tracked() -> list[Path]:
    """Return every file that git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def templates() -> list[Path]:
    """Return all templates of all apps."""
    return sorted(PACKAGE.glob("*/templates/**/*.html"))


def front_end(ending: str) -> list[Path]:
    """Return our own front-end files that end with ``ending``."""
    return [path for path in sorted(PACKAGE.glob(f"*/static/**/*.{ending}")) if "vendor" not in path.parts]
