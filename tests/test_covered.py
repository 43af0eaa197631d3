"""The list of what tests did not reach, on which the full run ends."""

from pathlib import Path

from scripts.covered import Measured, gaps


def _reached(*lines: int, branches: list[tuple[int, int]] | None = None) -> Measured:
    return {"missing_lines": list(lines), "missing_branches": branches or []}


def test_lines_and_branches_that_no_test_took_are_named(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).touch()
    measured = {"a.py": _reached(), "b.py": _reached(7, 8, branches=[(3, 5), (4, -1), (7, 9)])}

    assert list(gaps(["*.py"], tmp_path, measured)) == [
        "b.py: lines never run: 7, 8",
        "b.py: line 3 never led to line 5",
        "b.py: line 4 never led to the end",
        "c.py: no test imports it",
    ]


def test_a_pattern_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    assert list(gaps(["gone.py"], tmp_path, {})) == ["gone.py: there is no such file; mend the list in pyproject.toml"]
