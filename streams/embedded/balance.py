"""Who should read which partition: fair and sticky. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def balance(
    partitions: Mapping[int, str], members: Mapping[str, frozenset[str]], owners: Mapping[int, str | None]
) -> dict[int, str | None]:
    """The member that should own each partition.

    ``partitions``: topic by partition id. ``members``: the topics each member reads. ``owners``: who has the
    partition now. Counts differ by one at most among members of the same topics, and as few partitions as
    possible change hands.
    """
    targets: dict[int, str | None] = dict.fromkeys(partitions)
    for group in _same_readers(partitions, members):
        readers = sorted(name for name, topics in members.items() if partitions[group[0]] in topics)
        if readers:
            targets.update(_share(group, readers, owners))
    return targets


def _same_readers(
    partitions: Mapping[int, str], members: Mapping[str, frozenset[str]]
) -> list[Sequence[int]]:
    """Partitions grouped by the set of members that read their topic."""
    groups: dict[frozenset[str], list[int]] = {}
    for partition in sorted(partitions):
        readers = frozenset(name for name, topics in members.items() if partitions[partition] in topics)
        groups.setdefault(readers, []).append(partition)
    return list(groups.values())


def _share(
    partitions: Sequence[int], readers: Sequence[str], owners: Mapping[int, str | None]
) -> dict[int, str]:
    held: dict[str, list[int]] = {reader: [] for reader in readers}
    for partition in partitions:
        owner = owners.get(partition)
        if owner in held:
            held[owner].append(partition)
    least, extra = divmod(len(partitions), len(readers))
    fullest_first = sorted(readers, key=lambda reader: (-len(held[reader]), reader))
    room = {reader: least + (place < extra) for place, reader in enumerate(fullest_first)}
    targets = {p: reader for reader in readers for p in held[reader][: room[reader]]}
    free = [partition for partition in partitions if partition not in targets]
    for reader in fullest_first:
        missing = room[reader] - min(len(held[reader]), room[reader])
        targets.update(dict.fromkeys(free[:missing], reader))
        free = free[missing:]
    return targets
