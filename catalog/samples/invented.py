"""What the samples are made of: a die that always falls the same way, invented brands and holders, valid GTINs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

Thing = TypeVar("Thing")

#: The day on which all sample lists were "read from their publishers".
READ_ON = date(2026, 6, 30)

_MULTIPLIER, _INCREMENT, _MASK = 6364136223846793005, 1442695040888963407, (1 << 64) - 1


class Dice:
    """A linear congruential generator (Knuth's MMIX constants): the same numbers on every machine and Python."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._state = (self._state * _MULTIPLIER + _INCREMENT) & _MASK
        return (self._state >> 33) % limit

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, things: Sequence[Thing]) -> Thing:
        """One of `things`."""
        return things[self.below(len(things))]

    def chance(self, percent: int) -> bool:
        """True in `percent` of a hundred throws."""
        return self.below(100) < percent

    def day(self, first: date, last: date) -> date:
        """A day from `first` to `last`, both included."""
        return first + timedelta(days=self.below((last - first).days + 1))


@dataclass(frozen=True)
class Brand:
    """An invented brand in its own script, in Latin letters, and the letters its models begin with."""

    name: str
    latin: str
    prefix: str


@dataclass(frozen=True)
class Made:
    """One made-up licence; each list writes it in its own layout."""

    number: str
    holder: str
    brand: Brand
    kind: str
    category: str
    models: tuple[str, ...]
    valid_from: date
    valid_until: date
    standard: str = ""
    status: str = "active"
    status_from: date | None = None
    reason: str = ""
    gtins: tuple[str, ...] = ()
    properties: dict[str, str] = field(default_factory=dict)
    list_id: str = ""

    @property
    def model(self) -> str:
        """The first model."""
        return self.models[0]

    def status_on(self, day: date) -> str:
        """The status on a day, by the dates and the list's own word."""
        if day < self.valid_from:
            return "not_begun"
        if self.status != "active" and self.status_from is not None and self.status_from <= day:
            return self.status
        return "expired" if day > self.valid_until else "active"


def brands(text: str) -> tuple[Brand, ...]:
    """Brands written as `name Latin PREFIX`, separated by commas."""
    return tuple(Brand(*part.split()) for part in text.replace("\n", " ").split(","))


#: Invented; none of them was found in the registers that Tenring reads. Any likeness to a real brand is unintended.
CHINESE = {
    "computing": brands("云栌 Yunlu YL, 砚渡 Yandu YD, 朔禾 Shuohe SH, 澜柯 Lanke LK, 珩谷 Henggu HG"),
    "imaging": brands("筠墨 Yunmo YM, 鹿砚 Luyan LY, 晷明 Guiming GM, 翎洲 Lingzhou LZ"),
    "appliances": brands("岚启 Lanqi LQ, 霁原 Jiyuan JY, 皓葵 Haokui HK, 汀橡 Tingxiang TX"),
    "furniture": brands("檀汐 Tanxi TA, 栎昀 Liyun LI, 沐砾 Muli MU, 青阡 Qingqian QQ"),
    "building": brands("磐舒 Panshu PS, 璟壤 Jingrang JR, 穗隐 Suiyin SU, 垣砥 Yuandi YU"),
    "supplies": brands("笺舟 Jianzhou JZ, 漪素 Yisu YS, 纾棠 Shutang ST, 蘅帛 Hengbo HB"),
}
LATIN = brands(
    "Aldrune Aldrune AL, Bexomar Bexomar BX, Corvalent Corvalent CV, Dunmarrow Dunmarrow DM, Elvorix Elvorix EV, "
    "Galtharo Galtharo GT, Hexlowe Hexlowe HX, Jarvonne Jarvonne JV, Kestrow Kestrow KS, Mirrowen Mirrowen MR, "
    "Nolthane Nolthane NT, Pellwyn Pellwyn PW, Quorane Quorane QR, Selkirre Selkirre SK, Tamberlo Tamberlo TB"
)
KOREAN = brands("누리솔결 Nurisolgyeol NS, 한빛담울 Hanbitdamul HD, 솔마루온 Solmaruon SM, 가온들빛 Gaondeulbit GD")
TAIWANESE = brands("曜嵐庭 Yaolanting YT, 沐霖川 Mulinchuan ML, 翠嶼森 Cuiyusen CY, 穹石匠 Qiongshijiang QS")
JAPANESE = brands("翠霞工房 Suikakobo SK, 灯凪堂 Tonagido TN, ヨモギノワ Yomoginowa YW, 紙縁舎 Shienya SE")
PLACES = ("云岚", "澄屿", "栖谷", "穗川", "临汐", "青垣")


def check_digit(digits: str) -> str:
    """The GS1 check digit of `digits` (weights 3 and 1 from the right)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str((10 - total % 10) % 10)


def ean13(serial: int) -> str:
    """A valid GTIN-13 in the range that begins with 2, which GS1 keeps for use inside a company."""
    body = f"29{serial:010d}"
    return body + check_digit(body)


def upc(serial: int) -> str:
    """A valid UPC-A in the range that begins with 2."""
    body = f"2{serial:010d}"
    return body + check_digit(body)


def years_later(day: date, years: int) -> date:
    """The day before the same day `years` later: the last one of a licence."""
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + years, day.month, 28 if leap else day.day) - timedelta(days=1)


class ModelNames:
    """Model names that never repeat within a brand."""

    def __init__(self, dice: Dice) -> None:
        self._dice, self._used = dice, set[str]()

    def make(self, brand: Brand, letter: str) -> str:
        """Something like `YL-D4208`, at least two digits away from every other model of the brand and letter."""
        while True:
            number = f"{self._dice.between(100, 999)}{self._dice.below(10)}"
            stem = f"{brand.prefix}-{letter}{number}"
            if not any(f"{brand.prefix}-{letter}{near}" in self._used for near in _near(number)):
                self._used.add(stem)
                return stem


def _near(number: str) -> set[str]:
    """`number` itself and every number that differs in one digit."""
    return {number} | {number[:i] + digit + number[i + 1 :] for i in range(len(number)) for digit in "0123456789"}
