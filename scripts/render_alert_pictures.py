"""Pictures of alerts for the documentation, made by the real path from articles written for the demo.

    python scripts/render_alert_pictures.py [--out docs/images] [--browser chromium]

Enriches two articles, lets the rules raise an alert and its update, and takes pictures of the email (wide,
narrow, dark) and of the Slack blocks. Slack's own rendering is closed: the picture approximates it from the
very blocks that are sent.
"""

from __future__ import annotations

import argparse
import base64
import html
import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alerts.backtest import BacktestRun
from alerts.channels.base import Item, Message
from alerts.messages import Alert
from alerts.render_email import html_of, map_of
from alerts.render_slack import blocks_of
from alerts.render_title import title_of
from alerts.rules import compile_rules
from config.loader import load
from config.models.root import Config
from console.demo.articles import load_articles
from ingest.messages import Document, Extraction
from processors.pipeline import Pipeline

ROOT = Path(__file__).parents[1]
STORY = ("raid-atme", "raid-atme-update")
PUBLISHERS = ("Northern Wire", "Northern Wire")
NOW = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
LINK = "https://tocsin.example/ack/sample"


def main() -> None:
    """Make every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--browser", default="chromium")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    first, update = raise_alerts()
    camera = Camera(options.browser, options.out)
    email = page_of(message_of(first, first=True))
    camera.take("email-wide", email, width=720, frame=720)
    camera.take("email-narrow", email, width=500, frame=375)
    camera.take("email-dark", email, width=720, frame=720, dark=True)
    camera.take("email-update", page_of(message_of(update, first=False)), width=720, frame=720)
    slack = slack_page([message_of(first, first=True), message_of(update, first=False)])
    camera.take("slack", slack, width=720, frame=720)


def raise_alerts() -> tuple[Alert, Alert]:
    """The alert that the demo's raid raises, and its update."""
    config = demo_rules()
    pipeline = Pipeline(config)
    run = BacktestRun(compile_rules(config))
    articles = {article.id: article for article in load_articles()}
    raised: list[Alert] = []
    for number, name in enumerate(STORY):
        article = articles[name]
        published = NOW + timedelta(hours=number)
        text = article.title + "\n" + "\n".join(article.paragraphs(published))
        document = Document(
            id=name,
            revision="1",
            url=f"https://{article.source}.example/{name}",
            title=article.title,
            text=text,
            language="en",
            published=published,
            fetched=published,
            effective=published,
            publisher=PUBLISHERS[number],
            content_hash=name,
            extraction=Extraction(method="given", quality=1.0),
        )
        raised += run.read(pipeline.enrich(document))
    if len(raised) < 2:
        raise SystemExit(f"the demo's articles raised {len(raised)} alerts, not an alert and its update")
    return raised[0], raised[1]


def demo_rules() -> Config:
    """Rules and regions of the demo, without its channels."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("rules.yaml", "regions.yaml"):
            shutil.copy(ROOT / "console" / "demo" / "config" / name, folder)
        return load(Path(folder))


def message_of(alert: Alert, *, first: bool) -> Message:
    """The message about an alert."""
    changes = () if first else alert.changes
    item = Item(alert, "alert", alert.severity, first=first, changes=changes, acknowledge_url=LINK)
    return Message(
        id=f"picture-{alert.revision}",
        channel="desk",
        target="desk:desk@example.org",
        form="single",
        title=title_of([(alert, alert.severity)], "single"),
        items=(item,),
        created=NOW,
    )


def page_of(message: Message) -> str:
    """The email's HTML with its map inside."""
    picture = map_of(message)
    page = html_of(message, with_map=picture is not None)
    if picture is None:
        return page
    return page.replace("cid:map@tocsin", "data:image/png;base64," + base64.b64encode(picture).decode())


class Camera:
    """Chromium without a window."""

    def __init__(self, browser: str, out: Path) -> None:
        self._browser = browser
        self._out = out

    def take(self, name: str, page: str, *, width: int, frame: int, dark: bool = False) -> None:
        """A picture of the whole page in a frame (the width that its media queries see)."""
        with tempfile.TemporaryDirectory() as folder:
            inner = Path(folder) / "inner.html"
            inner.write_text(page)
            outer = Path(folder) / "outer.html"
            outer.write_text(_OUTER.format(frame=frame))
            height = self._height(outer, width, dark=dark)
            target = self._out / f"{name}.png"
            self._run(
                [
                    f"--screenshot={target}",
                    f"--window-size={width},{height}",
                    "--force-device-scale-factor=1.5",
                ],
                outer,
                dark=dark,
            )
        print(f"{target}  {width}x{height}  {target.stat().st_size // 1024} kB")

    def _height(self, page: Path, width: int, *, dark: bool) -> int:
        dom = self._run(["--dump-dom", f"--window-size={width},400"], page, dark=dark)
        found = re.search(r'data-height="(\d+)"', dom)
        if not found:
            raise SystemExit("the browser did not measure the page")
        return int(found.group(1))

    def _run(self, options: list[str], page: Path, *, dark: bool) -> str:
        scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
        command = [
            self._browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
            "--virtual-time-budget=3000",
            *scheme,
            *options,
            page.as_uri(),
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


_OUTER = """<!DOCTYPE html><meta charset="utf-8"><style>
body{{margin:0;background:#8a94a3}}
iframe{{border:0;display:block;margin:0 auto;width:{frame}px}}
</style><iframe src="inner.html" onload="
const h = this.contentDocument.documentElement.scrollHeight; this.style.height = h + 'px';
document.documentElement.dataset.height = h;"></iframe>"""


def slack_page(messages: list[Message]) -> str:
    """Messages as Slack shows them, approximately."""
    shown = "".join(
        f'<div class="m"><div class="av">T</div><div class="c"><b>Tocsin</b> <span class="app">APP</span> '
        f'<span class="t">10:{index:02d}</span>{"".join(map(_block, blocks_of(message)))}</div></div>'
        for index, message in enumerate(messages)
    )
    return _SLACK.replace("{messages}", shown)


_SLACK = """<!DOCTYPE html><meta charset="utf-8"><style>
body{margin:0;padding:18px 20px;background:#fff;color:#1d1c1d;
font:15px/1.46 Lato,'Noto Sans',Arial,sans-serif}
.m{display:flex;gap:10px;margin-bottom:14px}.av{width:36px;height:36px;border-radius:6px;background:#b42318;
color:#fff;font-weight:900;text-align:center;line-height:36px;flex:none}.c{flex:1}
.app{background:#ebeaeb;color:#616061;font-size:10px;font-weight:700;border-radius:2px;padding:1px 3px}
.t,.ctx{color:#616061;font-size:12px}.h{font-size:18px;font-weight:900;margin:6px 0}.ctx{margin:4px 0}
.q{border-left:4px solid #ddd;padding-left:12px;margin:6px 0}.s{white-space:pre-wrap;margin:4px 0}
ul{margin:4px 0;padding-left:24px}a{color:#1264a3;text-decoration:none}
.m + .m{margin-left:46px;border-left:2px solid #e8e8e8;padding-left:14px}
</style>{messages}"""


def _block(block: dict[str, Any]) -> str:
    kind = block["type"]
    if kind == "header":
        return f'<div class="h">{html.escape(block["text"]["text"])}</div>'
    if kind == "context":
        return f'<div class="ctx">{html.escape(block["elements"][0]["text"])}</div>'
    return "".join(map(_rich, block["elements"]))


def _rich(element: dict[str, Any]) -> str:
    kind = element["type"]
    inside = "".join(map(_rich, element.get("elements", ())))
    if kind == "rich_text_list":
        return "<ul>" + "".join(f"<li>{_rich(item)}</li>" for item in element["elements"]) + "</ul>"
    if kind == "rich_text_quote":
        return f'<div class="q">{inside}</div>'
    if kind == "rich_text_section":
        return f'<div class="s">{inside}</div>'
    text = html.escape(element["text"])
    if kind == "link":
        return f'<a href="{html.escape(element["url"], quote=True)}">{text}</a>'
    style = element.get("style", {})
    text = f"<b>{text}</b>" if style.get("bold") else text
    return f"<i>{text}</i>" if style.get("italic") else text


if __name__ == "__main__":
    main()
