"""Words, inflected forms and the forms of keywords."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.inflection import keyword_keys, token_keys
from alerts.keyword_index import KeywordIndex
from alerts.keyword_tokens import spans, words
from alerts.keywords import parse
from config.errors import ConfigError, RuleError
from config.models.rules import Keyword
from tests.support.rules import rule_set

SAME = [
    ("en", "raid", "raids raided raiding"),
    ("en", "strike", "strikes striking struck"),
    ("en", "bombing", "bombings bombed"),
    ("en", "gunman", "gunmen"),
    ("en", "Erdogan", "Erdoğan"),
    ("fr", "attaque", "attaques attaquée attaquer attaquent"),
    ("fr", "enlèvement", "enlèvements"),
    ("es", "explosión", "explosiones"),
    ("es", "secuestro", "secuestros secuestrado"),
    ("pt", "explosão", "explosões"),
    ("it", "attacco", "attacchi"),
    ("de", "Angriff", "Angriffe Angriffen Angriffs"),
    ("de", "Luftschlag", "Luftschläge"),
    ("ru", "обстрел", "обстрелы обстрелов обстрелом"),
    ("uk", "обстріл", "обстріли обстрілу обстрілів"),
    ("pl", "atak", "ataki ataku"),
    ("tr", "saldırı", "saldırılar saldırıda saldırısı"),
    ("ar", "مداهمة", "المداهمة مداهمات والمداهمات بمداهمة للمداهمة وبالمداهمات"),
    ("ar", "هجوم", "الهجمات بهجوم"),
    ("he", "פשיטה", "הפשיטה פשיטות בפשיטות"),
    ("fa", "حمله", "حمله‌های"),
]
DIFFERENT = [
    ("en", "operation", "operator opera operate"),
    ("en", "general", "generally"),
    ("en", "rape", "rap rapping"),
    ("en", "organization", "organ"),
    ("en", "raid", "raider afraid braid"),
    ("en", "university", "universe"),
    ("en", "evening", "even"),
    ("en", "arms", "arm army"),
    ("fr", "opération", "opéra"),
    ("es", "bombardeo", "bomberos"),
    ("ru", "рейд", "рейдер"),
    ("ar", "كتاب", "كتب"),
]


def same(language: str, keyword: str, word: str) -> bool:
    return bool(set(keyword_keys(keyword, language)) & set(token_keys(word, language)))


@pytest.mark.parametrize(("language", "keyword", "forms"), SAME)
def test_inflected_forms_are_the_same_word(language: str, keyword: str, forms: str) -> None:
    assert [form for form in forms.split() if not same(language, keyword, form)] == []


@pytest.mark.parametrize(("language", "keyword", "others"), DIFFERENT)
def test_derived_words_are_other_words(language: str, keyword: str, others: str) -> None:
    assert [word for word in others.split() if same(language, keyword, word)] == []


@given(st.text())
def test_the_quick_and_the_exact_tokeniser_agree(text: str) -> None:
    assert words(text) == [text[start:end] for start, end in spans(text)]


@given(st.text(max_size=12), st.sampled_from(["en", "fr", "ru", "ar", "he", "tr", "zh", None]))
def test_every_word_is_a_form_of_itself(word: str, language: str | None) -> None:
    for token in words(word):
        assert set(keyword_keys(token, language)) & set(token_keys(token, language))


def found(term: str, text: str, language: str | None = "en") -> list[str]:
    scan = KeywordIndex([parse(Keyword(term=term))]).scan(text, language, [(0, len(text))])
    return [text[start:end] for start, end in scan.whole_spans(0)]


@pytest.mark.parametrize(
    ("term", "text", "expected"),
    [
        ("special forces", "Special-forces, special  forces. Forces", ["Special-forces", "special  forces"]),
        ("U.S. forces", "the U.S. forces left", ["U.S. forces"]),
        ("=HTS", "HTS hts", ["HTS"]),
        ("=raid", "Raid raids", ["Raid"]),
        ("IED", "IEDs and an IED, died", ["IEDs", "IED"]),
        ("空袭", "昨日空袭阿勒颇", ["空袭"]),
        ('"a b" NEAR/2 c', "a b x c", ["a b x c"]),
        ('raid NEAR/3 "the army"', "the army began the raid", ["the army began the raid"]),
        ("/t-?\\d+/", "T-72 and t90", ["T-72", "t90"]),
        ("/(?-i)T\\d+/", "T72 t90", ["T72"]),
        ("Assad", "Bashar al-Assad's", ["Assad"]),
    ],
)  # fmt: skip
def test_forms_of_keywords(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


def test_a_keyword_of_one_language_stays_in_it() -> None:
    index = KeywordIndex([parse(Keyword(term="gift", language="de"))])
    assert not index.scan("a gift", "en", [(0, 6)]).terms
    assert index.scan("das Gift", "de", [(0, 8)]).terms
    assert index.scan("das Gift", None, [(0, 8)]).terms


@pytest.mark.parametrize(
    ("term", "said"),
    [("/(?=a)/", "linear time"), ("/a*/", "empty text"), ("=!!", "no word"), ("...", "no word")],
)
def test_bad_keywords_say_how_to_mend_them(term: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        parse(Keyword(term=term))


def test_all_mistakes_of_all_rules_come_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        rule_set({"when": {"keywords": ["/(?=a)/", "..."]}}, {"when": {"keywords": ["/b*/"]}})
    assert len(caught.value.problems) == 3


def test_a_regular_expression_cannot_be_made_slow() -> None:
    assert found("/(a+)+$/", "a" * 50_000 + "b") == []
