"""Subjects by which machines give themselves away, in the languages of their makers."""

import re

AUTO_REPLY = (
    # English
    "automatic reply|automatic response|auto[- ]?reply|auto[- ]?response|auto[- ]?respond(?:er)?"
    "|automated (?:reply|response)"
    "|out of (?:the )?office|out of office autoreply|away from (?:my )?(?:mail|office|desk)"
    "|vacation (?:reply|notice|message)"
    # German, Dutch
    "|automatische (?:antwort|e-?mail-antwort|rückantwort|beantwortung)|autoantwort|abwesenheits(?:notiz"
    "|nachricht|meldung"
    "|benachrichtigung|assistent)|abwesenheit|automatisch antwoord|afwezigheids(?:bericht|assistent)|niet op kantoor"
    # French, Spanish, Catalan, Italian, Portuguese, Romanian
    "|réponse automatique|reponse automatique|absence du bureau|absent du bureau|message d[’']absence"
    "|respuesta automática|respuesta automatica|fuera de (?:la )?oficina|resposta automàtica"
    "|risposta automatica|fuori (?:sede|ufficio)|resposta automática|resposta automatica|fora do escritório"
    "|ausência temporária|ausente do escritório|răspuns automat|raspuns automat|în afara biroului"
    # Swedish, Norwegian, Danish, Finnish, Estonian, Latvian, Lithuanian
    "|automatiskt svar|autosvar|frånvaro(?:meddelande)?|automatisk svar|fravær(?:smelding|smeddelelse|sbesked)?"
    "|ikke på kontoret|automaattinen vastaus|poissaolo(?:ilmoitus|viesti)?|lomavastaus|automaatvastus"
    "|automātiska atbilde"
    "|automatinis atsakymas"
    # Polish, Czech, Slovak, Hungarian, Croatian and Serbian, Slovene
    "|automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź|poza biurem|automatická odpověď|mimo kancelář"
    "|automatická odpoveď|mimo kancelárie|automatikus válasz|házon kívül|irodán kívül|automatski odgovor"
    "|samodejni odgovor"
    # Russian, Ukrainian, Bulgarian, Greek, Turkish
    "|автоответ(?:чик)?|автоматический ответ|авто-ответ|вне офиса|нет на рабочем месте|нет в офисе|отсутствую на работе"
    "|отсутствие на (?:работе|рабочем месте)|нахожусь в отпуске|я в отпуске|автоматична відповідь"
    "|автовідповідь|поза офісом"
    "|автоматичен отговор|извън офиса|αυτόματη απάντηση|εκτός γραφείου|otomatik (?:yanıt|cevap)|ofis dışında"
    # Chinese, Japanese, Korean, Vietnamese, Thai, Indonesian, Hebrew, Arabic
    "|自动回复|自动答复|自動回覆|自動回復|外出自动回复|自動応答|自動返信|不在通知|자동 (?:회신|응답|답장)|부재중"
    "|trả lời tự động|ตอบกลับอัตโนมัติ|balasan otomatis|תשובה אוטומטית|מענה אוטומטי|رد تلقائي"
)
NOT_DELIVERED = (
    # English
    "undelivered mail|undeliverable|undeliver(?:ed|able) (?:mail|message)|(?:e-?)?mail delivery (?:failed"
    "|failure|problem|error"
    "|notification|status|report)|mail delivery|delivery (?:status )?notification"
    "|delivery (?:has )?(?:failed|failure|error"
    "|problem|report|unsuccessful)|failure (?:notice|notification|delivery)|returned (?:e-?)?mail|returned to sender"
    "|non[- ]?deliver(?:able|y)|message (?:delivery|undeliverable|not delivered|could not)"
    "|mail (?:system error|could not be"
    "|not delivered|failure|returned)|mail failed|unable to deliver|unknown address error|user unknown"
    "|postmaster notify"
    "|could not (?:send|deliver)|rejected:|email rejected|your (?:message|mail"
    "|e-?mail)[^:]{0,60} (?:rejected|not delivered"
    "|could not be delivered|undeliverable|bounced)|bounced? (?:mail|message)|error sending"
    "|permanent delivery failure|status of your mail"
    # German, Dutch, Scandinavian, Finnish
    "|unzustellbar|nicht zustellbar|zustell(?:ung|fehler)|nicht zugestellt|onbestelbaar|niet (?:af"
    "|be)geleverd|olevererbar"
    "|kan(?:de)? inte levereras|kan ikke leveres|ikke leveret|ikke levert|uleveret|toimittamaton"
    "|ei voi(?:tu)? toimittaa"
    # French, Spanish, Italian, Portuguese, Romanian
    "|non[- ]remis|non[- ]distribuable|échec de (?:la )?(?:remise|distribution)|no se puede entregar"
    "|no entregado|mensaje no"
    "|devuelto|rechazado|non recapitabile|non consegnat[oa]|mancata consegna|não (?:é possível entregar"
    "|entregue)|nao entregue"
    "|falha na entrega|nelivrat|imposibil de livrat"
    # Polish, Czech, Slovak, Hungarian, Turkish, Greek
    "|niedostarczon[aeyo]|nie można dostarczyć|nedoručiteln|nedoručené|nedoručiteľn|kézbesíthetetlen|kézbesítési hiba"
    "|teslim edilemedi|teslim edilemeyen|μη παραδόσιμο|αδυναμία παράδοσης"
    # Russian, Ukrainian
    "|недоставлен|не доставлен|письмо не доставлено|сообщение не доставлено|ошибка доставки|не удалось доставить"
    "|невозможно доставить|почта не доставлена|возврат (?:письма|почты)|недоставлене|не доставлено"
    # Chinese, Japanese, Korean
    "|退信|系统退信|系統退信|未送达|无法投递|無法傳遞|無法送達|配信(?:不能|エラー|できません)|未送達"
    "|送信(?:エラー|できません)"
    "|配達不能|メールエラー通知|メールが届きません|배달되지 않음|배달할 수 없|전송 실패"
)
DELAYED = (
    "delay(?:ed)?\\b|delivery (?:is )?delayed|could not send message for past|warning: (?:message|could not|e-?mail)"
    "|delivery status notification \\(delay\\)|still being retried|verzögert|verspätet|vertraagd|retardé"
    "|retrasado|in ritardo"
    "|atrasad[ao]|opóźnion|задерж|отложен|затримк|遅延|延迟|延遲|지연"
)


def _at_start(words: str) -> re.Pattern[str]:
    return re.compile(rf"\W{{0,3}}(?:{words})", re.IGNORECASE)


# A person writes "Out of office furniture" or "Abwesenheit von Herrn Kern"; a machine ends, or goes on with a colon.
AUTO_REPLY_SUBJECT = re.compile(
    rf"\W{{0,3}}(?:{AUTO_REPLY})\s*(?:[:：\-–—(\[!,.*]|$|re\b|auto|from\b|notification)", re.IGNORECASE
)
NOT_DELIVERED_SUBJECT = _at_start(NOT_DELIVERED)
DELAYED_SUBJECT = re.compile(DELAYED, re.IGNORECASE)
