from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.kafka import TestBroker, running_broker
from tests.support.system import System


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestBroker]:
    with running_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
def make_system(tmp_path: Path) -> Iterator[Callable[..., System]]:
    """``make_system(feeds=…, log=…, settings=…)``; everything is stopped at the end of the test."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(System(tmp_path / "system", **options))


@pytest.fixture
def system(make_system: Callable[..., System]) -> System:
    """On the embedded log."""
    return make_system()
