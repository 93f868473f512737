"""rules.yaml: what counts as alarming."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from config.models.base import ONE_OR_MANY, Duration, Identifier, Model, Moment, one_or_many, parse_duration

Status = Literal["current", "background", "planned", "hypothetical", "denied"]
Severity = Literal["info", "low", "medium", "high", "critical"]
Many = Annotated[tuple[str, ...], ONE_OR_MANY]


def _keywords(value: Any) -> Any:
    """Flatten ``[raid, {ar: [..]}]`` into terms with a language each."""
    if value is None:
        return ()
    return [term for item in (value if isinstance(value, list | tuple) else [value]) for term in _terms(item)]


def _terms(item: Any) -> list[Any]:
    if isinstance(item, str):
        return [{"term": item}]
    if isinstance(item, Keyword) or (isinstance(item, dict) and "term" in item):
        return [item]
    by_language = item if isinstance(item, dict) else {}
    pairs = [(word, language) for language, words in by_language.items() for word in one_or_many(words)]
    if not pairs or not all(isinstance(word, str) and word for word, _ in pairs):
        raise ValueError("keywords must be text (put them in quotes), or {ar: [words]} for one language")
    return [{"term": word, "language": language} for word, language in pairs]


class Keyword(Model):
    """A term: inflected forms match by default; '=exact' only itself; '/regex/' in linear time;
    '"a" NEAR/5 "b"' proximity in words."""

    term: str = Field(min_length=1)
    """Word or phrase."""
    language: str | None = None
    """ISO 639-1 code of the language whose inflection applies; default: the document's."""


_WORDS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_TERM = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": _WORDS}]}
Keywords = Annotated[
    tuple[Keyword, ...],
    BeforeValidator(_keywords),
    WithJsonSchema({"anyOf": [_TERM, {"type": "array", "items": _TERM}]}),
]


class Condition(Model):
    """What must hold, all of it together. Nested with all, any and not."""

    regions: Many = ()
    """Regions (ids), any of them."""
    events: Many = Field((), description="Event types or families, see docs/events.md.")
    keywords: Keywords = Field((), description="Any of these.")
    actors: Many = ()
    """Who did it: names or aliases, any of them."""
    targets: Many = ()
    """To whom: names or aliases, any of them."""
    status: Annotated[tuple[Status | Literal["any"], ...], ONE_OR_MANY] | None = Field(
        None, description="Default of a rule: current."
    )
    min_killed: Annotated[int, Field(ge=0)] | None = None
    """At least this many killed, as some source gives it."""
    min_injured: Annotated[int, Field(ge=0)] | None = None
    """At least this many injured."""
    min_casualties: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Killed and injured together."
    )
    languages: Many = ()
    """Languages of the document (ISO 639-1), any of them."""
    publishers: Many = ()
    """Publishers, any of them."""
    feeds: Many = ()
    """Feeds (ids), any of them."""
    tags: Many = ()
    """Tags of the feed, any of them."""
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    """Least confidence of the event, 0 to 1."""
    max_age: Duration | None = Field(None, description="Event date no older than this before the article.")
    all: Annotated[tuple[Condition, ...], ONE_OR_MANY] = Field(
        (), description="Every one of these must hold too."
    )
    any: Annotated[tuple[Condition, ...], ONE_OR_MANY] = Field(
        (), description="At least one of these must hold."
    )
    not_: Annotated[tuple[Condition, ...], ONE_OR_MANY] = Field((), alias="not")
    """None of these may hold."""
    use: Many = Field((), description="Names of shared snippets, joined with all.")


class Corroboration(Model):
    """How many independent publishers are needed before the first notification."""

    publishers: Annotated[int, Field(ge=2, le=100)] = 2
    """Independent publishers needed; copies of one text count once."""
    within: Duration
    """All of them within this time."""


class Frequency(Model):
    """At least ``count`` incidents (or documents) within ``within``."""

    count: Annotated[int, Field(ge=2)]
    """How many."""
    within: Duration
    """In how long a window (event time)."""
    of: Literal["incidents", "documents"] = "incidents"
    """What is counted."""
    group_by: Many = Field((), description="region, admin1, country, event, actor: counted apart.")


class Spike(Model):
    """The count in ``window`` is ``factor`` times the rule's own baseline."""

    window: Duration
    """The stretch that is compared."""
    baseline: Duration
    """How far back the usual level is taken from."""
    factor: Annotated[float, Field(gt=1)] = 3.0
    """How many times the usual level."""
    min_count: Annotated[int, Field(ge=1)] = 3
    """And at least this many in the window."""


class New(Model):
    """A value not seen under this rule for ``absent``."""

    field: Literal["term", "actor", "place"]
    """What must be new."""
    absent: Duration
    """Not seen for this long."""


class Silence(Model):
    """Nothing matched for ``for_``."""

    for_: Duration = Field(alias="for")
    """Nothing matched for this long."""


class RuleTestDocument(Model):
    """A document in a rule's test."""

    title: str
    """Headline."""
    text: str = ""
    """Body."""
    published: Moment | date | None = None
    """When it was published; default: the test's at."""
    language: str | None = None
    """ISO 639-1 code; default: detected."""
    publisher: str | None = None
    """Masthead."""
    feed: str | None = None
    """Feed id."""
    source_country: str | None = None
    """Home country of the publisher, ISO 3166-1 alpha-2."""
    tags: Many = ()
    """Tags of its feed."""
    url: str | None = None
    """Address."""
    delay: Duration | None = Field(None, description="Comes this long after the test's 'at'.")


class Expectation(Model):
    """What must come out. Whatever is not stated is not checked."""

    region: str | None = None
    """Region id."""
    event: str | None = None
    """Event type."""
    headline: str | None = Field(None, description="Contained in the headline.")
    channels: Many | None = Field(None, description="Where it goes then; [] when silenced or inhibited.")
    reason: str | None = None
    """Why this revision exists: new, or the kinds of its changes."""
    count: int | None = None
    """How many alerts are like this; default: at least one."""


class RuleTest(Model):
    """A test beside the rule. ``expect: []`` means: must not fire."""

    name: str | None = None
    """What the test shows."""
    at: Moment
    """The moment at which the rule is run."""
    document: RuleTestDocument | None = None
    """One document."""
    documents: tuple[RuleTestDocument, ...] = ()
    """Several documents, in order."""
    wait: Duration = Field(parse_duration("0"), description="Time that passes after the last document.")
    expect: Annotated[tuple[Expectation, ...], ONE_OR_MANY]
    """What must come out, nothing else; []: nothing."""

    @model_validator(mode="after")
    def _has_documents(self) -> RuleTest:
        if self.document is None and not self.documents and not self.wait:
            raise ValueError("a test needs 'document', 'documents' or (for silence) 'wait'")
        return self


class Rule(Model):
    """One rule."""

    id: Identifier
    """Unique name; part of the alert's identity."""
    name: str | None = None
    """Name for people; default: the id."""
    description: str | None = None
    """What this rule is for; shown with its alerts."""
    when: Condition
    """What must hold."""
    scope: Literal["event", "sentence", "document"] = "event"
    """What the conditions must be about together: one event, one sentence, or the document."""
    severity: Severity = "medium"
    """How bad: routes and silences can ask for it."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Further labels for routes and silences."""
    corroboration: Corroboration | None = None
    """Wait for independent publishers before the first notification."""
    frequency: Frequency | None = None
    """Fire when it happens often."""
    spike: Spike | None = None
    """Fire when it happens far more often than usual."""
    new: New | None = None
    """Fire on what was not seen before."""
    silence: Silence | None = None
    """Fire when nothing came."""
    backfill_age: Duration | None = Field(
        None, description="Articles older than this on arrival never notify."
    )
    enabled: bool = True
    """false: never evaluated."""
    tests: tuple[RuleTest, ...] = ()
    """Run by tocsin rules test."""

    @model_validator(mode="after")
    def _one_kind(self) -> Rule:
        kinds = [name for name in ("frequency", "spike", "new", "silence") if getattr(self, name) is not None]
        if len(kinds) > 1:
            raise ValueError(f"a rule is of one kind, not {' and '.join(kinds)}")
        return self

    @property
    def kind(self) -> str:
        """match, frequency, spike, new or silence."""
        for name in ("frequency", "spike", "new", "silence"):
            if getattr(self, name) is not None:
                return name
        return "match"


class RulesFile(Model):
    """rules.yaml or rules/*.yaml."""

    snippets: dict[str, Condition] = Field(default_factory=dict)
    """Named conditions that rules share with use."""
    rules: tuple[Rule, ...] = ()
    """The rules."""
