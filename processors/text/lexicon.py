"""The lexicon: words and phrases to concepts, found in one Aho-Corasick pass.

Lexicons are TOML files, one a language (``processors/lexicons/<language>.toml``); their format is described
in docs/enrichment.md. The longest entry wins where entries overlap, so that 'heart attack' hides 'attack'.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

import ahocorasick

from config.errors import EnrichmentError
from processors.text import letters
from processors.text.inflect import forms

_FOLDER = resources.files("processors") / "lexicons"
_SHARED = "shared.toml"  # frames of all languages but English
EVENT = "ev:"  # concepts of direct triggers are "ev:<event type>"


class Hit(NamedTuple):
    """``text[start:end]`` belongs to these concepts."""

    start: int
    end: int
    concepts: tuple[str, ...]

    def event_types(self) -> list[str]:
        """The event types that this hit triggers directly."""
        return [concept[3:] for concept in self.concepts if concept.startswith(EVENT)]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rule that gives a trigger its type from what stands around it. See docs/enrichment.md.

    Groups of concepts are integers with one bit a concept (``Lexicon.sense``), as there are many to compare.
    """

    type: str  # event type, or "none" to refuse
    on: frozenset[str]  # concepts of the trigger
    near: tuple[int, ...] = ()  # each group must occur within ``window`` on either side
    before: tuple[int, ...] = ()  # ... before the trigger
    after: tuple[int, ...] = ()  # ... after the trigger
    sentence: tuple[int, ...] = ()  # ... in the sentence
    subject: int = 0  # the agent is one of these parties
    object: int = 0  # the patient is one of these parties
    absent: int = 0  # none of these within ``window``
    nowhere: int = 0  # none of these in the sentence
    window: int = 80  # characters
    onto: bool = False  # the name of a place stands right after the trigger
    weight: float = 2.0


class Form(NamedTuple):
    """What may stand around an entry: any ending, the first part of a compound (German)."""

    open_end: bool = False
    open_start: bool = False


class Sense(NamedTuple):
    """What the concepts of a hit amount to."""

    bits: int  # of the concepts that frames ask for
    type: str  # event type that they trigger directly; "" where none
    weight: float  # of that type
    frames: tuple[Frame, ...]  # that could give another type, the heaviest first


@dataclass(frozen=True)
class Lexicon:
    """The compiled lexicon of one language."""

    language: str
    frames: Mapping[str, tuple[Frame, ...]]  # by concept of the trigger
    weights: Mapping[str, float]  # of direct triggers, by event type
    prefixes: tuple[str, ...]  # clitics that may stand before a word (Arabic, Hebrew)
    automaton: Any = field(repr=False)
    bits: Mapping[str, int] = field(default_factory=dict, repr=False)  # by concept that frames ask for
    _senses: dict[tuple[str, ...], Sense] = field(default_factory=dict, repr=False)

    def sense(self, concepts: tuple[str, ...]) -> Sense:
        """What these concepts amount to; worked out once for each combination."""
        found = self._senses.get(concepts)
        if found is None:
            found = self._senses[concepts] = self._sense(concepts)
        return found

    def _sense(self, concepts: tuple[str, ...]) -> Sense:
        best_type, best = "", 0.0
        for event_type in Hit(0, 0, concepts).event_types():
            weight = self.weights.get(event_type, 1.0)
            if weight > best:
                best_type, best = event_type, weight
        frames = dict.fromkeys(frame for concept in concepts for frame in self.frames.get(concept, ()))
        bits = 0
        for concept in concepts:
            bits |= self.bits.get(concept, 0)
        return Sense(bits, best_type, best, tuple(sorted(frames, key=lambda frame: -frame.weight)))

    def find(self, text: str) -> list[Hit]:
        """Hits in ``text``, in order, without overlaps."""
        if not len(self.automaton):
            return []
        lowered = lower(text)
        offsets: list[int] | None = None
        if self.language != "en":
            lowered, offsets = letters.plain(lowered)
        hits = longest(self._bounded(lowered))
        return hits if offsets is None else [_moved(hit, offsets) for hit in hits]

    def _bounded(self, text: str) -> Iterator[Hit]:
        """What the automaton finds, where it stands as a word."""
        size = len(text)
        for last, (length, longer, exact, inner) in self.automaton.iter(text):
            end, concepts = last + 1, exact
            if end < size and ((char := text[end]).isalnum() or char == "_"):
                if not longer:
                    continue
                concepts = longer
                while end < size and _inside(text[end]):
                    end += 1
            start = last + 1 - length
            inside = start and ((char := text[start - 1]).isalnum() or char == "_")
            if not inside or (self.prefixes and self._after_prefix(text, start)):
                yield Hit(start, end, concepts)
            elif inner and (tail := tuple(concept for concept in concepts if concept in inner)):
                while start and _inside(text[start - 1]):
                    start -= 1
                yield Hit(start, end, tail)

    def _after_prefix(self, text: str, start: int) -> bool:
        for prefix in self.prefixes:
            begin = start - len(prefix)
            if begin >= 0 and text.startswith(prefix, begin) and not (begin and _inside(text[begin - 1])):
                return True
        return False


def _moved(hit: Hit, offsets: Sequence[int]) -> Hit:
    """The hit at its place in a text from which marks were left out for the search."""
    return Hit(offsets[hit.start], offsets[hit.end - 1] + 1, hit.concepts)


def lower(text: str) -> str:
    """Lower case with as many code points as ``text`` (offsets stay valid)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def _inside(char: str) -> bool:
    return char.isalnum() or char == "_"


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Leftmost, then longest; what overlaps a kept hit goes, equal spans join their concepts."""
    kept: list[Hit] = []
    last = Hit(-1, -1, ())
    for hit in sorted(hits, key=_leftmost):
        if hit.start >= last.end:
            kept.append(hit)
        elif hit.start == last.start and hit.end == last.end:
            kept[-1] = Hit(last.start, last.end, tuple(dict.fromkeys(last.concepts + hit.concepts)))
        elif hit.end - hit.start > last.end - last.start:
            kept[-1] = hit
        else:
            continue
        last = kept[-1]
    return kept


def _leftmost(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end


def languages() -> frozenset[str]:
    """Languages that have a lexicon."""
    return frozenset(
        entry.name.removesuffix(".toml")
        for entry in _FOLDER.iterdir()
        if entry.name.endswith(".toml") and entry.name != _SHARED
    )


@lru_cache(maxsize=32)
def load(language: str) -> Lexicon:
    """The shipped lexicon of ``language`` (ISO 639-1); an empty one where there is none."""
    path = _FOLDER / f"{language}.toml"
    if not path.is_file():
        return compile_lexicon(language, {})
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        if language != "en":
            data["frames"] = [*data.get("frames", []), *shared_frames()]
        return compile_lexicon(language, data)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise EnrichmentError(f"lexicon {path}: {error}; reinstall or mend it") from error


@lru_cache(maxsize=1)
def shared_frames() -> tuple[dict[str, Any], ...]:
    """The frames that hold in every language but English; each language has its words for their concepts."""
    return tuple(tomllib.loads((_FOLDER / _SHARED).read_text("utf-8"))["frames"])


def source_bytes() -> bytes:
    """Everything that the shipped lexicons say, for the pipeline's version."""
    return b"".join(entry.read_bytes() for entry in sorted(_FOLDER.iterdir(), key=lambda entry: entry.name))


def compile_lexicon(language: str, data: Mapping[str, Any]) -> Lexicon:
    """A lexicon from its parsed TOML."""
    entries: dict[str, dict[str, Form]] = {}
    spell = letters.one_spelling if language != "en" else str
    for concept, words in data.get("concepts", {}).items():
        _collect(entries, concept, words, spell)
    for event_type, words in data.get("triggers", {}).items():
        _collect(entries, EVENT + event_type, words, spell)
    automaton = ahocorasick.Automaton()
    for surface, concepts in entries.items():
        longer = tuple(concept for concept, form in concepts.items() if form.open_end)
        inner = frozenset(concept for concept, form in concepts.items() if form.open_start)
        automaton.add_word(surface, (len(surface), longer, tuple(concepts), inner))
    if entries:
        automaton.make_automaton()
    bits: dict[str, int] = {}
    return Lexicon(
        language=language,
        frames=_by_trigger([_frame(item, bits) for item in data.get("frames", [])]),
        weights=dict(data.get("weights", {})),
        prefixes=tuple(map(letters.one_spelling, data.get("prefixes", ()))),
        automaton=automaton,
        bits=bits,
    )


def _collect(
    entries: dict[str, dict[str, Form]], concept: str, words: str, spell: Callable[[str], str]
) -> None:
    """Add the words of a concept to ``entries``: surface to concepts, and what may stand around it."""
    for entry in words.replace("\n", ",").split(","):
        if not entry.strip():
            continue
        open_start = entry.lstrip().startswith("*")
        for surface, open_end in forms(entry.strip().lstrip("*")):
            concepts = entries.setdefault(spell(surface), {})
            known = concepts.get(concept, Form())
            concepts[concept] = Form(known.open_end or open_end, known.open_start or open_start)


def _by_trigger(frames: Iterable[Frame]) -> dict[str, tuple[Frame, ...]]:
    found: dict[str, list[Frame]] = {}
    for frame in frames:
        for concept in frame.on:
            found.setdefault(concept, []).append(frame)
    return {concept: tuple(members) for concept, members in found.items()}


def _frame(item: Mapping[str, Any], bits: dict[str, int]) -> Frame:
    """A frame; concepts that have no bit yet get one in ``bits``."""

    def group(names: str) -> int:
        found = 0
        for name in names.split():
            found |= bits.setdefault(name, 1 << len(bits))
        return found

    def groups(key: str) -> tuple[int, ...]:
        """'a b' is one group (either); ['a b', 'c'] demands one of a, b and also c."""
        value = item.get(key) or []
        return tuple(map(group, [value] if isinstance(value, str) else value))

    return Frame(
        type=item["type"],
        on=frozenset(item["on"].split()),
        near=groups("near"),
        before=groups("before"),
        after=groups("after"),
        sentence=groups("sentence"),
        subject=group(item.get("subject", "")),
        object=group(item.get("object", "")),
        absent=group(item.get("absent", "")),
        nowhere=group(item.get("nowhere", "")),
        window=item.get("window", 80),
        onto=item.get("onto", False),
        weight=float(item.get("weight", 2.0)),
    )
