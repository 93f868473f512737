"""Sharing partitions out: everybody served, fair, and with as little moving as possible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.embedded.balance import balance

members = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.sets(st.sampled_from("xyz"), min_size=1).map(frozenset)
)
partitions = st.dictionaries(st.integers(0, 40), st.sampled_from("xyz"), max_size=20)


@given(partitions, members, st.data())
def test_every_partition_goes_to_one_that_reads_its_topic(
    partitions: dict[int, str], members: dict[str, frozenset[str]], data: st.DataObject
) -> None:
    owners = {p: data.draw(st.sampled_from([None, "gone", *members])) for p in partitions}
    targets = balance(partitions, members, owners)
    assert targets.keys() == partitions.keys()
    for partition, target in targets.items():
        readers = {name for name, topics in members.items() if partitions[partition] in topics}
        assert target in readers if readers else target is None


@given(st.integers(0, 20), st.integers(1, 7), st.data())
def test_counts_differ_by_one_at_most_and_only_the_surplus_moves(
    count: int, readers: int, data: st.DataObject
) -> None:
    names = [f"m{number}" for number in range(readers)]
    partitions = dict.fromkeys(range(count), "x")
    owners = {p: data.draw(st.sampled_from([None, *names])) for p in partitions}
    targets = balance(partitions, dict.fromkeys(names, frozenset("x")), owners)
    counts = [list(targets.values()).count(name) for name in names]
    assert max(counts) - min(counts) <= 1
    kept = sum(targets[p] == owners[p] for p in partitions)
    least, extra = divmod(count, readers)
    held = sorted((list(owners.values()).count(name) for name in names), reverse=True)
    assert kept == sum(min(have, least + (rank < extra)) for rank, have in enumerate(held))


@given(partitions, members)
def test_a_settled_group_stays_as_it_is(
    partitions: dict[int, str], members: dict[str, frozenset[str]]
) -> None:
    settled = balance(partitions, members, {})
    assert balance(partitions, members, settled) == settled
