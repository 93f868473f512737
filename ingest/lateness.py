"""How late polls begin: the sign that a poller has more to do than it can."""

from __future__ import annotations

BEHIND = 5.0  # seconds


class Lateness:
    """Collects the polls of a while. Seconds between due and begun."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._unmodified = 0

    def note(self, seconds: float, outcome: str) -> None:
        """One poll."""
        self._late.append(seconds)
        self._unmodified += outcome == "unmodified"

    def report(self) -> tuple[str, bool] | None:
        """One line on the polls since the last report, and whether they were too late; None without any."""
        late, unmodified = sorted(self._late), self._unmodified
        self._late, self._unmodified = [], 0
        if not late:
            return None
        high = late[int(0.95 * (len(late) - 1))]
        share = round(100 * unmodified / len(late))
        said = f"late by {high:.1f} s (p95), {late[-1]:.1f} s (most)"
        return f"{len(late)} feeds asked, {share} % of them without news, {said}", high > BEHIND
