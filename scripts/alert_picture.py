"""Draws docs/images/alert.svg: an alert of the demo as the terminal shows it.

Usage: python scripts/alert_picture.py [DEMO_FOLDER]   (default .demo; run `tocsin demo` first)
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import msgspec
from rich.console import Console

from alerts.messages import Alert
from console.alert_view import alert_panel

TARGET = Path(__file__).parent.parent / "docs" / "images" / "alert.svg"
RULE = "idlib-attacks"


class Line(msgspec.Struct, frozen=True):
    """A line of the JSONL channel, as far as it is needed here."""

    alert: Alert


def chosen(folder: Path) -> Alert:
    """The last alert of the demo that was updated, else the last one of the rule."""
    lines = (folder / "alerts.jsonl").read_bytes().splitlines()
    alerts = [msgspec.json.decode(line, type=Line).alert for line in lines]
    wanted = [alert for alert in alerts if alert.rule == RULE]
    return max(wanted, key=lambda alert: alert.revision)


def main(arguments: list[str]) -> None:
    """Draw it."""
    screen = Console(record=True, width=104, file=io.StringIO(), force_terminal=True)
    screen.print(alert_panel(chosen(Path(arguments[0] if arguments else ".demo"))))
    drawn = screen.export_svg(title="tocsin alerts show", unique_id="alert")
    # No fonts from elsewhere: the reader's own monospace does, and the picture works without network.
    TARGET.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
