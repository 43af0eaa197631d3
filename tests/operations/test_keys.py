"""A key that may be known to others is replaced, and what it has signed is still recognised."""

import stat

from tests.installation import Installation


def test_a_new_key_stands_beside_the_last_one(installation: Installation) -> None:
    folder = installation.home / "secrets"

    said = installation.run("secrets", "renew").stdout
    installation.run("secrets", "renew")

    keys = {path.name: path.read_text() for path in folder.glob("reply*")}
    assert "Start Samovar again" in said
    assert keys.keys() == {"reply", "reply-2", "reply-3"}
    assert len(set(keys.values())) == 3
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in keys} == {0o600}
