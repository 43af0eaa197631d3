"""A mail is spam when the last filter on its way says so, in whatever words."""

from datetime import UTC, datetime

import pytest

from samovar.channels.mail.parsing import parse
from samovar.channels.mail.spam import is_marked_as_spam
from samovar.channels.understanding import Envelope, understand

ARRIVED = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Flag: yes", True),
        ("X-Spam-Flag: NO", False),
        ("X-Spam-Status: Yes, score=9.1 required=5.0", True),
        ("X-Spam-Status: No, score=4.9 tests=YES", False),
        ("X-Spam-Level: **************", False),
        ("X-Spam: Yes", True),
        ("X-Spam: Not detected", False),
        ("X-Barracuda-Spam-Flag: YES", True),
        ("X-Barracuda-Spam-Status: No, SCORE=0", False),
        ("X-Bogosity: Spam, tests=bogofilter", True),
        ("X-Bogosity: Unsure", False),
        ("X-DSPAM-Result: Spam", True),
        ("X-DSPAM-Result: Innocent", False),
        ("X-Spampanel-Class: spam", True),
        ("X-SpamExperts-Class: ham", False),
        ("X-KLMS-AntiSpam-Status: spam", True),
        ("X-KLMS-AntiSpam-Status: not_detected", False),
        ("X-Yandex-Spam: 4", True),
        ("X-Yandex-Spam: 1", False),
        ("X-MS-Exchange-Organization-SCL: 5", True),
        ("X-MS-Exchange-Organization-SCL: 9", True),
        ("X-MS-Exchange-Organization-SCL: 1", False),
        ("X-MS-Exchange-Organization-SCL: -1", False),
        ("X-MS-Exchange-Organization-SCL: high", False),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;CTRY:RU;SCL:6;SRV:;IPV:NLI", True),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCL:-1;SFV:SKN", False),
        ("X-Forefront-Antispam-Report: CIP:1.2.3.4;SCLX:9", False),
        ("X-Spam-Flag: NO\r\nX-Spam-Flag: YES", False),
        ("Subject: X-Spam-Flag: YES", False),
    ],
)
def test_the_marks_of_the_usual_filters_are_understood(field: str, expected: bool) -> None:
    mail = parse(f"From: a@b.example\r\n{field}\r\n\r\nHello".encode(), ARRIVED)

    assert is_marked_as_spam(mail.headers) is expected


@pytest.mark.parametrize(
    ("is_junk", "is_sent", "expected"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_what_lay_in_the_junk_folder_is_spam_and_what_we_sent_is_not(
    is_junk: bool, is_sent: bool, expected: bool
) -> None:
    envelope = Envelope(1, ARRIVED, is_junk=is_junk, is_sent=is_sent)

    assert understand(b"From: a@b.example\r\nTo: c@d.example\r\n\r\nHello", envelope).inbound.is_spam is expected
