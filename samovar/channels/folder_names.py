"""Which folder of a mailbox is for what: by what the server says (RFC 6154), or else by its name in many languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SENT, JUNK = "\\sent", "\\junk"


def _names(text: str) -> frozenset[str]:
    return frozenset(name.strip() for line in text.split("\n") for name in line.split("|") if name.strip())


SENT_NAMES = _names(
    """
    sent|sent items|sent mail|sent messages|sent-mail
    отправленные|отправленные сообщения|отправленная почта
    надіслані|відправлені|адпраўленыя|изпратени|послато|жіберілгендер
    gesendet|gesendete elemente|gesendete objekte|gesendete nachrichten
    envoyés|éléments envoyés|messages envoyés|courrier envoyé
    enviados|elementos enviados|mensajes enviados|itens enviados|mensagens enviadas|enviats
    inviati|inviata|posta inviata|elementi inviati
    verzonden|verzonden items|verzonden berichten
    wysłane|elementy wysłane|odeslané|odeslaná pošta|odoslané|odoslaná pošta|poslano|poslani|poslane poruke
    skickat|skickade|sendt|sendte|sendt post|sendte elementer|lähetetyt|lähetetyt viestit|sent póstur
    saadetud|nosūtītie|nosūtītās|išsiųsti|išsiųsta|elküldött|elküldött elemek|trimise|elemente trimise
    gönderilmiş öğeler|gönderilenler|gönderilmiş postalar|απεσταλμένα|στοιχεία απεσταλμένων
    已发送|已发送邮件|已傳送|寄件備份|送信済み|送信済みアイテム|送信済みメール|보낸 편지함|đã gửi
    נשלח|פריטים שנשלחו|المرسل|البريد المرسل
    """
)
JUNK_NAMES = _names(
    """
    junk|junk e-mail|junk email|junk mail|spam|bulk mail|bulk
    спам|нежелательная почта|нежелательные сообщения|небажана пошта|нежелана поща
    spamverdacht|spam-verdacht|junk-e-mail|unerwünscht|werbung
    courrier indésirable|indésirables|pourriel
    correo no deseado|no deseado|lixo eletrónico|lixo eletrônico|lixo electrónico|correu brossa
    posta indesiderata|indesiderata|ongewenste e-mail|ongewenst
    wiadomości-śmieci|śmieci|nevyžádaná pošta|nevyžiadaná pošta|neželena e-pošta|neželjena pošta
    skräppost|søppelpost|uønsket e-post|uønsket mail|roskaposti|ruslpóstur
    rämpspost|mēstules|brukalai|levélszemét|mesaje nedorite|gereksiz|önemsiz e-posta|istenmeyen
    ανεπιθύμητη αλληλογραφία|ανεπιθύμητα|垃圾邮件|垃圾郵件|迷惑メール|迷惑メールフォルダ
    스팸|정크 메일|thư rác|דואר זבל|البريد غير الهام
    """
)


@dataclass(frozen=True)
class Folder:
    """A folder as the server lists it; ``delimiter`` stands between the levels of names, empty when there are none."""

    name: str
    delimiter: str
    flags: tuple[str, ...]


def find_special(folders: Iterable[Folder]) -> Mapping[str, str]:
    """Return the names of the folders for what was sent and for spam, by SENT and JUNK, as far as there are any."""
    openable = [folder for folder in folders if "\\noselect" not in _flags(folder)]
    found = {}
    for use, names in ((SENT, SENT_NAMES), (JUNK, JUNK_NAMES)):
        marked = [folder for folder in openable if use in _flags(folder)]
        named = [folder for folder in openable if _last_word(folder) in names]
        # Among several of a name the one that lies highest is the mailbox's own.
        if best := min(marked or named, key=_depth, default=None):
            found[use] = best.name
    return found


def _flags(folder: Folder) -> set[str]:
    return {flag.lower() for flag in folder.flags}


def _last_word(folder: Folder) -> str:
    name = folder.name.rpartition(folder.delimiter)[2] if folder.delimiter else folder.name
    return " ".join(name.casefold().split())


def _depth(folder: Folder) -> tuple[int, str]:
    return (folder.name.count(folder.delimiter) if folder.delimiter else 0, folder.name)
