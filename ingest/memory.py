"""Giving memory back to the system: glibc keeps what was freed unless it is told.

Parsing megabytes leaves a heap that is mostly holes. Does nothing where the C library is another one.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache

LARGE = 128 * 1024  # bytes; blocks of this size get pages of their own, which leave when they are freed
_ARENAS = 2  # heaps that threads share; the default is eight for each core
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # from malloc.h


def keep_little() -> None:
    """Let freed memory return soon, from now on. Cheap."""
    library = _libc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, _ARENAS)
        library.mallopt(_M_MMAP_THRESHOLD, LARGE)
        library.mallopt(_M_TRIM_THRESHOLD, LARGE)


def give_back() -> None:
    """Return what is free now, also from the middle of the heap. Takes about a millisecond."""
    library = _libc()
    if library is not None:
        library.malloc_trim(0)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(None)
        library.malloc_trim, library.mallopt  # noqa: B018 (raises where they are missing)
    except (OSError, AttributeError):
        return None
    return library
