"""Points of failure do nothing unless the environment names them; then they kill without a farewell."""

import signal
import subprocess
import sys

import pytest

from samovar.lib import faults
from samovar.lib.env import WrongSetting

PASSING = "from samovar.lib import faults; [faults.point(name) for name in 'abbab']; print('alive')"


@pytest.mark.parametrize(
    ("variable", "expected"), [(None, 0), ("", 0), ("c:1", 0), ("b:4", 0), ("b:3", -signal.SIGKILL), ("c:1, a:2", -9)]
)
def test_a_process_dies_at_the_passing_that_is_named(variable: str | None, expected: int) -> None:
    environment = {} if variable is None else {faults.VARIABLE: variable}

    assert subprocess.run([sys.executable, "-c", PASSING], env=environment, check=False).returncode == expected


@pytest.mark.parametrize("word", ["mail.stored", "mail.stored:x", "mail.stored:1:explode"])
def test_a_word_that_names_no_passing_is_refused(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.VARIABLE, word)

    with pytest.raises(WrongSetting, match=f"SAMOVAR_FAULTS holds '{word}'"):
        faults.wanted()


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        ("kill", -signal.SIGKILL),
        ("crash", -signal.SIGSEGV),
        ("abort", -signal.SIGABRT),
        ("leave", 0),
        ("fail", 1),
        ("stop", 0),
        ("recurse", 1),
        ("stumble", 1),
    ],
)
def test_a_word_says_in_which_other_way_it_dies(harm: str, expected: int) -> None:
    environment = {faults.VARIABLE: f"b:*:{harm}"}

    done = subprocess.run([sys.executable, "-c", PASSING], env=environment, check=False, capture_output=True)

    assert done.returncode == expected
    assert b"alive" not in done.stdout
