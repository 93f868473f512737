"""Sentences of today's news and of the past: cues one by one, and the labelled reports as a whole."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from benchmarks import newsness as benchmark
from processors.events import newsness, reading

TITLE = "Bridge closed in Leeds after lorry fire"
LEAD = "A bridge in Leeds was closed on Wednesday after a lorry burned out on it, the council said."
FILLER = "The river is forty metres wide there and has two other crossings for cars."


def score(sentence: str, before: str = FILLER, after: str = FILLER) -> float:
    """The score of a sentence in the middle of a report of 4 March 2026, a Wednesday."""
    text = f"{TITLE}\n" + " ".join([LEAD, FILLER, FILLER, before, sentence, after, FILLER, FILLER])
    read = reading.read(text, len(TITLE), "en", date(2026, 3, 4))
    (found,) = [s for s in read.sentences if text[s.start : s.end] == sentence]
    return newsness.sentence_score(read, found)[0]


@pytest.mark.parametrize(
    ("news", "past"),
    [
        ("Trade was brisk on Wednesday.", "Trade was brisk in 2011."),
        ("Trade was brisk on Wednesday.", "Trade was brisk on Tuesday."),
        ("Trade was brisk on Wednesday.", "Trade was brisk on Sunday."),
        ("It was the slowest day since 2011.", "The slowest day was in 2011."),
        ("It went to a man who left in 2011.", "It went to a man in 2011."),
        ("The council will vote in November.", "The council left in November."),
        ("Shares in the haulier fell by two percent.", "Drivers of the haulier met by the river."),
        ("Traffic was diverted through the centre.", "The lorry was painted in the centre."),
        ("The mayor vowed to replace the barrier.", "The mayor served as a captain."),
        ("He told reporters that it was over.", "He wanted a garden by the river."),
        ("It was painted this week.", "It was painted over the past years."),
        ("The owner read it.", "The owner agreed to it."),
        ("Nobody is in the building.", "Nobody had lived in the building."),
        ("The driver left by the back door.", "The driver allegedly left by the back door."),
    ],
)
def test_a_cue_tells_news_from_the_past(news: str, past: str) -> None:
    assert score(news) > score(past) + 0.02


def test_the_wording_of_the_neighbours_counts() -> None:
    told = "The parapet was made of iron."
    past = "He had grown up there before he joined the navy."
    news = "Traffic is still blocked, police said, and trains will be delayed."
    assert score(told, past, past) < score(told) < score(told, news, news)


def test_a_headline_stands_for_itself() -> None:
    read = reading.read(f"{TITLE}\nHe had lived there until 2011.", len(TITLE), "en", date(2026, 3, 4))
    assert newsness.sentence_score(read, read.sentences[0])[0] > 0.7


def test_labelled_reports() -> None:
    chosen = benchmark.samples(benchmark.own())
    current = np.array([now for *_, now in chosen])
    accuracy, area = benchmark.measure(benchmark.scores(chosen), current)
    assert accuracy > 0.78
    assert area > 0.93


def test_golden_letters_fit_the_articles() -> None:
    chosen = list(benchmark.golden_samples())
    current = np.array([now for *_, now in chosen])
    assert benchmark.measure(benchmark.scores(chosen), current)[1] > 0.92
