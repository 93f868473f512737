"""What the rules could use: decides whether a document is worth the statistical model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.models.root import Config
from config.models.rules import Condition
from processors.taxonomy import expand
from processors.text.lexicon import lower


@dataclass(frozen=True, slots=True)
class Demand:
    """``everything``: each document is wanted in full (a setting, or a rule without event and keyword)."""

    everything: bool = True
    types: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()  # lower case, cut to a stem where inflected forms count

    def wants(self, types: Iterable[str], text: str) -> bool:
        """Whether a document with these event types and this text can matter to any rule."""
        if self.everything or not self.types.isdisjoint(types):
            return True
        lowered = lower(text)
        return any(word in lowered for word in self.words)


EVERYTHING = Demand()


def of_config(config: Config) -> Demand:
    """The demand of all enabled rules."""
    if config.settings.processors.enrichment == "full":
        return EVERYTHING
    types: set[str] = set()
    words: set[str] = set()
    for rule in config.rules:
        if not rule.enabled:
            continue
        found = list(_leaves(rule.when, config.snippets, depth=0))
        rule_types = {kind for condition in found for kind in expand(condition.events)}
        rule_words = {stem for condition in found for stem in _stems(condition)}
        if not (rule_types or rule_words) or "" in rule_words:
            return EVERYTHING
        types |= rule_types
        words |= rule_words
    return Demand(everything=False, types=frozenset(types), words=frozenset(words))


def _leaves(condition: Condition, snippets: dict[str, Condition], depth: int) -> Iterator[Condition]:
    """The condition and all below it that can make a rule hold; what stands under 'not' cannot."""
    yield condition
    if depth > 20:
        return
    named = [snippets[name] for name in condition.use if name in snippets]
    for below in (*condition.all, *condition.any, *named):
        yield from _leaves(below, snippets, depth + 1)


def _stems(condition: Condition) -> Iterator[str]:
    """The longest piece of each keyword that must stand in any text it matches; '' where there is none."""
    for keyword in condition.keywords:
        term = keyword.term.strip()
        if term.startswith("/"):
            yield ""
        elif " NEAR/" in term:
            yield _stem(term.split(" NEAR/")[0].strip(' "'))
        else:
            yield _stem(term.removeprefix("="))


def _stem(term: str) -> str:
    word = max(lower(term).split(), key=len, default="")
    return word if len(word) <= 4 else word[: max(4, len(word) - 3)]
