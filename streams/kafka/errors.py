"""kafka-python's errors as errors of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as kafka

from config.errors import DeliveryFailed, Fenced, LogError, LogUnavailable

_FENCED = (
    kafka.CommitFailedError,
    kafka.IllegalGenerationError,
    kafka.UnknownMemberIdError,
    kafka.RebalanceInProgressError,
    kafka.FencedInstanceIdError,
    kafka.ProducerFencedError,
    kafka.InvalidProducerEpochError,
)
_REFUSED = (
    kafka.MessageSizeTooLargeError,
    kafka.RecordListTooLargeError,
    kafka.InvalidTopicError,
)
_DENIED = (kafka.AuthorizationError, kafka.SaslAuthenticationFailedError)


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise errors of the tree; ``where`` names the servers."""
    try:
        yield
    except (kafka.KafkaError, OSError) as error:
        raise explain(where, error) from error


def explain(where: str, error: BaseException) -> LogError:
    """What went wrong with the broker, in one line."""
    name, text = type(error).__name__, str(error)
    words = " ".join((text if text.startswith(name) else f"{name} {text}").split())[:300]
    if isinstance(error, _FENCED):
        return Fenced(f"kafka at {where} gave our partitions to another member ({type(error).__name__})")
    if isinstance(error, _REFUSED):
        return DeliveryFailed(f"kafka at {where} refuses a record: {words}")
    if isinstance(error, _DENIED):
        return LogUnavailable(f"kafka at {where} denies access: {words}; check 'kafka' in tocsin.yaml")
    return LogUnavailable(f"kafka at {where} cannot be used: {words}")
