"""Subjects without what mail programs put before and after them."""

import re

# Answer, forward and their like, as mail programs of many languages write them.
PREFIX = re.compile(
    r"(?:re|r|aw|antw|antwort|sv|vs|vá|va|odp|ynt|rif|res|rép|rsp|atb|ats|bls|σχετ|απ"
    r"|отв|ответ|на|回复|回覆|答复|答覆|返信|회신|ตอบกลับ|trả lời"
    r"|fw|fwd|wg|tr|doorst|pd|i|vb|vl|fs|ilt|továbbítás|enc|rv|inoltra|yml|πρθ"
    r"|пересл|пер|перес|пересылка|转发|轉寄|転送|전달|chuyển tiếp|automatic reply|auto reply|autoreply|автоответ)"
    r"\s*(?:\[\d+\]|\(\d+\)|\d+|\^\d+)?\s*[:：]\s*",
    re.IGNORECASE,
)
TAG = re.compile(r"\[[^\[\]]{0,80}\]\s*")
COUNTER = re.compile(r"\s*[(\[]\s*\d{1,3}\s*[)\]]\s*$")
LONGEST = 1000


def normalised_subject(subject: str) -> str:
    """Return the subject by which mails are compared: no "Re:", no "[list]", no counters, in small letters."""
    text = " ".join(subject[:LONGEST].split())
    before = None
    while text != before:
        before = text
        text = COUNTER.sub("", PREFIX.sub("", text, count=1)) if PREFIX.match(text) else COUNTER.sub("", text)
        text = TAG.sub("", text, count=1) if (tag := TAG.match(text)) and tag.end() < len(text) else text
    return text.strip().casefold()
