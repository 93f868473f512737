"""rules.yaml: what counts as alarming."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from config.models.base import Duration, Identifier, Model, Moment, one_or_many

Status = Literal["current", "background", "planned", "hypothetical", "denied"]
Severity = Literal["info", "low", "medium", "high", "critical"]
Many = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


def _keywords(value: Any) -> Any:
    """Flatten ``[raid, {ar: [..]}]`` into terms with a language each."""
    if value is None:
        return ()
    return [term for item in (value if isinstance(value, list | tuple) else [value]) for term in _terms(item)]


def _terms(item: Any) -> list[Any]:
    if isinstance(item, str):
        return [{"term": item}]
    if not isinstance(item, dict) or "term" in item:
        return [item]
    pairs = [(language, words if isinstance(words, list) else [words]) for language, words in item.items()]
    wrong = next(
        (word for _, words in pairs for word in words if not isinstance(word, str) or not word), None
    )
    if wrong is not None or not pairs:
        raise ValueError("keywords must be text (put them in quotes), or {ar: [words]} for one language")
    return [{"term": word, "language": language} for language, words in pairs for word in words]


class Keyword(Model):
    """A term: inflected forms match by default; '=exact' only itself; '/regex/' in linear time;
    '"a" NEAR/5 "b"' proximity in words."""

    term: str = Field(min_length=1)
    language: str | None = None


Keywords = Annotated[tuple[Keyword, ...], BeforeValidator(_keywords)]


class Condition(Model):
    """What must hold, all of it together. Nested with all, any and not."""

    regions: Many = ()
    events: Many = Field((), description="Event types or families, see docs/events.md.")
    keywords: Keywords = Field((), description="Any of these.")
    actors: Many = ()
    targets: Many = ()
    status: Annotated[tuple[Status | Literal["any"], ...], BeforeValidator(one_or_many)] | None = Field(
        None, description="Default of a rule: current."
    )
    min_killed: Annotated[int, Field(ge=0)] | None = None
    min_injured: Annotated[int, Field(ge=0)] | None = None
    min_casualties: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Killed and injured together."
    )
    languages: Many = ()
    publishers: Many = ()
    feeds: Many = ()
    tags: Many = ()
    min_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    max_age: Duration | None = Field(None, description="Event date no older than this before the article.")
    all: Annotated[tuple[Condition, ...], BeforeValidator(one_or_many)] = Field(
        (), description="Every one of these must hold too."
    )
    any: Annotated[tuple[Condition, ...], BeforeValidator(one_or_many)] = Field(
        (), description="At least one of these must hold."
    )
    not_: Annotated[tuple[Condition, ...], BeforeValidator(one_or_many)] = Field((), alias="not")
    use: Many = Field((), description="Names of shared snippets, joined with all.")


class Corroboration(Model):
    """How many independent publishers are needed before the first notification."""

    publishers: Annotated[int, Field(ge=2, le=100)] = 2
    within: Duration


class Frequency(Model):
    """At least ``count`` incidents (or documents) within ``within``."""

    count: Annotated[int, Field(ge=2)]
    within: Duration
    of: Literal["incidents", "documents"] = "incidents"
    group_by: Many = Field((), description="region, admin1, country, event, actor: counted apart.")


class Spike(Model):
    """The count in ``window`` is ``factor`` times the rule's own baseline."""

    window: Duration
    baseline: Duration
    factor: Annotated[float, Field(gt=1)] = 3.0
    min_count: Annotated[int, Field(ge=1)] = 3


class New(Model):
    """A value not seen under this rule for ``absent``."""

    field: Literal["term", "actor", "place"]
    absent: Duration


class Silence(Model):
    """Nothing matched for ``for_``."""

    for_: Duration = Field(alias="for")


class RuleTestDocument(Model):
    """A document in a rule's test."""

    title: str
    text: str = ""
    published: Moment | date | None = None
    language: str | None = None
    publisher: str | None = None
    feed: str | None = None
    source_country: str | None = None
    tags: Many = ()
    url: str | None = None
    delay: Duration | None = Field(None, description="Comes this long after the test's 'at'.")


class Expectation(Model):
    """What must come out. Whatever is not stated is not checked."""

    region: str | None = None
    event: str | None = None
    headline: str | None = Field(None, description="Contained in the headline.")
    channels: Many | None = Field(None, description="Where it goes at 'at'; [] when silenced or inhibited.")
    reason: str | None = None
    count: int | None = None


class RuleTest(Model):
    """A test beside the rule. ``expect: []`` means: must not fire."""

    name: str | None = None
    at: Moment
    document: RuleTestDocument | None = None
    documents: tuple[RuleTestDocument, ...] = ()
    expect: Annotated[tuple[Expectation, ...], BeforeValidator(one_or_many)]

    @model_validator(mode="after")
    def _has_documents(self) -> RuleTest:
        if self.document is None and not self.documents:
            raise ValueError("a test needs 'document' or 'documents'")
        return self


class Rule(Model):
    """One rule."""

    id: Identifier
    name: str | None = None
    description: str | None = None
    when: Condition
    scope: Literal["event", "sentence", "document"] = "event"
    severity: Severity = "medium"
    labels: dict[str, str] = Field(default_factory=dict)
    corroboration: Corroboration | None = None
    frequency: Frequency | None = None
    spike: Spike | None = None
    new: New | None = None
    silence: Silence | None = None
    backfill_age: Duration | None = Field(
        None, description="Articles older than this on arrival never notify."
    )
    enabled: bool = True
    tests: tuple[RuleTest, ...] = ()

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
    rules: tuple[Rule, ...] = ()
