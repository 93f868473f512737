"""One line for a message: subject of an email, header of a Slack message, title of a feed entry."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from alerts.messages import Alert
from alerts.routing_labels import severity_rank

_LONGEST = 200


def title_of(alerts: Sequence[tuple[Alert, str]], form: str) -> str:
    """The title of a message about these alerts, each with the severity as told."""
    gravest, severity = max(alerts, key=lambda pair: severity_rank(pair[1]))
    ids = {alert.id for alert, _ in alerts}
    if len(ids) == 1 and form in {"single", "group"}:
        newest = max((alert for alert, _ in alerts), key=lambda alert: alert.revision)
        return one_line(f"[{severity}] {newest.headline}")
    word = {"digest": "Digest: ", "summary": "Summary: "}.get(form, "")
    count = f"{len(ids)} alerts" if len(ids) != 1 else "1 alert"
    return one_line(f"[{severity}] {word}{count}, first: {gravest.headline}")


def one_line(text: str, longest: int = _LONGEST) -> str:
    """Without control, format and line-break characters; cut at ``longest`` with an ellipsis.

    Joiners and variation selectors stay: Persian and emoji need them. Directional overrides go: they can
    make a line read as another.
    """
    if not text.isprintable():  # the slow way is for the few that need it
        text = "".join(" " if _breaks(char) else char for char in text if not _unsafe(char))
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def _breaks(char: str) -> bool:
    return char in "\n\r\t\v\f\x85\u2028\u2029"


def _unsafe(char: str) -> bool:
    if _breaks(char) or char in "\u200c\u200d":
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"}
