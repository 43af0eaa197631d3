"""The layout that house-style.md asks for: who may use whom, how long things are, what is never written."""

import ast
import graphlib
from collections.abc import Iterator

import pytest

from tests.sources import PACKAGE, ROOT, Module, floors, imports_of_ours, modules, tracked

MODULES = modules()
NAMES = {module.name for module in MODULES}
APPS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))

# The "uses" column: what an app may use above floor 1; None is anything below its own floor.
USES: dict[str, set[str] | None] = {
    "accounts": set(),
    "channels": {"conversations"},
    "conversations": set(),
    "customers": set(),
    "demo": None,
    "desk": None,
    "events": set(),
    "files": set(),
    "jobs": set(),
    "lib": set(),
    "live": None,
    "operations": None,
    "ui": set(),
    "wiring": None,
}
VOCABULARY = {"accounts", "customers"}

# Inside an app, from the top; what is not named is an activity module, and stands at ACTIVITY.
LEVELS = {"apps": 7, "urls": 6, "views": 5, "commands": 5, "forms": 4, "models": 2, "errors": 1, "events": 1}
ACTIVITY, PURE = 3, 1

SAYS_NOTHING = {"services", "utils", "common", "helpers", "managers", "signals"}
LONGEST_FILE = {".py": 400, ".js": 120, ".css": 400, ".html": 400}
LONGEST_FUNCTION = 40


def _has_begun(app: str) -> bool:
    """Whether the app is more than a name on its floor."""
    return any(module.app == app and module.part not in {"", "apps"} for module in MODULES)


def test_every_app_uses_only_the_apps_of_its_row() -> None:
    floor = floors()
    wrong = []
    for module in MODULES:
        if not module.app:
            continue
        allowed = USES[module.app]
        for imported in imports_of_ours(module, NAMES):
            other = imported.split(".")[1]
            is_basic = other in VOCABULARY or floor.get(other, 0) < floor["accounts"]
            if other != module.app and not is_basic and allowed is not None and other not in allowed:
                wrong.append(f"{module.where} uses {imported}")
    assert not wrong


def test_every_app_has_a_row_and_a_floor() -> None:
    assert set(APPS) == set(USES) == set(floors())


def test_nobody_knows_the_wiring_and_only_its_start_reads_the_table() -> None:
    wrong = []
    for module in MODULES:
        imported = imports_of_ours(module, NAMES)
        if module.app != "wiring" and any(name.startswith("samovar.wiring") for name in imported):
            wrong.append(f"{module.where} imports the wiring")
        if module.name != "samovar.wiring.apps" and "samovar.wiring.table" in imported:
            wrong.append(f"{module.where} reads the table")
    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_inside_an_app_imports_point_down(app: str) -> None:
    own = _imports_inside(app)
    pure = _without_tables(own)

    def level(name: str) -> int:
        part = (name.split(".") + [""])[2]
        return LEVELS.get(part, PURE if name in pure else ACTIVITY)

    wrong = [
        f"{name} imports {other}" for name, others in own.items() for other in others if level(name) < level(other)
    ]
    assert not wrong


@pytest.mark.parametrize("app", APPS)
def test_inside_an_app_there_are_no_cycles(app: str) -> None:
    try:
        graphlib.TopologicalSorter(_imports_inside(app)).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def _imports_inside(app: str) -> dict[str, set[str]]:
    own = {module.name for module in MODULES if module.app == app and module.part}
    return {module.name: imports_of_ours(module, own) for module in MODULES if module.name in own}


def _without_tables(imports: dict[str, set[str]]) -> set[str]:
    """Modules that reach no model, form or view of their app: formulas and parsers, which anybody may use."""

    def reaches(name: str, seen: frozenset[str]) -> bool:
        if name.split(".")[2] in {"models", "forms", "views", "urls", "commands"}:
            return True
        return any(reaches(other, seen | {name}) for other in imports[name] - seen)

    return {name for name in imports if not reaches(name, frozenset())}


@pytest.mark.parametrize("part", ["models", "events", "queries", "jobs"])
def test_what_is_below_the_views_knows_no_requests(part: str) -> None:
    screen = ("django.http", "django.shortcuts", "django.template")
    assert not [
        f"{module.where} imports {name}"
        for module in MODULES
        if module.part == part
        for name in module.imports
        if name.startswith(screen)
    ]


def test_a_view_says_which_methods_it_knows() -> None:
    wrong = []
    for module in MODULES:
        for node in module.tree.body if module.part == "views" else []:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                named = {ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list}
                is_view = node.args.args[:1] and node.args.args[0].arg == "request"
                if is_view and not any(name.startswith("require_") for name in named):
                    wrong.append(f"{module.where}:{node.lineno} {node.name}")
    assert not wrong


def test_module_names_say_something() -> None:
    named = [path for path in tracked() if path.is_relative_to(PACKAGE)]
    assert not [str(path) for path in named if SAYS_NOTHING & {*path.relative_to(PACKAGE).parts[:-1], path.stem}]


def test_files_fit_their_size() -> None:
    wrong = []
    for path in tracked():
        longest = LONGEST_FILE.get(path.suffix, 400 if path.parent == ROOT / "scripts" else 0)
        lines = len(path.read_text(encoding="utf-8").splitlines()) if longest else 0
        if lines > longest and not {"migrations", "vendor"} & set(path.parts):
            wrong.append(f"{path.relative_to(ROOT)} has {lines} lines, at most {longest} are allowed")
    assert not wrong


def test_functions_fit_on_a_screen() -> None:
    paths = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    wrong = []
    for module in [*MODULES, *(Module(path, path.stem) for path in paths)]:
        for function in module.functions():
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > LONGEST_FUNCTION:
                wrong.append(f"{module.where}:{function.lineno} {function.name} has {lines} lines")
    assert not wrong


@pytest.mark.parametrize("app", [app for app in APPS if _has_begun(app)])
def test_an_app_says_what_it_is_and_runs_nothing_on_import(app: str) -> None:
    module = Module(PACKAGE / app / "__init__.py", f"samovar.{app}")

    assert ast.get_docstring(module.tree), f"{module.where} has no docstring"
    assert len(module.tree.body) == 1, f"{module.where} has code; move it into a module of its own"


def test_packages_have_no_code_in_init() -> None:
    """``models`` and ``events`` are excepted: they name the nouns and the announcements of the app in one place."""
    named = {"models", "events"}
    inner = [module for module in MODULES if module.path.name == "__init__.py" and module.part not in named]
    assert not [module.where for module in inner if module.app and any(_is_code(node) for node in module.tree.body)]


def _is_code(node: ast.stmt) -> bool:
    return not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def test_events_and_activities_say_what_they_mean() -> None:
    wrong = []
    for module in MODULES:
        for node in module.tree.body if module.part not in {"", "apps", "urls"} else []:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                is_public = not node.name.startswith("_")
                if is_public and not ast.get_docstring(node):
                    wrong.append(f"{module.where}:{node.lineno} {node.name} has no docstring")
    assert not wrong


def test_existing_rows_are_saved_by_the_fields_that_changed() -> None:
    wrong = []
    for module in MODULES:
        for function in module.functions():
            made = set(_made_here(function))
            for call in _saves(function):
                receiver = call.func.value  # type: ignore[attr-defined]  # a call of a method
                is_new = isinstance(receiver, ast.Name) and receiver.id in made
                is_super = isinstance(receiver, ast.Call)
                if not is_new and not is_super:
                    wrong.append(f"{module.where}:{call.lineno} saves a row without update_fields")
    assert not wrong


def _saves(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"save", "asave"}:
            keywords = {keyword.arg for keyword in node.keywords}
            if not keywords & {"update_fields", "force_insert", "commit"} and not node.args:
                yield node


def _made_here(function: ast.AST) -> Iterator[str]:
    """Names that hold an object made in this function by calling a class."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.targets[0], ast.Name):
            called = node.value.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name == "model" or name[:1].isupper():
                yield node.targets[0].id


def test_sql_is_never_put_together_from_strings() -> None:
    wrong = []
    for module in MODULES:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and node.args and _runs_sql(node) and _is_built(node.args[0]):
                wrong.append(f"{module.where}:{node.lineno}")
    assert not wrong


def _runs_sql(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"execute", "executemany", "raw", "RawSQL", "copy", "fetch"}


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        # psycopg's own sql.SQL(…).format(…) quotes what it is given.
        is_format = isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        # A call of a method.
        return is_format and isinstance(node.func.value, ast.Constant | ast.Name)  # type: ignore[attr-defined]
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and not isinstance(node.left, ast.Call))


def test_the_web_is_asked_by_one_client_only() -> None:
    clients = {"urllib.request", "http.client", "http.cookiejar", "urllib3", "requests", "httpx", "aiohttp", "pycurl"}
    wrong = []
    for module in MODULES:
        if module.name != "samovar.lib.safe_http" and any(_is_of(name, clients) for name in module.imports):
            wrong.append(f"{module.where} asks the web by itself: samovar.lib.safe_http knows where it may not go")
    assert not wrong


def _is_of(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_every_kind_of_lock_has_a_space_of_its_own() -> None:
    spaces: dict[int, str] = {}
    for module in MODULES:
        for name, number in _lock_spaces(module):
            assert number not in spaces, f"{module.where} locks {name} in the space of {spaces[number]}"
            spaces[number] = f"{module.where}: {name}"
    assert len(spaces) > 4


def _lock_spaces(module: Module) -> Iterator[tuple[str, int]]:
    for node in module.tree.body:
        if isinstance(node, ast.Assign):
            name = ast.unparse(node.targets[0])
            if name in {"LOCKS", "LOCK_SPACE"}:
                yield name, int(ast.literal_eval(node.value))
