"""A device with passkeys, as Chromium invents one for tests: its owner touches it and is known to it."""

from playwright.sync_api import CDPSession, Page

OPTIONS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Keyring:
    """The passkeys of one browser; ``is_refused`` makes its owner say no."""

    def __init__(self, page: Page) -> None:
        self._line: CDPSession = page.context.new_cdp_session(page)
        self._line.send("WebAuthn.enable")
        self._id = self._line.send("WebAuthn.addVirtualAuthenticator", {"options": OPTIONS})["authenticatorId"]

    def refuse(self, is_refused: bool = True) -> None:
        """Let the owner say no from now on, or yes again."""
        known = {"authenticatorId": self._id, "isUserVerified": not is_refused}
        self._line.send("WebAuthn.setUserVerified", known)

    @property
    def passkeys(self) -> list[dict[str, object]]:
        """What the device keeps."""
        found: list[dict[str, object]] = self._line.send("WebAuthn.getCredentials", {"authenticatorId": self._id})[
            "credentials"
        ]
        return found
