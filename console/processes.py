"""Ties between a supervisor and its children: nobody outlives the other by mistake."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

PARENT = "TOCSIN_SUPERVISOR"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies. Linux only; elsewhere :func:`orphaned` is asked."""
    if sys.platform == "linux" and os.environ.get(PARENT):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def orphaned() -> bool:
    """True when the supervisor that started this process is no longer its parent."""
    parent = os.environ.get(PARENT)
    return parent is not None and parent.isdigit() and os.getppid() != int(parent)
