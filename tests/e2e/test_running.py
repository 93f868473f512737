"""``tocsin run`` as operators know it: signals, reloads, bad records, archives, replays, crashes.

One system serves all tests of this module; each looks at what changes while it runs.
"""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from streams.open import open_broker
from streams.records import OutputRecord
from tests.support.articles import strike
from tests.support.system import RULES, System

# Many processes start here; on a busy machine that alone takes minutes.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("running") / "system") as system:
        system.start()
        for stage in ("poller", "extractor", "enricher", "alerter", "notifier"):
            wait_for_line(system, f"{stage}: ready")
        yield system


def wait_for_line(system: System, line: str, times: int = 1, seconds: float = 180) -> None:
    system.wait(lambda: system.run_log.read_text().count(line) >= times, seconds, f"{line!r} in the log")


def mails_about(system: System, town: str) -> int:
    return sum(town in str(mail["Subject"]) for mail in list(system.mail.messages))


def answers(system: System, *arguments: str) -> object:
    completed = system.tocsin("--json", *arguments)
    assert completed.stdout, completed.stderr
    return json.loads(completed.stdout)


def test_a_reload_changes_what_fires_and_an_invalid_one_changes_nothing(running: System) -> None:
    pids = {stage: process.pid for stage, process in running.stages().items()}
    running.write("rules.yaml", RULES.replace("[ukraine]", "[ukrain]"))
    wait_for_line(running, "reload refused, the old configuration stays", times=5)
    assert 'did you mean "ukraine"?' in running.tail()
    running.publishers.publish(strike(1, "Odesa"))
    running.wait(lambda: mails_about(running, "Odesa") == 1, 180, "a mail under the old rules")

    running.write("rules.yaml", RULES.replace("id: strikes", "id: changed"))
    wait_for_line(running, "alerter: configuration reloaded")
    running.publishers.publish(strike(2, "Lviv"))
    running.wait(lambda: mails_about(running, "Lviv") == 1, 180, "a mail under the new rules")
    rules = {item["alert"]["headline"]: item["alert"]["rule"] for item in answers(running, "alerts", "list")}
    assert {rule for headline, rule in rules.items() if "Lviv" in headline} == {"changed"}
    assert {stage: process.pid for stage, process in running.stages().items()} == pids


def test_sighup_reloads_and_the_number_of_workers_follows_the_configuration(running: System) -> None:
    settings = (running.config_folder / "tocsin.yaml").read_text()
    running.write("tocsin.yaml", settings + "workers: { extractor: 0 }\n")
    running.wait(lambda: "extractor" not in running.stages(), 180, "the extractor to leave")
    running.write("tocsin.yaml", settings)
    running.wait(lambda: "extractor" in running.stages(), 180, "the extractor to come back")
    before = running.run_log.read_text().count("notifier: configuration reloaded")
    assert running.process is not None
    running.process.send_signal(signal.SIGHUP)
    wait_for_line(running, "notifier: configuration reloaded", times=before + 1)


def test_a_record_that_is_no_json_becomes_a_dead_letter_and_the_stage_goes_on(running: System) -> None:
    config = running.config
    broker = open_broker(config)
    producer = broker.producer()
    for topic in ("articles", "documents", "enriched"):
        producer.send(OutputRecord(config.topic(topic), b"k", b"\xff no json \x1b[31m"))
    producer.flush()
    producer.close()
    broker.close()
    running.publishers.publish(strike(3, "Poltava"))
    running.wait(lambda: mails_about(running, "Poltava") == 1, 180, "the mail after the bad records")

    running.wait(lambda: len(answers(running, "dlq", "list")) == 3, 180, "three dead letters")
    letters = answers(running, "dlq", "list")
    assert {letter["stage"] for letter in letters} == {"extractor", "enricher", "alerter"}
    shown = running.tocsin("dlq", "show", letters[0]["id"])
    assert "no json" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert running.tocsin("dlq", "replay", letters[0]["id"]).returncode == 0
    running.wait(lambda: len(answers(running, "dlq", "list")) == 4, 180, "it fails again")


def test_an_archive_goes_through_the_stages_and_tells_nobody(running: System, tmp_path: Path) -> None:
    archive = tmp_path / "old.jsonl"
    text = "A drone hit a depot in Uzhhorod, Ukraine, on Sunday, killing two people, the fire service said."
    lines = [
        {"title": "Drone strike on Uzhhorod", "text": text, "published": "2026-03-01T10:00:00Z"},
        {"title": "Council plans benches", "text": "The council met.", "published": "2026-03-01"},
    ]
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no json\n")
    before = len(running.enriched())
    imported = running.tocsin("--json", "import", str(archive))
    assert imported.returncode == 1
    answer = json.loads(imported.stdout)
    assert answer["imported"] == 2
    assert [item["number"] for item in answer["refused"]] == [3]
    running.wait(lambda: len(running.enriched()) == before + 2, 180, "the archive enriched")
    running.wait(lambda: running.tocsin("lag", "--max", "0").returncode == 0, 180, "nothing left to do")
    listed = [item["alert"] for item in answers(running, "alerts", "list")]
    (alert,) = [alert for alert in listed if "Uzhhorod" in alert["headline"]]
    assert alert["backfill"].startswith("import-")
    running.publishers.publish(strike(4, "Chernivtsi"))
    running.wait(lambda: mails_about(running, "Chernivtsi") == 1, 180, "the mail about today's news")
    assert mails_about(running, "Uzhhorod") == 0


def test_a_replay_reports_then_writes_once_and_sends_nothing(running: System, tmp_path: Path) -> None:
    running.publishers.publish(strike(5, "Rivne"))
    running.wait(lambda: mails_about(running, "Rivne") == 1, 180, "the mail of the live stream")
    sent = len(running.mail.messages)
    changed = tmp_path / "changed.yaml"
    changed.write_text(RULES.replace("id: strikes", "id: wider"))
    question = ("replay", "enriched", "--from", "2026-01-01", "--to", "2100-01-01", "--rules", str(changed))

    tried = answers(running, *question)
    assert tried["new"]["wider"] >= 1
    assert any("Rivne" in alert["headline"] for alert in tried["examples"])
    assert answers(running, *question)["new"] == tried["new"]  # a dry run leaves nothing behind

    written = answers(running, *question, "--execute")
    assert written["new"] == tried["new"]
    assert answers(running, *question, "--execute")["new"] == {}
    again = answers(running, *question, "--execute", "--id", "another")
    assert again["new"] == {}
    listed = [item["alert"] for item in answers(running, "alerts", "list", "--rule", "wider")]
    assert len(listed) == written["new"]["wider"]
    assert {alert["backfill"] for alert in listed} == {written["replay_id"]}
    assert running.tocsin("lag", "--max", "0").returncode == 0
    assert len(running.mail.messages) == sent


def test_a_crashed_supervisor_takes_its_children_along(running: System) -> None:
    children = list(running.stages().values())
    assert len(children) == 5
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive
    running.start()  # for whatever test comes after this one
    running.wait(lambda: len(running.stages()) == 5, 180, "five stages again")
