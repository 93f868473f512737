"""A Kafka-protocol broker for tests: the one that KAFKA_BOOTSTRAP_SERVERS names, else noida from the dev
dependencies on a free loopback port."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class TestBroker:
    """A running broker."""

    __test__ = False

    bootstrap: str
    real: bool  # Apache Kafka (or whatever KAFKA_BOOTSTRAP_SERVERS names), not the stand-in

    def needs_real(self, gap: str) -> None:
        """Skip the test on the stand-in, for this gap of it; it runs where KAFKA_BOOTSTRAP_SERVERS is set."""
        if not self.real:
            pytest.skip(f"not on noida: {gap}")


@contextmanager
def running_broker(folder: Path) -> Iterator[TestBroker]:
    """The broker to test against; TOCSIN_REQUIRE_KAFKA=1 makes a missing Apache Kafka an error."""
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if bootstrap:
        yield TestBroker(bootstrap, real=True)
        return
    if os.environ.get("TOCSIN_REQUIRE_KAFKA") == "1":
        pytest.fail("TOCSIN_REQUIRE_KAFKA=1, but KAFKA_BOOTSTRAP_SERVERS is not set; see scripts/kafka")
    with noida(folder) as port:
        yield TestBroker(f"127.0.0.1:{port}", real=False)


@contextmanager
def noida(folder: Path) -> Iterator[int]:
    """noida's Kafka service; yields its port."""
    import noida_db

    binary = Path(noida_db.__file__).parent / "noida-db"
    binary.chmod(0o755)
    port = free_port()
    arguments = ["start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(folder)]
    with (folder / "noida.log").open("w") as output:
        process = subprocess.Popen(
            [str(binary), *arguments], stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        try:
            wait_for_port(port, process)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once something listens."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing listens on port {port} after {seconds} s")
