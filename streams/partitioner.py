"""Which partition a key belongs to: Kafka's murmur2, so that both adapters agree with every Kafka client."""

from __future__ import annotations

from functools import lru_cache
from struct import unpack_from

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """The unsigned 32-bit MurmurHash2 that Kafka's default partitioner uses (Austin Appleby's constants)."""
    length = len(data)
    whole = length & ~3
    h = _SEED ^ length
    for word in unpack_from(f"<{length // 4}I", data):
        k = word * _M & _MASK
        h = h * _M & _MASK ^ (k ^ k >> 24) * _M & _MASK
    if length != whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ h >> 13) * _M & _MASK
    return h ^ h >> 15


@lru_cache(maxsize=4096)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition (0-based) of ``key`` in a topic with ``partitions`` partitions."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
