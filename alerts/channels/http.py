"""One HTTP POST, knowing whether the other side can have received it.

urllib raises URLError while it connects and sends (the request did not arrive whole), and other errors once
it waits for the answer (it may have been carried out).
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from config.errors import ChannelError, ChannelPermanent, ChannelTransient, ChannelUnknown

_ANSWER = 4096  # bytes of an answer that are read


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET elsewhere; a redirect is an answer here."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Follow none."""
        del args, kwargs


_opener = urllib.request.build_opener(_NoRedirects)


def post(url: str, body: bytes, headers: Mapping[str, str], seconds: float, where: str) -> Answer:
    """POST and read the answer, whatever its status.

    Raises ChannelTransient where nothing arrived, ChannelUnknown where the answer was lost, ChannelPermanent
    for an address that cannot be used. ``where`` names the other side in errors; the address may be secret.
    """
    try:
        request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310
        if request.type not in {"http", "https"}:
            raise ChannelPermanent(f"{where}: the address must begin with http:// or https://")
        with _opener.open(request, timeout=seconds) as answer:
            return Answer(answer.status, dict(answer.headers), _read(answer))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), _read(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise_lost(error, where)


def raise_lost(error: Exception, where: str) -> NoReturn:
    """Translate an exception of urllib into what it means for the delivery."""
    if isinstance(error, ChannelError):
        raise error
    if isinstance(error, urllib.error.URLError):
        raise ChannelTransient(f"{where} cannot be reached: {error.reason}", whole_channel=True) from error
    if isinstance(error, http.client.InvalidURL) or (
        isinstance(error, ValueError) and not isinstance(error, OSError)
    ):
        raise ChannelPermanent(f"{where}: the address is not valid") from error
    raise ChannelUnknown(f"{where}: the answer was lost: {type(error).__name__}") from error


def raise_for(answer: Answer, where: str, now: datetime) -> None:
    """Nothing for 2xx; otherwise the error that the status means."""
    status = answer.status
    if 200 <= status < 300:
        return
    said = f"{where} answered {status} {' '.join(answer.body.split())[:200]}".rstrip()
    if status == 429 or (status == 503 and "retry-after" in {name.lower() for name in answer.headers}):
        raise ChannelTransient(said, retry_after=retry_after(answer.headers, now), whole_channel=True)
    if status in {408, 425, 500, 502, 503}:
        raise ChannelTransient(said, whole_channel=status != 500)
    if status == 504:
        raise ChannelUnknown(said)
    raise ChannelPermanent(said)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait as Retry-After says, in seconds or as a date; None where it says nothing usable."""
    value = next((text for name, text in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isascii() and value.isdigit() and len(value) < 8:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _read(answer: Any) -> str:
    """The beginning of the answer; a status was there, so a body that breaks off changes nothing."""
    try:
        data: bytes = answer.read(_ANSWER)
    except (OSError, http.client.HTTPException):
        return ""
    return data.decode("utf-8", "replace")
