"""The pipeline's version: changes whenever the output of enrichment can."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

_HERE = Path(__file__).parent
_SUFFIXES = frozenset({".py", ".toml", ".tsv", ".gz", ".json"})


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Hash over the code and data of this package."""
    content = hashlib.blake2b(digest_size=8)
    for path in _files():
        content.update(path.relative_to(_HERE).as_posix().encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def _files() -> Iterator[Path]:
    yield from sorted(
        path for path in _HERE.rglob("*") if path.suffix in _SUFFIXES and "__pycache__" not in path.parts
    )


def pipeline_version(*parts: str) -> str:
    """'2026.11.1+0123456789': release, then a hash of code, data and ``parts`` (model, gazetteer, …)."""
    content = hashlib.blake2b(code_digest().encode(), digest_size=5)
    for part in parts:
        content.update(b"\0" + part.encode())
    return f"{_release()}+{content.hexdigest()}"


def _release() -> str:
    try:
        return metadata.version("tocsin")
    except metadata.PackageNotFoundError:
        return "0"
