"""Elements by which mail programs mark, in HTML, what they quote and how they sign."""

import re

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
    r"""\b(?:class|id|type|data-marker|name)\s*=\s*["']?[^"'>]{0,100}?(?:
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
    r"""\b(?:class|id|name|data-marker)\s*=\s*["']?[^"'>]{0,100}?(?:
    \bdivRplyFwdMsg|\bappendonsend|\bms-outlook-mobile-reference|\b(?:x_)?divtagdefaultwrapper_reply|\breplyForwardMsg|\bOLK_SRC_BODY_SECTION
    |\bOutlookMessageHeader|\bzwchr|\b__DIVIDER__|\bmail-editor-reference-message|\bsamovar-reply-above
    )""",
    re.IGNORECASE | re.VERBOSE,
)
SIGNATURES = re.compile(
    r"""\b(?:class|id|data-marker)\s*=\s*["']?[^"'>]{0,100}?(?:
    \bgmail_signature\b|\bAppleMailSignature|\bmoz-signature|\bms-outlook-mobile-signature|\bms-outlook-ios-signature|\bSignature\b
    |\b__SIG_PRE__|\b__SIG_POST__|\byahoo-signature|\bprotonmail_signature|\bbloop_sign|\bmail-signature|\bmobile-signature
    )""",
    re.IGNORECASE | re.VERBOSE,
)
# Word, as Outlook's editor, draws a line above the header of what it quotes.
LINE_ABOVE = re.compile(r"border\s*:\s*none\s*;\s*border-top\s*:\s*solid\s+#(?:E1E1E1|B5C4DF)", re.IGNORECASE)


def reply_mark(name: str, attributes: str) -> str:
    """Return how the element is to be marked: QUOTE, REST, SIGNATURE, or CITE, "" for not at all."""
    if name not in {"blockquote", "div", "span", "hr", "a", "table", "p", "section"} or not HINT.search(attributes):
        return ""
    if RESTS.search(attributes) or LINE_ABOVE.search(attributes):
        return REST
    if name == "blockquote" and CITED.search(attributes):
        return CITE
    if name not in {"a", "p"} and QUOTES.search(attributes):
        return QUOTE
    return SIGNATURE if SIGNATURES.search(attributes) else ""
