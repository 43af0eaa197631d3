"""How much memory the embedded server takes."""

import pytest

from samovar.lib.postgres.tuning import cache_megabytes


@pytest.mark.parametrize(
    ("memory", "stored", "expected"),
    [
        # A new desk, on machines of 512 MB, 4, 24 and 256 GB.
        (512, 0, 128),
        (4_000, 0, 128),
        (24_000, 0, 375),
        (256_000, 0, 512),
        # What is stored fits in, as long as four fifths of the memory are left to others.
        (4_000, 600, 600),
        (4_000, 9_000, 800),
        (24_000, 3_000, 3_000),
        (256_000, 50_000, 4_096),
    ],
)
def test_the_cache_of_the_database_is_as_large_as_what_is_stored(memory: int, stored: int, expected: int) -> None:
    assert cache_megabytes(memory, stored) == expected
