"""How mail programs of many languages introduce what they quote, and sign for their owner."""

import re

# --- "On Monday, 5 May 2025, Jane <jane@example.com> wrote:" ---------------------------------------------------------

# What such a line begins with, where it is not a weekday or a number. It must be followed by something like a date.
OPENERS = (
    "on|at|am|um|le|el|il|em|op|den|dne|dňa|dnia|w|z|v|på|în|pe|pada|tanggal|vào"
    "|στις|την|на|у|в|во|dana|u|ob|kuupäeval|kuupäev|data|tarih|quoting|zitat|citando|citat"
    "|вы|بتاريخ|في|در|בתאריך|ב|เมื่อ"
)
WEEKDAYS = (
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag"
    "|samstag|sonntag"
    "|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado"
    "|domingo|lunedì|martedì"
    "|mercoledì|giovedì|venerdì|sabato|domenica|segunda|terça|quarta|quinta|sexta|maandag|dinsdag|woensdag"
    "|donderdag|vrijdag"
    "|zaterdag|zondag|måndag|tisdag|onsdag|torsdag|fredag|lördag|söndag|mandag|tirsdag|lørdag|søndag|maanantai|tiistai"
    "|keskiviikko|torstai|perjantai|lauantai|sunnuntai|poniedziałek|wtorek|środa|czwartek|piątek|sobota"
    "|niedziela|pondělí|úterý"
    "|středa|čtvrtek|pátek|neděle|pondelok|utorok|streda|štvrtok|piatok|nedeľa|hétfő|kedd|szerda|csütörtök"
    "|péntek|szombat"
    "|vasárnap|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar"
    "|mo|tu|we|th|fr|sa|su|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sáb|sab|dim|dom"
    "|gio|seg|ter|qua"
    "|qui|sex|mo|di|mi|do|so|ma|di|wo|vr|za|zo|man|tir|ons|tor|tors|fre|lør|søn|mån|tis|lör|sön|ma|ti|ke|to"
    "|pe|la|su|pn|wt"
    "|śr|czw|pt|sob|ndz|po|út|st|čt|pá|so|ne|pon|uto|sri|čet|pet|sub|ned|пн|вт|ср|чт|пт|сб|вс|нд|пон|втр|чет|пет|нед"
    "|δευ|τρί|τετ|πέμ|παρ|σάβ|κυρ|pzt|sal|çar|per|cum|cmt|paz|sze|szo|pr|an|tr|kt|pn|št|sk"
    "|понедельник|вторник|среда|среду|четверг|пятница|пятницу|суббота|субботу|воскресенье"
    "|понеділок|вівторок|середа|четвер|пʼятниця|п'ятниця|субота|неділя"
)
# The word for writing. Where it may stand in the middle of the line, a colon must end the line.
WROTE = (
    "wrote|writes|said|schrieb|schreibt|hat geschrieben|geschrieben|a écrit|ecrit|écrivait|escribió|escribio|ha scritto"
    "|scrisse|scrive|escreveu|schreef|geschreven|skrev|napisał(?:\\(a\\)|a)?|pisze|napsal(?:\\(a\\)|a)?"
    "|napísal(?:\\(a\\)|a)?"
    "|kirjoitti|írta|a scris|написал(?:\\(а\\)|а)?|пишет|писал(?:\\(а\\)|а)?|писали|написав(?:\\(ла\\))?|пише|написа"
    "|пишува|έγραψε|yazdı|va escriure|menulis|đã viết|viết|napisao(?: je|/la)?|napisala|je (?:oseba"
    "|napisal)[^:]{0,80}|написао"
    "|je napisal(?:\\(a\\)|a)?|kirjutas|rakstīja|rašė|写道|寫道|书面|のメール|さんは書きました"
    "|がメールを書きました|は書きました|wrote on|님이 작성|작성"
    "|كتب(?:ت)?|נכתב|כתב(?:ה)?|מאת|نوشت|เขียนว่า|wrote me"
)
ADDRESS = r"[^\s<>@]{1,100}@[^\s<>@]{1,200}\.[^\s<>@]{1,60}"
CLOCK = r"\d{1,2}\s?[:.hч]\s?\d{2}"

# --- Lines of a header that was pasted before a quote: "From: … Sent: … To: … Subject: …" ----------------------------
HEADER_WORDS = {
    "from": (
        "from|von|de|da|van|från|fra|od|lähettäjä|feladó|expéditeur|от|от кого|від|від кого|από|kimden"
        "|gönderen|de la|remitente"
        "|mittente|afzender|afsender|avsändare|avsender|nadawca|odesílatel|odosielateľ|frá|saatja|nuo|no|發件人"
        "|发件人|寄件者|寄件人"
        "|差出人|送信者|보낸 사람|보낸사람|từ|dari|จาก|מאת|من|šalje|pošiljatelj"
    ),
    "sent": (
        "sent|date|gesendet|datum|gesendet am|envoyé|envoyé le|date d[’']envoi|date|enviado|enviado el"
        "|enviada em|enviado em"
        "|fecha|data|inviato|inviato il|verzonden|skickat|sendt|dato|wysłano|wysłane|data wysłania|odesláno"
        "|dátum|odoslané"
        "|elküldve|lähetetty|päivämäärä|päiväys|trimis|отправлено|дата|отправлен|надіслано|дата|изпратено"
        "|στάλθηκε|ημερομηνία"
        "|gönderildi|gönderme|gönderme tarihi|tarih|saadetud|išsiųsta|nosūtīts|poslano|發送時間|发送时间"
        "|发送日期|日期|送信日時|日付"
        "|보낸 날짜|날짜|đã gửi|ngày|terkirim|tanggal|ส่ง|วันที่|נשלח|תאריך|تاريخ الإرسال|التاريخ|تم الإرسال"
    ),
    "to": (
        "to|an|à|a|para|aan|till|til|do|komu|vastaanottaja|címzett|către|кому|до|до кого|to|προς|kime|alıcı"
        "|destinataire"
        "|destinatario|destinatário|ontvanger|modtager|mottagare|adresát|kam|kellele|收件人|宛先|받는 사람"
        "|받는사람|đến|kepada"
        "|ถึง|אל|إلى|за"
    ),
    "cc": "cc|cco|bcc|kopie|copie|copia|cópia|kopi|kopia|kopio|kópia|копия|копія|κοιν|bilgi|másolatot kap|dw"
    "|抄送|副本|참조|สำเนา",
    "subject": (
        "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat|předmět|predmet|tárgy|aihe"
        "|subiect|тема|относно"
        "|θέμα|konu|assumpte|teema|tema|主题|主旨|主題|件名|제목|chủ đề|tiêu đề|subjek|perihal|เรื่อง|נושא|الموضوع"
    ),
    "reply": "reply-to|antwort an|répondre à|responder a|rispondi a|beantwoorden|odpowiedz do|ответить"
    "|важность|importance",
}

# --- "-----Original Message-----" ------------------------------------------------------------------------------------
SEPARATORS = (
    "original message|original|original appointment|original e-?mail|forwarded message|forwarded (?:by|from"
    "|mail)[^\n]{0,80}"
    "|begin forwarded message|reply message|replied message|previous message|ursprüngliche nachricht|originalnachricht"
    "|ursprüngliche e-?mail|weitergeleitete nachricht|original-nachricht|message d[’']origine"
    "|message original|message transféré"
    "|message initial|courriel original|mensaje original|mensaje reenviado|missatge original|messaggio originale"
    "|messaggio inoltrato|mensagem original|mensagem encaminhada|oorspronkelijk bericht|origineel bericht"
    "|doorgestuurd bericht|ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|opprinnelig melding"
    "|oprindelig (?:meddelelse|besked)|original meddelelse|videresendt (?:melding|besked|meddelelse)"
    "|alkuperäinen viesti"
    "|välitetty viesti|wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|wiadomość przesłana"
    "|treść przekazanej wiadomości"
    "|původní zpráva|původní e-mail|přeposlaná zpráva|pôvodná správa|preposlaná správa|eredeti üzenet"
    "|továbbított üzenet"
    "|mesaj original|mesaj redirecționat|исходное сообщение|исходное письмо|оригинальное сообщение"
    "|пересылаемое сообщение"
    "|переадресованное сообщение|пересланное сообщение|пересылаемое письмо|конец пересылаемого сообщения"
    "|первоначальное сообщение"
    "|початкове повідомлення|переслане повідомлення|оригинално съобщение|препратено съобщение|αρχικό μήνυμα"
    "|προωθημένο μήνυμα"
    "|özgün ileti|orijinal mesaj|iletilen mesaj|izvorna poruka|originalna poruka|izvirno sporočilo|原始邮件|原始郵件"
    "|原邮件|转发邮件信息|转发的邮件"
    "|轉寄郵件|回复的原邮件|元のメッセージ|転送メッセージ|원본 메시지|원본 메일|전달된 메시지|tin nhắn gốc"
    "|thư gốc|pesan asli|ข้อความต้นฉบับ"
    "|הודעה מקורית|رسالة أصلية|الرسالة الأصلية"
)
# Apple Mail puts no dashes around it.
BARE_SEPARATORS = (
    "begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:réexpédié|transféré)"
    "|inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reenviada)"
    "|begin doorgestuurd bericht|vidarebefordrat mejl|videresendt mail|rozpoczęcie przekazanej wiadomości"
    "|начало переадресованного сообщения|начало переадресованного письма|начало пересылаемого сообщения"
    "|下面是被转发的邮件"
)
# The line above which helpdesks ask for the answer.
REPLY_ABOVE = (
    "(?:please )?(?:type|write|add|enter|send) your (?:reply|response|answer|comment)s? (?:above"
    "|over) this line|reply above this line"
    "|above this line to reply|(?:bitte )?(?:antworten sie|schreiben sie ihre antwort"
    "|antwort) (?:bitte )?(?:über|oberhalb)"
    " (?:dieser|diese) (?:zeile|linie)|répondre au-dessus de cette ligne|répondez au-dessus de cette ligne"
    "|(?:escriba|responda) (?:su respuesta )?(?:por )?encima de esta línea|пишите (?:ваш "
    "|свой )?ответ выше этой (?:линии|строки|черты)"
    "|(?:введите|напишите|укажите) (?:ваш |свой )?ответ (?:над|выше)(?: этой| этой)? ?(?:линией|строкой"
    "|чертой|линии|строки|черты)"
    "|ответ(?:ьте)? выше этой (?:линии|строки|черты)|ответьте над этой (?:линией|строкой|чертой)"
)

# --- "Sent from my iPhone" -------------------------------------------------------------------------------------------
DEVICE_SIGNATURES = (
    r"(?:this (?:e-?mail|message) was )?sent (?:from|via|with|by|using)\b|from my\b|get \W{0,3}(?:outlook"
    r"|spark|mailbird|bluemail|the)\b"
    r"|(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:von (?:meine[mnr]|unterwegs|yahoo|outlook)|mit (?:der"
    r"|meinem))\b[^\n]{0,80}\b(?:gesendet|gesandt|versandt)"
    r"|gesendet (?:von|mit|aus)\b|(?:von|mit) (?:meinem|meiner) [^\n]{0,40} gesendet"
    r"|envoyé (?:depuis|de|à partir|avec|par)\b|télécharger outlook|obtenir outlook|enviado (?:desde|do|de"
    r"|a partir|con|com|por|via)\b"
    r"|obtener outlook|obter o? ?outlook|obtenga outlook|inviat[oa] (?:da|dal|con|tramite|dallo)\b"
    r"|scarica outlook|ottieni outlook"
    r"|verzonden (?:vanaf|van|met|via|vanuit)\b|verstuurd (?:vanaf|van|met|via)\b|download outlook"
    r"|outlook (?:voor|für|pour|para|per|для|for)\b"
    r"|skickat från\b|sänt från\b|sendt (?:fra|med|via)\b|hämta outlook|hent outlook|lähetetty\b[^\n]{0,40}$"
    r"|hanki outlook"
    r"|wysłan[eoay] (?:z|ze|przez|za pomocą)\b|pobierz outlook|odesláno z|odoslané z|stáhnout outlook"
    r"|elküldve az?\b|iphone-?omról"
    r"|trimis (?:de pe|din|de la)\b|отправлен[оа]? (?:с|со|из|через|от|при помощи)\b|отправлено моим\b"
    r"|послано (?:с|из)\b"
    r"|скачать outlook|получить outlook|надіслано (?:з|із|зі|через)\b|відправлено (?:з|із|зі)\b|изпратено от\b"
    r"|στάλθηκε από\b|iphone[’']?umdan gönderildi|[^\n]{0,40}(?:mdan|den|dan) gönderildi|poslano (?:z|s|sa|iz)\b"
    r"|發自我的|发自我的|来自我的|从我的[^\n]{0,30}发送|從我的[^\n]{0,30}傳送|寄自我的"
    r"|我的[^\n]{0,20}から送信|[^\n]{0,30}から送信|나의 [^\n]{0,30}에서 보냄"
    r"|gửi từ\b|dikirim dari\b|ส่งจาก|נשלח מה|أرسلت من|تم الإرسال من"
)
DEVICES = re.compile(
    r"\b(?:i-?phone|i-?pad|i-?pod|android|blackberry|mobile|phone|cell|galaxy|samsung|huawei|xiaomi|nokia|htc"
    r"|windows|outlook"
    r"|mail(?:box)?|air-?mail|g-?mail|yahoo|thunderbird|proton\w*|sparrow|spark|k-9|typeapp|newton|superhuman"
    r"|app|tablet"
    r"|smartphone|handy|device|gerät|appareil|portable|móvil|celular|telefon\w*|telefoon|mobil\w*|\w*phone|телефон\w*"
    r"|смартфон\w*|планшет\w*|айфон\w*|яндекс\w*|почт[ыу]|устройств\w*)\b|iphone|ipad|android|手机|手機|郵件|邮件",
    re.IGNORECASE,
)
# A parcel is sent from somewhere, too.
PARCEL = re.compile(
    r"\b(?:post(?:e|al|amt)?|dhl|ups|usps|fedex|dpd|gls|hermes|courier|parcel|росси[ия]|почтой|курьер\w*|сдэк"
    r"|cdek|транспортн\w*)\b",
    re.IGNORECASE,
)
EXCUSE = re.compile(
    r"excuse|pardon|forgive|typo|brev|short|spelling|autocorrect|kürze|tippfehler|entschuldig|fautes|извин|опечат|крат",
    re.IGNORECASE,
)
