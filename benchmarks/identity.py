"""How well records of one patient are told from those of others, on invented Japanese patients.

Every pair that shares a block is weighed, as the service does, and so are pairs made to be hard:
twins, relatives, and strangers of one name and birth date. Usage: python benchmarks/identity.py
[--residents 250000] [--hard 100000] [--seed 1].
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from routing.identity.persons import comparable_person
from routing.records.patients import LARGEST_BLOCK
from tests.support.japanese_patients import HOSPITALS, HospitalRecord, Region
from tests.support.patients import KANJI, MATCHER
from wetread.domain.identity.agreement import could_be_twins
from wetread.domain.identity.blocking import blocks_of
from wetread.domain.identity.matching import Band, Match
from wetread.domain.identity.person import Person

PER = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """How many pairs fell into each band."""

    counts: Counter[Band] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All pairs weighed."""
        return sum(self.counts.values())

    def line(self, what: str, of: int | None = None) -> str:
        """Return the row of a table."""
        total = of or self.total
        shares = "  ".join(
            f"{band} {self.counts[band]:9} ({100 * self.counts[band] / total:8.4f} %)"
            for band in Band
            if band is not Band.NONE
        )
        return f"{what:34} {total:10} pairs  {shares}"

    @property
    def false_per_100_000(self) -> float:
        """Automatic links among pairs of different people."""
        return PER * self.counts[Band.AUTOMATIC] / self.total


def comparable(record: HospitalRecord) -> Person:
    """Return a record as the service compares it."""
    return comparable_person(record.key, record.name, record.details, KANJI)


def pairs_in_blocks(people: list[Person]) -> Iterator[tuple[int, int]]:
    """Yield each pair of two hospitals that shares a block, once."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for place, person in enumerate(people):
        for block in blocks_of(person):
            blocks[block].append(place)
    inside = [members for members in blocks.values() if 1 < len(members) <= LARGEST_BLOCK]
    del blocks
    seen: set[int] = set()
    for members in inside:
        for one, other in combinations(members, 2):
            if people[one].key.issuer == people[other].key.issuer:
                continue
            number = one * len(people) + other
            if number not in seen:
                seen.add(number)
                yield one, other


def twins_in_blocks(people: list[Person]) -> dict[int, list[Person]]:
    """Return the possible twins of each record, as the service finds them around a pair."""
    born: dict[object, list[int]] = defaultdict(list)
    for place, person in enumerate(people):
        if person.birth_date is not None:
            born[person.birth_date].append(place)
    twins: dict[int, list[Person]] = defaultdict(list)
    for members in born.values():
        for one, other in combinations(members, 2):
            if could_be_twins(people[one], people[other]):
                twins[one].append(people[other])
                twins[other].append(people[one])
    return twins


def weigh_region(residents: int, seed: int) -> tuple[Bands, Bands, int, list[Match]]:
    """Return pairs of different people, of one person, how many of those exist, and the false."""
    region = Region(seed)
    records = [
        record
        for resident in region.residents(residents)
        for record in region.records_of(resident, region.hospitals())
    ]
    people = [comparable(record) for record in records]
    twins = twins_in_blocks(people)
    different, same, false = Bands(), Bands(), []
    for one, other in pairs_in_blocks(people):
        match = MATCHER.match(
            people[one], people[other], around=twins.get(one, []) + twins.get(other, [])
        )
        is_same = records[one].resident == records[other].resident
        (same if is_same else different).counts[match.band] += 1
        if match.band is Band.AUTOMATIC and not is_same:
            false.append(match)
    each = Counter(record.resident for record in records)
    return different, same, sum(count * (count - 1) // 2 for count in each.values()), false


def hard_pairs(region: Region, kind: str, count: int) -> Iterator[tuple[Person, Person]]:
    """Yield records of two different people who look alike, one in each of two hospitals."""
    made = 0
    while made < count:
        household = region.household()
        if kind == "relatives":
            couples: Iterable[tuple[object, object]] = combinations(household, 2)
        elif kind == "twins":
            couples = [(household[0], region.twin_of(household[0]))]
        else:
            couples = [(household[0], region.namesake_of(household[0]))]
        for one, other in couples:
            made += 1
            yield (
                comparable(region.records_of(one, HOSPITALS[:1])[0]),
                comparable(region.records_of(other, HOSPITALS[1:2])[0]),
            )


def main() -> None:
    """Print what fell into which band; end with an error where too many links are false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=250_000)
    parser.add_argument("--hard", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.perf_counter()
    different, same, existing, false = weigh_region(arguments.residents, arguments.seed)
    everything = Bands(counts=Counter(different.counts))
    print(different.line("different people, sharing a block"))
    region = Region(arguments.seed + 1)
    for kind in ("namesakes", "twins", "relatives"):
        hard = Bands()
        hard.counts.update(
            MATCHER.match(one, other).band
            for one, other in hard_pairs(region, kind, arguments.hard)
        )
        everything.counts.update(hard.counts)
        print(hard.line(f"different people, {kind}"))
    print(everything.line("different people, all"))
    print(same.line("one person", of=existing))
    links = same.counts[Band.AUTOMATIC] + different.counts[Band.AUTOMATIC]
    print(
        f"false automatic links: {everything.false_per_100_000:.3f} per 100 000 pairs of different"
        f" people; in the region {different.counts[Band.AUTOMATIC]} of {links} automatic links"
    )
    for match in false[:10]:
        print("  false:", ", ".join(f"{one.field}={one.agreement}" for one in match.evidence))
    print(f"{time.perf_counter() - started:.0f} s")
    if everything.false_per_100_000 > 1:
        sys.exit("more than 1 false automatic link per 100 000 pairs of different people")


if __name__ == "__main__":
    main()
