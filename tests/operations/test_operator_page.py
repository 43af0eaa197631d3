"""The operator finds every setting in one table."""

import ast

from samovar.lib import env
from tests.sources import ROOT, modules

PAGE = ROOT / "docs" / "operator.md"
READERS = ("text", "number", "flag", "networks")


def _settings() -> set[str]:
    """Return the names that are read from the environment; a constant beside the call may hold one."""
    found = {"SAMOVAR_HOME"}
    for module in modules():
        constants = {
            ast.unparse(node.targets[0]): node.value.value
            for node in module.tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"env.{name}" for name in READERS}:
                [name, *_] = node.args
                found.add(str(name.value if isinstance(name, ast.Constant) else constants[ast.unparse(name)]))
    return found


def test_every_setting_stands_in_the_table() -> None:
    assert all(hasattr(env, name) for name in READERS)
    listed = {line.split("|")[1].strip(" `") for line in PAGE.read_text(encoding="utf-8").splitlines() if "|" in line}

    assert len(_settings()) > 10
    assert _settings() <= listed
