"""Invented Japanese patients, and how several hospitals write them down.

Households, twins and namesakes occur about as often as in a Japanese region; slips, blanks and
spellings are guesses. What is measured on them holds for them: real records differ.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

import jaconv

from wetread.domain.identity.person import PatientDetails, Sex
from wetread.domain.studies import PatientKey

HOSPITALS: Final = ("North Hospital", "South Hospital", "East Clinic", "West Hospital")
_OLD_FORMS: Final = dict(
    zip(
        "高崎辺斎浜沢桜広滝島国栄恵真竜豊荘実富",
        "髙﨑邉齋濱澤櫻廣瀧嶋國榮惠眞龍豐莊實冨",
        strict=True,
    )
)
_OLD_HARDWARE: Final = str.maketrans("ァィゥェォャュョッ", "アイウエオヤユヨツ")
_KUNREI: Final = (("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"))
_TYPED: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
)
_TWIN_BIRTHS: Final = 0.011
_SAME_SEX_TWINS: Final = 0.7
_YEARS: Final = range(1926, 2026)
_GENERATIONS: Final = (1960, 1990)
_POSTAL_AREAS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One part of a name."""

    kanji: str
    kana: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Who really exists."""

    number: int
    household: int
    family: Name
    maiden: Name  # for most the same
    given: Name
    sex: Sex
    born: date
    phones: tuple[str, str]  # the household's, and the own one
    postal_code: str
    address: str
    insurance_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalRecord:
    """What one hospital's headers say of a resident."""

    resident: int
    key: PatientKey
    name: str
    details: PatientDetails


class Region:
    """Invents residents and what hospitals write of them; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        names = tomllib.loads(
            Path(__file__).with_name("japanese_names.toml").read_text(encoding="utf-8")
        )
        self._names = names
        self._surnames = [_name(line) for line in names["surnames"]]
        self._surname_shares = [float(line.split()[2]) for line in names["surnames"]]
        self._numbers = 0
        self._households = 0

    def residents(self, count: int) -> Iterator[Resident]:
        """Yield residents by household, until there are at least ``count``."""
        made = 0
        while made < count:
            household = self.household()
            made += len(household)
            yield from household

    def household(self) -> list[Resident]:
        """Return one to five people of one family name, twins among them now and then."""
        chance = self._random
        self._households += 1
        head = self._resident(self._surname(), self._birthday())
        people = [head]
        if chance.random() < 0.6:
            people.append(self._relative(head, self._birthday_near(head.born, years=0)))
        for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
            born = self._birthday_near(head.born, years=30)
            if born.year >= _YEARS.stop:
                continue
            child = self._relative(head, born)
            people.append(child)
            if chance.random() < _TWIN_BIRTHS:
                people.append(self.twin_of(child))
        return people

    def twin_of(self, resident: Resident) -> Resident:
        """Return a brother or sister of the same day and house."""
        chance = self._random
        other = Sex.FEMALE if resident.sex is Sex.MALE else Sex.MALE
        sex = resident.sex if chance.random() < _SAME_SEX_TWINS else other
        twin = self._relative(resident, resident.born, sex=sex)
        while twin.given.kana == resident.given.kana:
            twin = replace(twin, given=self._given(sex, resident.born))
        return twin

    def namesake_of(self, resident: Resident) -> Resident:
        """Return a stranger of the same name, sex and birth date."""
        stranger = self._resident(resident.family, resident.born, sex=resident.sex)
        self._households += 1
        return replace(
            stranger, given=resident.given, maiden=resident.maiden, household=self._households
        )

    def records_of(self, resident: Resident, hospitals: Sequence[str]) -> list[HospitalRecord]:
        """Return what each of the hospitals writes of one resident."""
        records = [self._record(resident, hospital) for hospital in hospitals]
        for place, record in enumerate(records[1:], start=1):
            if self._random.random() < 0.1:  # a letter of referral named the other ID
                details = replace(record.details, other_ids=(records[0].key,))
                records[place] = replace(record, details=details)
        return records

    def hospitals(self) -> list[str]:
        """Return where a resident has been: mostly in one place."""
        count = self._random.choices((1, 2, 3), (0.75, 0.2, 0.05))[0]
        return self._random.sample(HOSPITALS, count)

    def _resident(self, family: Name, born: date, *, sex: Sex | None = None) -> Resident:
        chance = self._random
        self._numbers += 1
        sex = sex or chance.choice((Sex.FEMALE, Sex.MALE))
        married = sex is Sex.FEMALE and born.year < 2000 and chance.random() < 0.7
        return Resident(
            number=self._numbers,
            household=self._households,
            family=family,
            maiden=self._surname() if married else family,
            given=self._given(sex, born),
            sex=sex,
            born=born,
            phones=(self._phone("0123"), self._phone("090")),
            postal_code=f"{chance.randrange(_POSTAL_AREAS):03}-{chance.randrange(10) * 100:04}",
            address=f"見本市中央{chance.randint(1, 60)}丁目"
            f"{chance.randint(1, 30)}番{chance.randint(1, 40)}号",
            insurance_number=f"{chance.randrange(10**10):010}",
        )

    def _relative(self, of: Resident, born: date, *, sex: Sex | None = None) -> Resident:
        made = self._resident(of.family, born, sex=sex)
        return replace(
            made,
            household=of.household,
            phones=(of.phones[0], made.phones[1]),
            postal_code=of.postal_code,
            address=of.address,
            insurance_number=of.insurance_number,
        )

    def _surname(self) -> Name:
        made = self._names["share_of_made_surnames"] / 1000
        if self._random.random() >= made:
            return self._random.choices(self._surnames, self._surname_shares)[0]
        return self._composed("surname_starts", "surname_ends")

    def _given(self, sex: Sex, born: date) -> Name:
        of = "male" if sex is Sex.MALE else "female"
        generation = sum(born.year >= year for year in _GENERATIONS)
        made = self._names["share_of_made_given_names"][generation] / 1000
        if self._random.random() < made:
            return self._composed(f"{of}_starts", f"{of}_ends")
        lines = self._names[f"{of}_names"]
        shares = [float(line.split()[2 + generation]) for line in lines]
        return _name(self._random.choices(lines, shares)[0])

    def _composed(self, starts: str, ends: str) -> Name:
        first = _name(self._random.choice(self._names[starts]))
        last = _name(self._random.choice(self._names[ends]))
        return Name(kanji=first.kanji + last.kanji, kana=first.kana + last.kana)

    def _birthday(self) -> date:
        # People who come to be scanned are old more often than young.
        year = int(self._random.triangular(_YEARS.start, _YEARS.stop, 1952))
        return date(year, 1, 1) + timedelta(days=self._random.randrange(365))

    def _birthday_near(self, born: date, *, years: int) -> date:
        days = (years + self._random.uniform(-6, 6)) * 365
        return born + timedelta(days=int(days))

    def _phone(self, start: str) -> str:
        return f"{start}{self._random.randrange(10 ** (11 - len(start))):0{11 - len(start)}}"

    def _record(self, resident: Resident, hospital: str) -> HospitalRecord:
        chance = self._random
        household, own = resident.phones
        phone = chance.choice((household, own, household))
        moved = chance.random() < 0.15
        address = self._written_address(resident)
        if moved:
            phone, address = self._phone("0123"), f"別見本町{chance.randint(1, 999)}番地"
        return HospitalRecord(
            resident=resident.number,
            key=PatientKey(issuer=hospital, patient_id=f"{chance.randrange(10**9):09}"),
            name=self._written_name(resident),
            details=PatientDetails(
                birth_date=self._written_date(resident.born),
                sex=self._written_sex(resident.sex),
                telephone=phone if chance.random() < 0.6 else "",
                address=address if chance.random() < 0.4 else "",
                insurance_number=resident.insurance_number if chance.random() < 0.2 else "",
            ),
        )

    def _written_address(self, resident: Resident) -> str:
        address = f"〒{resident.postal_code} {resident.address}"
        if self._random.random() < 0.4:
            address = jaconv.h2z(address, digit=True, ascii=True)
        if self._random.random() < 0.4:
            address = address.replace("丁目", "-").replace("番", "-").replace("号", "")
        return address

    def _written_date(self, born: date) -> str:
        chance, text = self._random, f"{born:%Y%m%d}"
        draw = chance.random()
        if draw < 0.004:
            place = chance.randrange(3, 8)
            return f"{text[:place]}{chance.randrange(10)}{text[place + 1 :]}"
        if draw < 0.008:
            place = chance.choice((4, 6))
            return f"{text[:place]}{text[place + 1]}{text[place]}{text[place + 2 :]}"
        if draw < 0.010:
            return f"{text[:4]}{text[6:]}{text[4:6]}"
        if draw < 0.013:
            return f"{born.year + chance.choice((1, -1, 12, -12))}{text[4:]}"  # a wrong era
        return "" if draw < 0.02 else text

    def _written_sex(self, sex: Sex) -> str:
        draw = self._random.random()
        if draw < 0.003:
            return "F" if sex is Sex.MALE else "M"
        return "O" if draw < 0.01 else str(sex)

    def _written_name(self, resident: Resident) -> str:
        chance = self._random
        family = resident.maiden if chance.random() < 0.06 else resident.family
        given = resident.given
        kana = [self._slip(part.kana) for part in (family, given)]
        kanji = [self._old_forms(part.kanji) for part in (family, given)]
        if chance.random() < 0.005:
            kana.reverse()
            kanji.reverse()
        spoken, written = "^".join(kana), "^".join(kanji)
        half = jaconv.z2h(
            spoken.translate(_OLD_HARDWARE) if chance.random() < 0.5 else spoken, kana=True
        )
        latin = "^".join(self._romaji(part) for part in kana)
        hiragana = jaconv.kata2hira(spoken)
        styles = {
            f"{latin}={written}={hiragana}": 0.40,
            f"{half}={written}": 0.25,
            f"{latin}={written}={spoken}": 0.15,
            latin.replace("^", " ").upper(): 0.08,
            half.replace("^", " "): 0.07,
            f"{latin}=\ufffd\ufffd^\ufffd?={hiragana}": 0.03,  # a wrong character set
            f"={written.replace('^', '　')}": 0.02,
        }
        return chance.choices(list(styles), list(styles.values()))[0]

    def _slip(self, kana: str) -> str:
        chance, draw = self._random, self._random.random()
        place = chance.randrange(len(kana))
        if draw < 0.005:
            return f"{kana[:place]}{chance.choice(_TYPED)}{kana[place + 1 :]}"
        if draw < 0.008 and len(kana) > 1:
            return kana[:place] + kana[place + 1 :]
        if draw < 0.015:
            return kana.translate(str.maketrans("ザガダバ", "サカタハ"))
        return kana.replace("ウ", "ー") if draw < 0.03 and kana[-1] == "ウ" else kana

    def _old_forms(self, kanji: str) -> str:
        if self._random.random() < 0.5:
            return kanji
        return "".join(_OLD_FORMS.get(sign, sign) for sign in kanji)

    def _romaji(self, kana: str) -> str:
        latin = jaconv.kana2alphabet(jaconv.kata2hira(kana)).replace("-", "")
        draw = self._random.random()
        if draw < 0.2:
            latin = latin.replace("ou", "o").replace("oo", "o").replace("uu", "u")
        elif draw < 0.3:
            latin = latin.replace("ou", "oh").replace("oo", "oh")
        elif draw < 0.4:
            for hepburn, kunrei in _KUNREI:
                latin = latin.replace(hepburn, kunrei)
        return latin.capitalize()


def _name(line: str) -> Name:
    kanji, kana = line.split()[:2]
    return Name(kanji=kanji, kana=kana)
