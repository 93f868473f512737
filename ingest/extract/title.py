"""A page's title among the several that it gives itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.text import normal_form

_SEPARATOR = re.compile(r"\s*[|\-–—•·»ㅣ]+\s*")
_LEAST = 15  # characters that a title needs to count as the beginning of a longer one


def best_title(candidates: Sequence[str], owners: Sequence[str | None] = ()) -> str:
    """The title that most of ``candidates`` agree on; the earlier one at a tie.

    Agreement is about words, not typography. A candidate that is another one followed by a separator and more
    counts as that other one; one that ends with a separator and one of ``owners`` (the names of site and
    section) counts without that end.
    """
    names = frozenset(normal_form(owner) for owner in owners if owner)
    titles = [title for title in candidates if title]
    shortened = [_without_owner(_without_suffix(title, titles), names) for title in titles]
    if not shortened:
        return ""
    votes = [normal_form(title) for title in shortened]
    return max(shortened, key=lambda title: votes.count(normal_form(title)))


def _without_suffix(title: str, others: Sequence[str]) -> str:
    beginnings = {normal_form(other) for other in others if len(other) >= _LEAST}
    for separator in _SEPARATOR.finditer(title):
        if separator.start() and normal_form(title[: separator.start()]) in beginnings:
            return title[: separator.start()]
    return title


def _without_owner(title: str, names: frozenset[str]) -> str:
    for separator in reversed(list(_SEPARATOR.finditer(title))):
        if len(title[: separator.start()]) < _LEAST or normal_form(title[separator.end() :]) not in names:
            break
        title = title[: separator.start()]
    return title
