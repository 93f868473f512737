"""Slack: with a bot token threads and edits, with an incoming webhook plain messages.

slack_sdk speaks the API, its own retries switched off: Slack knows no idempotency key, and a repeat after a
lost answer posts twice. Retrying is the outbox's business.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http.client import HTTPException
from typing import NoReturn

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from alerts.channels.base import Message, Receipt
from alerts.channels.http import Answer, raise_for, raise_lost, retry_after
from alerts.render_slack import blocks_of, fallback_of, root_blocks_of
from config.errors import ChannelPermanent, ChannelTransient, ChannelUnknown
from config.models.channels import SlackChannel

log = logging.getLogger(__name__)
_sdk_log = logging.getLogger(f"{__name__}.sdk")
_sdk_log.setLevel(logging.CRITICAL)  # slack_sdk logs webhook addresses, which are secrets

_TIMEOUT = 20  # seconds

# Errors of chat.postMessage after which it may have been carried out, says Slack's reference.
_PERHAPS = {"internal_error", "fatal_error"}
_RAISED = (SlackClientError, OSError, HTTPException, ValueError)
_LATER = {"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "team_added_to_org"}


class SlackSender:
    """Sends with whichever way is configured."""

    def __init__(self, settings: SlackChannel) -> None:
        self._settings = settings
        self._client: WebClient | None = None
        self._webhook: WebhookClient | None = None
        if settings.token is not None:
            base = settings.api_url if settings.api_url.endswith("/") else settings.api_url + "/"
            self._client = WebClient(
                token=settings.token.get_secret_value(),
                base_url=base,
                timeout=_TIMEOUT,
                retry_handlers=[],
                logger=_sdk_log,
            )
        elif settings.webhook_url is not None:
            self._webhook = WebhookClient(
                settings.webhook_url.get_secret_value(),
                timeout=_TIMEOUT,
                retry_handlers=[],
                logger=_sdk_log,
            )

    def send(self, message: Message) -> Receipt:
        """See :class:`alerts.channels.base.Sender`."""
        if self._client is not None:
            return self._post(self._client, message)
        if self._webhook is not None:
            return self._hook(self._webhook, message)
        raise ChannelPermanent("the slack channel has neither token nor webhook_url")

    def close(self) -> None:
        """Nothing is kept open."""

    def _post(self, client: WebClient, message: Message) -> Receipt:
        _, _, root = (message.root or "").rpartition("/")
        try:
            answer = client.chat_postMessage(
                channel=self._settings.channel or "",
                text=fallback_of(message),
                blocks=blocks_of(message),
                thread_ts=root or None,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": "tocsin_alert", "event_payload": {"delivery": message.id}},
            )
        except _RAISED as error:
            _raise(error)
        if root:
            self._edit_root(client, message, root)
        return Receipt(f"{answer.get('channel') or self._settings.channel}/{answer.get('ts')}")

    def _edit_root(self, client: WebClient, message: Message, root: str) -> None:
        """Let the first message of the thread show how things stand. The reply has told it; this may fail."""
        blocks = root_blocks_of(message)
        if not blocks:
            return
        channel, _, _ = (message.root or "").rpartition("/")
        try:
            client.chat_update(channel=channel, ts=root, text=fallback_of(message), blocks=blocks)
        except (SlackClientError, OSError) as error:
            log.info("slack: the first message of a thread was not edited: %s", type(error).__name__)

    @staticmethod
    def _hook(webhook: WebhookClient, message: Message) -> Receipt:
        try:
            answer = webhook.send(
                text=fallback_of(message),
                blocks=blocks_of(message),
                unfurl_links=False,
                unfurl_media=False,
            )
        except _RAISED as error:
            _raise(error)
        raise_for(Answer(answer.status_code, answer.headers, answer.body), "slack", datetime.now(UTC))
        return Receipt(None, answer.body[:100])


def _raise(error: Exception) -> NoReturn:
    """Translate what slack_sdk raises."""
    if not isinstance(error, SlackApiError):
        if isinstance(error, SlackClientError):
            raise ChannelUnknown(f"slack: the answer was not understood: {type(error).__name__}") from error
        raise_lost(error, "slack")
    response = error.response
    data = response.data if isinstance(response.data, dict) else {}
    code = str(data.get("error") or "")
    if response.status_code == 429 or code in _LATER:
        wait = retry_after(dict(response.headers), datetime.now(UTC))
        raise ChannelTransient(
            f"slack: {code or 'rate limited'}", retry_after=wait, whole_channel=True
        ) from error
    if code in _PERHAPS:
        raise ChannelUnknown(f"slack: {code}: it may have been posted") from error
    if response.status_code >= 500 or not code:
        raise_for(Answer(response.status_code, {}, ""), "slack", datetime.now(UTC))
    raise ChannelPermanent(f"slack: {code}{_hint(code)}") from error


def _hint(code: str) -> str:
    hints = {
        "token_revoked": "; make a new bot token and set it in channels.yaml",
        "invalid_auth": "; check the bot token in channels.yaml",
        "account_inactive": "; the bot was removed from the workspace",
        "not_in_channel": "; invite the bot to the channel",
        "channel_not_found": "; use the channel's id and invite the bot",
        "is_archived": "; the channel is archived",
        "missing_scope": "; give the bot the scope chat:write",
    }
    return hints.get(code, "")
