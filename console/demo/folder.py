"""The demo's folder: configuration written for the ports of this run, data, and what arrived."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from string import Template

from config.errors import UsageError
from console.demo.articles import Source

_MARK = ".tocsin-demo"


class DemoFolder:
    """Paths inside the demo's folder. Creating one empties a folder that an earlier demo left."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.config = self.root / "config"
        self.mail = self.root / "mail"
        self.slack = self.root / "slack"
        self.alerts = self.root / "alerts.jsonl"
        self.log = self.root / "run.log"
        self._empty()

    def _empty(self) -> None:
        try:
            if self.root.exists() and any(self.root.iterdir()):
                if not (self.root / _MARK).exists():
                    raise UsageError(
                        f"{self.root} is not empty and not a demo's folder; name another with --folder"
                    )
                shutil.rmtree(self.root)
            self.config.mkdir(parents=True)
            (self.root / _MARK).write_text("made by: tocsin demo\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{self.root}: cannot be used ({error.strerror}); name another with --folder"
            ) from error

    def write_config(
        self,
        sources: tuple[Source, ...],
        *,
        site: str,
        smtp_port: int,
        slack_url: str,
        gazetteer: Path,
        color: bool,
    ) -> None:
        """Write the five files for this run's addresses."""
        values = {
            "smtp_port": str(smtp_port),
            "slack_url": slack_url,
            "alerts_file": str(self.alerts),
            "gazetteer": str(gazetteer),
            "color": str(color).lower(),
        }
        for template in (files("console.demo") / "config").iterdir():
            if template.name.endswith(".yaml"):
                text = Template(template.read_text(encoding="utf-8")).substitute(values)
                (self.config / template.name).write_text(text, encoding="utf-8")
        (self.config / "feeds.yaml").write_text(feeds_yaml(sources, site), encoding="utf-8")


def feeds_yaml(sources: tuple[Source, ...], site: str) -> str:
    """feeds.yaml for the demo's publishers at ``site``."""
    lines = ["defaults: { every: 2s, adaptive: false }", "feeds:"]
    lines += [
        f'  - {{ id: {source.id}, url: "{site}/{source.id}/feed.xml", publisher: "{source.publisher}", '
        f"country: {source.country}, language: {source.language} }}"
        for source in sources
    ]
    return "\n".join(lines) + "\n"
