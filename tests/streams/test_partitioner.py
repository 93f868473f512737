"""Kafka's murmur2: known answers, and agreement with kafka-python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as reference

from streams.partitioner import murmur2, murmur2_many, partition_of


@pytest.mark.parametrize(
    ("data", "signed"),
    [  # the vectors of Kafka's own UtilsTest
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_known_answers(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed % 2**32


@given(st.binary(max_size=200))
def test_it_agrees_with_kafka_python(data: bytes) -> None:
    assert murmur2(data) == reference(data)


@given(st.binary(max_size=60), st.integers(1, 1024))
def test_a_partition_is_in_range_and_always_the_same(key: bytes, partitions: int) -> None:
    partition = partition_of(key, partitions)
    assert 0 <= partition < partitions
    assert partition == (reference(key) & 0x7FFFFFFF) % partitions


@given(st.integers(0, 40).flatmap(lambda n: st.lists(st.binary(min_size=n, max_size=n), max_size=60)))
def test_many_keys_at_once_hash_like_one_by_one(keys: list[bytes]) -> None:
    assert murmur2_many([*keys, b"odd one"]) == {key: reference(key) for key in [*keys, b"odd one"]}
