"""What the store holds of many ledgers at once, for those who fill or check them."""

from collections import defaultdict
from collections.abc import Sequence

from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import UnitOfWork


def stored(uow: UnitOfWork, wanted: Sequence[tuple[Slo, BucketSeries]]) -> list[BucketSeries]:
    """For each the stretch of its series as the ledger has it, in order; equal stretches in one."""
    groups: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (_, series) in enumerate(wanted):
        groups[series.start, series.end].append(index)
    found: dict[int, BucketSeries] = {}
    for (start, end), members in groups.items():
        keys = [(wanted[i][0].name, wanted[i][0].revision) for i in members]
        good, total, flags = uow.ledger.read_many(keys, start, end)
        for lane, index in enumerate(members):
            found[index] = BucketSeries(start, good[:, lane], total[:, lane], flags[:, lane])
    return [found[index] for index in range(len(wanted))]
