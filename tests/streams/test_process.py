"""Knowing that a process has ended, and never saying so of one that may live."""

from __future__ import annotations

import os
import subprocess
import sys

from streams.embedded.process import alive, identity


def test_this_process_lives() -> None:
    assert alive(identity())


def test_a_process_that_ended_is_known_to() -> None:
    script = "from streams.embedded.process import identity; print(identity())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not alive(run.stdout.strip())


def test_a_killed_process_that_nobody_waited_for_counts_as_ended() -> None:
    script = "from streams.embedded.process import identity; print(identity(), flush=True); input()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert alive(name)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still in the process table
    assert not alive(name)
    process.communicate()


def test_another_process_with_the_same_number_is_not_taken_for_it() -> None:
    machine, pid, started = identity().rsplit("|", 2)
    assert not alive(f"{machine}|{pid}|{float(started) - 1000}")


def test_nothing_is_said_of_another_machine() -> None:
    assert alive("elsewhere|pid:[1]|1|0.0")
