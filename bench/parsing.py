"""How the reading of hostile mail grows with its size: of every shape, from 16 kB to 2 MB, in processor time.

A shape that takes more than 2.5 times as long when it is twice as large would let one mail hold up a mailbox.
"""

from collections.abc import Callable
from time import process_time

import bench.ready  # noqa: F401 - first of all, because the models need the settings
from bench.figures import Figures
from tests.channels.shapes import SHAPES, steps

SIZES = [2_000_000 >> half for half in range(7, -1, -1)]
MEGABYTE = 1_000_000
# What takes less than this is lost in what every mail takes; below it nothing can be said of growth.
MEASURABLE_SECONDS = 0.02
TIMES = 3
WORST = 2.5


def seconds(shape: Callable[[int], bytes], size_bytes: int) -> dict[str, float]:
    """Return the least processor time of a few tries, of every step."""
    return {name: min(_timed(step) for _ in range(TIMES)) for name, step in steps(shape(size_bytes))}


def growth(series: list[float]) -> float:
    """Return the most by which the time grew when the size doubled, where it could be measured; 0 when nowhere."""
    pairs = zip(series, series[1:], strict=False)
    return max((after / before for before, after in pairs if before >= MEASURABLE_SECONDS), default=0.0)


def measure(figures: Figures) -> None:
    """Measure every step with every shape; the tables name the worst."""
    of_a_megabyte = SIZES.index(MEGABYTE)
    series: dict[str, list[float]] = {}
    for name, shape in SHAPES.items():
        for size in SIZES:
            for step, taken in seconds(shape, size).items():
                series.setdefault(f"{name}, {step}", []).append(taken)
    for name in sorted(series, key=lambda name: series[name][of_a_megabyte], reverse=True)[:4]:
        figures.add(f"1 MB: {name}", series[name][of_a_megabyte] * 1000, "ms", "< 1,000 ms")
    grown = {name: growth(found) for name, found in series.items()}
    for name in sorted(grown, key=grown.__getitem__, reverse=True)[:6]:
        figures.add(f"doubled: {name}", grown[name], "times", f"≤ {WORST}")


def _timed(step: Callable[[], object]) -> float:
    start = process_time()
    step()
    return process_time() - start


if __name__ == "__main__":
    noted = Figures("Reading hostile mail")
    measure(noted)
    noted.finish()
