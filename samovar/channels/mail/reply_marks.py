"""Elements by which mail programs mark, in HTML, what they quote and how they sign."""

import re
from collections.abc import Iterable

from samovar.lib.html_tokens import attributes

LONGEST_VALUE = 200
QUOTE = "quote"
CITE = "cite"
REST = "rest"
SIGNATURE = "signature"

HINT = re.compile(
    r"quote|cite|appendonsend|rplyfwdmsg|replyforward|signature|border-top|zwchr|data-marker|olk_src|messageheader"
    r"|js-helper|reply-intro|mailto-quote|msg-body|wrote|original",
    re.IGNORECASE,
)
# Elements that hold a quote, by the program that makes them.
QUOTES = re.compile(
    r"""(?:
    \bgmail_quote(?!_)|\bgmail_extra|\bgmail_attr|\bcite\b|\bmoz-cite-prefix|\bmoz-forward-container|\byahoo_quoted|\byahoo-quoted
    |\bprotonmail_quote|\btutanota_quote|\bzmail_extra|\b__QUOTED_TEXT__|\bcriteo_quote|\bmail-quote|\bemail_quote|\bquote_container
    |\bmailcontainer-quote|\bjs-helper\b|\bmessage-reply|\bQuotedMessage|\bhistory_container|\bwpsmailquote|\bmsg-quote
    |\bairmail_ext|\bbloop_(?:original|markdown)|\bspark_quote|\bmail_quote_block|\bck-quote|\bntes-mailmaster-quote|\bmoz-email-headers
    )""",
    re.IGNORECASE | re.VERBOSE,
)
CITED = re.compile(r"type\s*=\s*[\"']?cite|\bcite\s*=|quote", re.IGNORECASE)
# Elements after which everything is quoted.
RESTS = re.compile(
    r"""(?:
    \bdivRplyFwdMsg|\bappendonsend|\bms-outlook-mobile-reference|\b(?:x_)?divtagdefaultwrapper_reply|\breplyForwardMsg|\bOLK_SRC_BODY_SECTION
    |\bOutlookMessageHeader|\bzwchr|\b__DIVIDER__|\bmail-editor-reference-message|\bsamovar-reply-above
    )""",
    re.IGNORECASE | re.VERBOSE,
)
SIGNATURES = re.compile(
    r"""(?:
    \bgmail_signature\b|\bAppleMailSignature|\bmoz-signature|\bms-outlook-mobile-signature|\bms-outlook-ios-signature|\bSignature\b
    |\b__SIG_PRE__|\b__SIG_POST__|\byahoo-signature|\bprotonmail_signature|\bbloop_sign|\bmail-signature|\bmobile-signature
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Word, as Outlook's editor, draws a line above the header of what it quotes.
LINE_ABOVE = re.compile(r"border\s*:\s*none\s*;\s*border-top\s*:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.IGNORECASE)


def reply_mark(name: str, text: str) -> str:
    """Return how the element is to be marked: QUOTE, REST, SIGNATURE, or CITE, "" for not at all.

    ``text`` are its attributes as they stand.
    """
    if name not in {"blockquote", "div", "span", "hr", "a", "table", "p", "section"} or not HINT.search(text):
        return ""
    given = attributes(text)
    if _says(given, ("class", "id", "name", "data-marker"), RESTS) or LINE_ABOVE.search(text):
        return REST
    if name == "blockquote" and CITED.search(text):
        return CITE
    if name not in {"a", "p"} and _says(given, ("class", "id", "type", "data-marker", "name"), QUOTES):
        return QUOTE
    # Mail.ru gives its signatures an attribute of their own.
    is_signature = "data-signature-widget" in given or _says(given, ("class", "id", "data-marker"), SIGNATURES)
    return SIGNATURE if is_signature else ""


def _says(given: dict[str, str], names: Iterable[str], words: re.Pattern[str]) -> bool:
    return any(words.search(given[name][:LONGEST_VALUE]) for name in names if name in given)
