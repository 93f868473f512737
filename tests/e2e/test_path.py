"""From a feed's entry to a mail and a Slack message, on both logs."""

from collections.abc import Callable

import psutil
import pytest

from tests.support.articles import quiet, strike
from tests.support.kafka import TestBroker
from tests.support.system import System

# Many processes start here; on a busy machine that alone takes minutes.
pytestmark = pytest.mark.timeout(900)


def follow_one_strike(system: System) -> None:
    """Publish a strike and an article that nobody wants; one mail and one post come of it."""
    news = strike(1, "Poltava")
    system.publishers.publish(news, quiet(2))
    system.start()
    system.wait(lambda: len(system.enriched()) == 2, 180, "two enriched documents")
    system.wait(
        lambda: len(system.mail.messages) == 1 and len(system.slack.posts) == 1, 180, "a mail and a post"
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

    answer = system.tocsin("trace", system.publishers.url(strike(1, "Poltava")))
    assert answer.returncode == 0, answer.stderr
    for stage in ("publisher", "poller", "extractor", "enricher", "alerter", "notifier"):
        assert stage in answer.stdout
    assert "drone-strike (current)" in answer.stdout

    # After a clean restart nothing comes again, and news still come through.
    system.start()
    system.publishers.publish(strike(3, "Lviv"))
    system.wait(lambda: len(system.mail.messages) == 2, 180, "the second mail")
    assert system.stop() == 0
    assert len(system.enriched()) == 3
    assert len(system.slack.posts) == 2


@pytest.mark.kafka
def test_kafka(make_system: Callable[..., System], kafka: TestBroker) -> None:
    follow_one_strike(make_system(log=f"kafka://{kafka.bootstrap}"))
