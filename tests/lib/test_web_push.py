"""What devices are told is sealed by the standard, and keys that are none are refused."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from samovar.lib import web_push
from samovar.lib.web_push import LONGEST, WrongKeys, check_keys, decoded, encoded, sealed
from tests.channels.push_service import Device

# RFC 8291, section 5.
READER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
READER_OWN = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
SENDER_OWN = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SECRET, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
TEXT = b"When I grow up, I want to be a watermelon"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(text), "big"), ec.SECP256R1())


def test_the_example_of_the_standard_is_sealed_as_it_says() -> None:
    reader = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(READER))

    made = web_push._sealed(TEXT, reader, decoded(SECRET), private(SENDER_OWN), decoded(SALT))

    assert encoded(made) == SEALED
    assert Device(private(READER_OWN), decoded(SECRET)).open(made) == TEXT


def test_each_word_is_sealed_anew_and_only_its_device_opens_it() -> None:
    one, other = Device(), Device()

    first, second = (sealed("привет".encode(), **one.given) for _number in range(2))

    assert first != second
    assert one.open(first).decode() == "привет"
    with pytest.raises(InvalidTag):
        other.open(first)


def test_what_does_not_fit_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="fit"):
        sealed(b"x" * (LONGEST + 1), **Device().given)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("", SECRET),
        (READER, ""),
        (READER[:-4], SECRET),
        (READER, SECRET[:-2]),
        (encoded(b"\x04" + b"\x01" * 64), SECRET),
        (encoded(b"\x02" + b"\x01" * 32), SECRET),
        ("\u0416" * 87, SECRET),
        (READER, "*" * 22),
    ],
)
def test_keys_that_are_none_are_refused(key: str, secret: str) -> None:
    with pytest.raises(WrongKeys):
        check_keys(key, secret)


def test_the_keys_of_a_browser_are_taken() -> None:
    check_keys(READER, SECRET)
