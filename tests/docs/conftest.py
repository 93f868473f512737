"""The pages that people read."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))


def pytest_generate_tests(metafunc) -> None:  # type: ignore[no-untyped-def]
    """Run a test that asks for ``page`` over every page."""
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
