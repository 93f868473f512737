"""Email: text and HTML, threaded by incident, one message to one address.

The Message-ID is made of the delivery's id, so every attempt carries the same one: servers and programs that
know it drop the repeat.
"""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses, parseaddr
from functools import lru_cache

from alerts.channels.base import Message, Receipt
from alerts.channels.smtp import SmtpConnection
from alerts.render_email import bodies_of, map_of
from alerts.render_title import one_line
from alerts.routing_labels import severity_rank
from config.errors import ChannelPermanent
from config.models.channels import EmailChannel


class _Headers(HeaderRegistry):
    """The standard library makes a new class for every header it sets; these are kept."""

    @lru_cache(maxsize=64)  # noqa: B019 - there is one, and few names of headers
    def __getitem__(self, name: str) -> type:
        return super().__getitem__(name)


_POLICY = SMTP.clone(max_line_length=78, cte_type="7bit", header_factory=_Headers())
# "=_" cannot stand in quoted-printable or base64, so no body holds a boundary; given, none has to be sought.
_BOUNDARIES = ("=_tocsin_1", "=_tocsin_2")


class EmailSender:
    """Sends over one connection that is used again while it is fresh."""

    def __init__(self, settings: EmailChannel) -> None:
        self._settings = settings
        self._connection = SmtpConnection(settings.smtp)

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        mail = compose(message, self._settings)
        sender = _address(self._settings.sender)
        recipient = _address(recipient_of(message))
        answer = self._connection.deliver(sender.addr_spec, recipient.addr_spec, mail.as_bytes())
        return Receipt(mail["Message-ID"], answer)

    def close(self) -> None:
        """Say goodbye to the server. Idempotent."""
        self._connection.close()


def recipient_of(message: Message) -> str:
    """The address in the target 'channel:address'."""
    return message.target.partition(":")[2]


def compose(message: Message, settings: EmailChannel) -> EmailMessage:
    """The mail. Raises ChannelPermanent where an address is none."""
    sender = _address(settings.sender)
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = _address(recipient_of(message))
    mail["Subject"] = subject_of(message)
    mail["Date"] = format_datetime(message.created)
    mail["Message-ID"] = f"<{message.id}@{sender.domain}>"
    if settings.reply_to:
        mail["Reply-To"] = _address(settings.reply_to)
    _thread(mail, message)
    _manners(mail, message, settings, sender)
    picture = map_of(message)
    text, html_text = bodies_of(message, with_map=picture is not None)
    mail.set_content(text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html_text, subtype="html", charset="utf-8", cte="quoted-printable")
    if picture is not None:
        html = mail.get_payload()[1]  # type: ignore[index]
        html.add_related(  # type: ignore[union-attr]
            picture, "image", "png", cid="<map@tocsin>", disposition="inline", filename="map.png"
        )
        html.set_boundary(_BOUNDARIES[1])  # type: ignore[union-attr]
    mail.set_boundary(_BOUNDARIES[0])
    return mail


def subject_of(message: Message) -> str:
    """The title; a reply keeps the title of its thread, for programs that thread by subject."""
    return one_line(f"Re: {message.root_title}" if message.is_reply and message.root_title else message.title)


def _thread(mail: EmailMessage, message: Message) -> None:
    known = [item for item in (message.root, message.previous) if item and _is_message_id(item)]
    if known:
        mail["In-Reply-To"] = known[-1]
        mail["References"] = " ".join(dict.fromkeys(known))


def _manners(mail: EmailMessage, message: Message, settings: EmailChannel, sender: Address) -> None:
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"Tocsin alerts <{message.channel}.tocsin.{sender.domain}>"
    mail["List-Unsubscribe"] = f"<{_unsubscribe(settings, sender)}>"
    mail["X-Tocsin-Delivery"] = message.id
    mail["X-Tocsin-Alert"] = one_line(" ".join(item.alert.id for item in message.items[:10]))
    gravest = max((item.severity for item in message.items), key=severity_rank)
    mail["X-Tocsin-Severity"] = one_line(gravest, 20)
    if severity_rank(gravest) >= severity_rank("high"):
        mail["Importance"] = "high"
    if message.possible_duplicate:
        mail["X-Tocsin-Possible-Duplicate"] = "yes"


def _unsubscribe(settings: EmailChannel, sender: Address) -> str:
    wanted = settings.unsubscribe or ""
    if wanted.startswith(("mailto:", "https:")) and not any(char <= " " or char in "<>" for char in wanted):
        return wanted
    address = parseaddr(settings.reply_to or "")[1] or sender.addr_spec
    return f"mailto:{address}?subject=unsubscribe"


def _address(text: str) -> Address:
    found = getaddresses([text]) if text.isprintable() else []
    name, spec = found[0] if len(found) == 1 else ("", "")
    local, at, domain = spec.rpartition("@")
    if not at or "@" in local or any(char <= " " for char in spec):
        raise ChannelPermanent(f"{one_line(text, 80)!r} is no mail address")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        return Address(display_name=one_line(name, 80), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, MessageError) as error:
        hint = "" if local.isascii() else ": other letters than ASCII before the @ are not supported"
        raise ChannelPermanent(f"{one_line(text, 80)!r} is no mail address{hint}") from error


def _is_message_id(text: str) -> bool:
    return text.startswith("<") and text.endswith(">") and not any(char <= " " for char in text)
