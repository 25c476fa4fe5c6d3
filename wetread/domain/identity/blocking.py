"""Which records are worth comparing: those that share a block, instead of all with all."""

from collections.abc import Iterator
from typing import Final

from wetread.domain.identity.person import Person

_LONGEST: Final = 255  # signs; a name as long as that is no name


def blocks_of(person: Person) -> frozenset[str]:
    """Return the blocks a record lies in.

    Two records of one patient share one unless birth date, name in every script, phone, insurance
    and IDs all differ or are unknown.
    """
    return frozenset(block[:_LONGEST] for block in _blocks(person))


def _blocks(person: Person) -> Iterator[str]:
    if person.birth_date is not None:
        yield f"born {person.birth_date:%Y%m%d}"
    name = person.name
    for script, spelling in (("kana", name.kana), ("kanji", name.kanji), ("sound", name.sound)):
        if spelling is not None:
            yield f"{script} {spelling.joined}"
    for phone in person.phones:
        yield f"phone {phone}"
    if person.insurance_number:
        yield f"insurance {person.insurance_number}"
    for key in person.keys:
        yield f"id {key}"
