"""SIGKILL on each stage in turn while 500 articles flow: nothing is lost, nothing is told twice."""

import json
import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.articles import TOWNS, mixed
from tests.support.kafka import TestBroker
from tests.support.system import News, System

# Many processes start here; on a busy machine that alone takes minutes.
pytestmark = pytest.mark.timeout(900)

ARTICLES = 500
FEEDS = 10
STAGES = ("poller", "extractor", "enricher", "alerter", "notifier")
REPEAT = "This may be a repeat"
SETTINGS = "processors: { enrichment: on_demand }\n"


def kill_each_stage(system: System, news: list[News]) -> list[str]:
    """Publish in portions; between them kill one stage after the other, whatever it is doing then."""
    chance = random.Random(20260901)
    stages = list(STAGES)
    chance.shuffle(stages)
    portion = len(news) // len(stages)
    killed = []
    for index, stage in enumerate(stages):
        system.publishers.publish(*news[index * portion : (index + 1) * portion])
        time.sleep(chance.uniform(0.3, 2.5))  # a random moment of the work on this portion
        system.wait(lambda stage=stage: stage in system.stages(), 120, f"{stage} to kill")
        system.stages()[stage].send_signal(signal.SIGKILL)
        killed.append(stage)
    system.publishers.publish(*news[len(stages) * portion :])
    return killed


def each_once(system: System, news: list[News], seconds: float) -> None:
    """Every article is in ``enriched`` once by id and revision; every strike was told once on a channel."""
    system.wait(lambda: len(system.enriched()) >= len(news), seconds, "every article enriched")
    system.wait(lambda: len(told(mails(system))) >= len(TOWNS), seconds, "every strike mailed")
    system.wait(lambda: len(told(posts(system))) >= len(TOWNS), seconds, "every strike posted")
    system.wait(lambda: system.tocsin("lag", "--max", "0").returncode == 0, seconds, "nothing left to do")
    assert system.stop() == 0, system.tail()
    enriched = system.enriched()
    assert {item.url for item in enriched} == {system.publishers.url(item) for item in news}
    assert set(Counter((item.id, item.revision) for item in enriched).values()) == {1}
    assert len(enriched) == len(news)
    for messages in (mails(system), posts(system)):
        # A message that was on the wire when its process was killed may come again, and then says so.
        fresh = [key for key, text in messages if REPEAT not in text]
        assert set(Counter(fresh).values()) == {1}
        assert len(set(fresh)) == len(TOWNS)
        assert len(messages) - len(fresh) <= 1
    letters = system.tocsin("--json", "dlq", "list")
    assert json.loads(letters.stdout) == []


def told(messages: list[tuple[str, str]]) -> set[str]:
    return {key for key, _ in messages}


def mails(system: System) -> list[tuple[str, str]]:
    """Alert and text of every mail."""
    found = []
    for mail in list(system.mail.messages):
        body = mail.get_body(("plain",))
        found.append((str(mail["X-Tocsin-Alert"]), "" if body is None else str(body.get_content())))
    return found


def posts(system: System) -> list[tuple[str, str]]:
    """Fallback text (the headline) and blocks of every Slack message."""
    return [(post["text"], json.dumps(post.get("blocks"))) for post in list(system.slack.posts)]


def test_embedded_log(make_system: Callable[..., System]) -> None:
    system = make_system(feeds=FEEDS, settings=SETTINGS)
    news = mixed(ARTICLES)
    system.start()
    assert sorted(kill_each_stage(system, news)) == sorted(STAGES)
    each_once(system, news, 180)


@pytest.mark.kafka
def test_kafka(make_system: Callable[..., System], kafka: TestBroker) -> None:
    kafka.needs_real("a member killed with -9 leaves its group stuck")
    system = make_system(feeds=FEEDS, settings=SETTINGS, log=f"kafka://{kafka.bootstrap}")
    news = mixed(ARTICLES)
    system.start()
    assert sorted(kill_each_stage(system, news)) == sorted(STAGES)
    each_once(system, news, 240)
