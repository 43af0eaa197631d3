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


def test_a_word_that_names_no_passing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(faults.VARIABLE, "mail.stored")

    with pytest.raises(WrongSetting, match="SAMOVAR_FAULTS holds 'mail.stored'"):
        faults.wanted()
