"""From a feed's entry to a mail and a Slack message, on both logs."""

from collections.abc import Callable

import psutil
import pytest

from tests.support.articles import quiet, strike
from tests.support.kafka import TestBroker
from tests.support.system import System


def follow_one_strike(system: System) -> None:
    """Publish a strike and an article that nobody wants; one mail and one post come of it."""
    news = strike(1, "Poltava")
    system.publishers.publish(news, quiet(2))
    system.start()
    system.wait(lambda: len(system.enriched()) == 2, 60, "two enriched documents")
    system.wait(
        lambda: len(system.mail.messages) == 1 and len(system.slack.posts) == 1, 30, "a mail and a post"
    )
    (mail,), (post,) = system.mail.messages, system.slack.posts
    assert "Poltava" in str(mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Drone strike on Poltava kills 2" in body.get_content()
    assert system.publishers.url(news) in body.get_content()
    assert "Poltava" in str(post)


def test_embedded_log(system: System) -> None:
    follow_one_strike(system)
    children = [child.pid for child in system.stages().values()]
    assert len(children) == 5
    assert system.stop() == 0
    assert not any(psutil.pid_exists(pid) for pid in children)
    assert len(system.mail.messages) == 1


@pytest.mark.kafka
def test_kafka(make_system: Callable[..., System], kafka: TestBroker) -> None:
    follow_one_strike(make_system(log=f"kafka://{kafka.bootstrap}"))


def test_the_journey_can_be_traced(system: System) -> None:
    news = strike(1, "Poltava")
    system.publishers.publish(news)
    system.start()
    system.wait(lambda: bool(system.mail.messages), 90, "a mail")
    answer = system.tocsin("trace", system.publishers.url(news))
    assert answer.returncode == 0, answer.stderr
    for stage in ("publisher", "poller", "extractor", "enricher", "alerter", "notifier"):
        assert stage in answer.stdout
    assert "drone-strike (current)" in answer.stdout
    assert system.tocsin("trace", "http://127.0.0.1/never-seen").returncode == 2
