"""A page's title among the several that it gives itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.text import normal_form

_SUFFIX = re.compile(r"\s*[|\-–—•·»ㅣ]")
_LEAST = 15  # characters that a title needs to count as the beginning of a longer one


def best_title(candidates: Sequence[str]) -> str:
    """The title that most of ``candidates`` agree on; the earlier one at a tie.

    Agreement is about words, not typography. A candidate that is another one followed by a separator (and the
    site's name) counts as that other one.
    """
    shortened = [_without_suffix(title, candidates) for title in candidates if title]
    if not shortened:
        return ""
    votes = [normal_form(title) for title in shortened]
    return max(shortened, key=lambda title: votes.count(normal_form(title)))


def _without_suffix(title: str, others: Sequence[str]) -> str:
    for other in others:
        longer = len(other) >= _LEAST and title != other and title.casefold().startswith(other.casefold())
        if longer and _SUFFIX.match(title[len(other) :]):
            return other
    return title
