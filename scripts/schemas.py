"""Writes docs/schemas/*.json: the JSON Schemas of the four messages, for readers in other languages.

Usage: python scripts/schemas.py [--check]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from alerts.messages import Alert
from ingest.messages import Article, Document
from processors.messages import EnrichedDocument

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
MESSAGES: dict[str, type[msgspec.Struct]] = {
    "article": Article,
    "document": Document,
    "enriched-document": EnrichedDocument,
    "alert": Alert,
}


def schema_text(kind: type[msgspec.Struct]) -> str:
    """The JSON Schema (2020-12) of one message type, as the file holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(kind)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the files, or with --check report those that differ."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    stale = []
    for name, kind in MESSAGES.items():
        path, text = FOLDER / f"{name}.json", schema_text(kind)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale:
        print("stale:" if "--check" in arguments else "wrote:", ", ".join(stale))
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
