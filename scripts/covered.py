"""Says which branches no test has taken, in the files where every one must be: formulas, parsers, verbs.

usage: python -m scripts.covered REPORT    after: pytest --cov --cov-report=json:REPORT
The files stand in pyproject.toml under [tool.samovar] fully_covered, patterns allowed.
"""

import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent


class Measured(TypedDict):
    """What coverage says of one file; a branch is where it leaves and where it would have arrived."""

    missing_lines: list[int]
    missing_branches: list[tuple[int, int]]


def main(arguments: list[str]) -> int:
    """Read the report named; returns 0 when nothing is missing."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["samovar"]["fully_covered"]
    report = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    left = list(gaps(patterns, ROOT, report["files"]))
    print("\n".join(left) if left else "Tests take every branch of the formulas, parsers and verbs.")
    return 1 if left else 0


def gaps(patterns: list[str], root: Path, measured: dict[str, Measured]) -> Iterator[str]:
    """Yield in words what the tests did not reach in the files that match ``patterns`` below ``root``."""
    for pattern in patterns:
        paths = sorted(path.relative_to(root).as_posix() for path in root.glob(pattern))
        if not paths:
            yield f"{pattern}: there is no such file; mend the list in pyproject.toml"
        for path in paths:
            if path not in measured:
                yield f"{path}: no test imports it"
                continue
            lines, branches = measured[path]["missing_lines"], measured[path]["missing_branches"]
            if lines:
                yield f"{path}: lines never run: {', '.join(map(str, lines))}"
            # A branch out of a line that never ran is said already; a negative line is the way out.
            for start, end in branches:
                if start not in lines:
                    yield f"{path}: line {start} never led to {f'line {end}' if end > 0 else 'the end'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
