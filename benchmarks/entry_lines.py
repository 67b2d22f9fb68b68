"""Register entries written as purchase lines: kinds of rewriting that stay true, and kinds of near misses that are not.

Every kind is one function with its reason; it makes one line of an entry in English or Chinese, or none where it does
not apply. What an entry prints is taken as it is; words around it are ours. The same seed gives the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from entry_truth import Entry, Register, bare
from opencc import OpenCC

_IDEOGRAPH = re.compile("[\u3040-\u9fff\uac00-\ud7af（）、，]")
_TRADITIONAL = OpenCC("s2t")
#: Language of the words around a code: English or Chinese.
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Line:
    """A purchase line made of `licence`; `code` is the model it names, changed or not."""

    text: str
    brand: str | None = None
    model: str | None = None
    certificate: str | None = None
    gtin: str | None = None
    category: str | None = None
    kind: str = ""
    language: str = ""
    licence: str = ""
    code: str = ""
    entry_brand: str = ""


@dataclass(frozen=True)
class Sources:
    """Words for lines: names of categories, other spellings of brands, brands of others."""

    categories: dict[str, dict[str, str]]
    spellings: dict[str, tuple[str, ...]]
    brands: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """What lines are made with: the language, the chance, the register, words."""

    language: str
    choose: Random
    register: Register
    sources: Sources


@dataclass(frozen=True)
class Subject:
    """What a line is made of: an entry and the model chosen."""

    entry: Entry
    code: str
    setting: Setting

    @property
    def language(self) -> str:
        """The line's language."""
        return self.setting.language

    @property
    def choose(self) -> Random:
        """The chance of its kind and language."""
        return self.setting.choose

    @property
    def register(self) -> Register:
        """All entries."""
        return self.setting.register

    @property
    def brand(self) -> str:
        """The brand as the register prints it."""
        return self.entry.brand

    def spellings(self) -> tuple[str, ...]:
        """Other names of the brand in the catalogue."""
        return self.setting.sources.spellings.get(self.entry.brand, ())

    def goods(self) -> str:
        """What the thing is, in the line's language."""
        return self.setting.sources.categories[self.entry.category][self.language]

    def say(self, english: list[str], chinese: list[str]) -> str:
        """One of the phrases, in the line's language."""
        return self.choose.choice(english if self.language == "en" else chinese)

    def joined(self, *parts: str) -> str:
        """Parts with spaces in English; in Chinese without one between characters and codes, as it is written."""
        if self.language == "en":
            return " ".join(parts)
        text = parts[0]
        for part in parts[1:]:
            text += ("" if _IDEOGRAPH.match(text[-1]) or _IDEOGRAPH.match(part[0]) else " ") + part
        return text

    def whole(self, code: str | None = None, brand: str | None = None) -> str:
        """Brand, model and goods in the usual order of the language."""
        named = f"{brand or self.brand} {code or self.code}"
        return f"{self.goods()}, {named}" if self.language == "en" else self.joined(named, self.goods())

    def line(self, text: str, **fields: str | None) -> Line:
        """A line with this text; its category is known where the text says what the thing is."""
        category = self.entry.category if self.goods() in text else None
        return Line(text, **{"category": category, "code": self.code, **fields})


Kind = Callable[[Subject], "Line | None"]

_COLOURS = (["white", "black", "silver", "matt grey"], ["白色", "黑色", "银色", "哑光灰"])
_QUANTITY = (
    ["2 pcs", "x 5", "qty 12", "(pack of 4)", "- 10 units", "1 ea"],
    ["2台", "5个", "×12", "10 台", "共4套", "1台/件"],
)
_MEASURES = {
    "televisions": (['55"', "139 cm", "4K UHD"], ["55英寸", "139厘米", "4K"]),
    "computer-displays": (['27"', "27-inch", "1920x1080"], ["27英寸", "27寸", "1920×1080"]),
    "led-lamps": (["9 W", "800 lm", "2700K", "230V"], ["9瓦", "800流明", "2700K", "220V"]),
    "heat-pumps": (["8 kW", "400 V", "R32"], ["8千瓦", "3匹", "380V"]),
}
_OTHER_MEASURES = (["220 V", "350 L", "1.5 HP", "16 GB"], ["220V", "350升", "1.5匹", "16GB"])


def _separators_dropped(code: str) -> str:
    return "".join(re.findall(r"[^\W_]+", code))


def _words_of(code: str) -> list[str]:
    return re.findall(r"[^\W_]+", code)


# ---- kinds that stay true


def plain(s: Subject) -> Line:
    """Brand and model alone."""
    return s.line(s.joined(s.brand, s.code))


def goods_around(s: Subject) -> Line:
    """The name of the goods before or behind brand and model."""
    return s.line(s.whole())


def sentence(s: Subject) -> Line:
    """Brand and model in a sentence of a tender."""
    text = s.say(
        [
            f"Supply and installation of {s.goods()} {s.brand} {s.code} for the town hall",
            f"Purchase of new {s.goods()}: {s.brand} {s.code}, delivery included",
        ],
        [f"采购{s.goods()}一批：{s.brand} {s.code}，含送货", f"办公楼用{s.goods()}（{s.brand} {s.code}）采购项目"],
    )
    return s.line(text)


def model_alone(s: Subject) -> Line | None:
    """Goods and model without the brand: only codes that need none (eight signs, letters and digits, one brand)."""
    key = bare(s.code)
    mixed = re.search(r"[a-z]", key) and re.search(r"[0-9]", key)
    others = {s.register.by_id[licence].brand for licence in s.register.covering(s.code)}
    if len(key) < 8 or not mixed or any(not s.register.same_brand(s.brand, other) for other in others):
        return None
    return s.line(f"{s.goods()} {s.code}")


def lower_case(s: Subject) -> Line:
    """All in lower case."""
    return s.line(s.whole().lower(), category=s.entry.category)


def separators_dropped(s: Subject) -> Line | None:
    """Spaces, hyphens and slashes of the model left out."""
    short = _separators_dropped(s.code)
    return s.line(s.whole(short)) if short != s.code else None


def separators_moved(s: Subject) -> Line | None:
    """Hyphens for spaces and the other way round, or a hyphen between letters and digits."""
    if len(_words_of(s.code)) > 1:
        moved = re.sub(r"[ \-_/.]+", "-" if " " in s.code else " ", s.code)
    else:
        moved = re.sub(r"(?<=[A-Za-z])(?=[0-9])", "-", s.code, count=1)
    return s.line(s.whole(moved)) if moved != s.code else None


def full_width(s: Subject) -> Line:
    """Brand and model in full-width letters, digits and signs."""
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
    return s.line(s.whole(s.code.translate(wide), s.brand.translate(wide)))


def other_spelling(s: Subject) -> Line | None:
    """The brand by another of its names or scripts: 惠普 for HP."""
    others = s.spellings()
    return s.line(s.whole(brand=s.choose.choice(others))) if others else None


def both_scripts(s: Subject) -> Line | None:
    """The brand in both scripts: 惠普/HP, 惠普（HP）."""
    others = [other for other in s.spellings() if not other.isascii()]
    if not others:
        return None
    other = s.choose.choice(others)
    return s.line(
        s.whole(brand=s.choose.choice([f"{other}/{s.brand}", f"{other}（{s.brand}）", f"{s.brand}({other})"]))
    )


def legal_form_added(s: Subject) -> Line:
    """The maker with a legal form behind the brand, in its own column."""
    form = s.say(["Inc.", "Ltd", "GmbH", "Co., Ltd."], ["有限公司", "股份有限公司", "Co., Ltd.", "集团"])
    return s.line(s.goods(), brand=f"{s.brand} {form}" if form.isascii() else f"{s.brand}{form}", model=s.code)


def legal_form_dropped(s: Subject) -> Line | None:
    """The maker without the legal form that the register prints."""
    short = re.sub(
        r"(?i)[ ,]+(inc|co|corp|corporation|ltd|llc|gmbh|ag|ab|s\.?p\.?a|s\.?r\.?l|b\.?v|n\.?v)\b.*$", "", s.brand
    )
    return s.line(s.whole(brand=short)) if short != s.brand and len(short) > 2 else None


def quantity_behind(s: Subject) -> Line:
    """How many, with a unit, behind the model."""
    return s.line(s.joined(s.whole() if s.language == "en" else f"{s.goods()} {s.brand} {s.code}", s.say(*_QUANTITY)))


def measures_around(s: Subject) -> Line:
    """Sizes, power and voltage beside the model."""
    measure = s.say(*_MEASURES.get(s.entry.category, _OTHER_MEASURES))
    return s.line(
        s.joined(s.brand, s.code, measure, s.goods())
        if s.choose.random() < 0.5
        else f"{s.goods()} {measure}, {s.brand} {s.code}"
    )


def colour_behind(s: Subject) -> Line:
    """A colour or a pack behind the model."""
    return s.line(f"{s.goods()} {s.joined(s.brand, s.code, s.say(*_COLOURS))}")


def model_in_brackets(s: Subject) -> Line:
    """The model in brackets behind brand and goods."""
    text = s.say(
        [f"{s.brand} {s.goods()} ({s.code})", f"{s.brand} {s.goods()} [model: {s.code}]"],
        [f"{s.joined(s.brand, s.goods())}（{s.code}）", f"{s.goods()}（品牌：{s.brand}，型号：{s.code}）"],
    )
    return s.line(text)


def article_number_beside(s: Subject) -> Line:
    """The supplier's own article number beside it."""
    number = f"{s.choose.randrange(100, 999)}-{s.choose.randrange(10000, 99999)}"
    text = s.say(
        [f"Art. {number} {s.brand} {s.code} {s.goods()}", f"{s.goods()} {s.brand} {s.code}, item no. {number}"],
        [f"货号{number} {s.brand} {s.code} {s.goods()}", f"{s.goods()} {s.brand} {s.code}（商品编号：{number}）"],
    )
    return s.line(text)


def certificate_in_text(s: Subject) -> Line | None:
    """The licence's number in the text, without the model."""
    if s.entry.register == "heat-pump-keymark":
        return None  # this register's numbers are its model names
    text = s.say(
        [f"{s.brand} {s.goods()}, certificate no. {s.entry.number}"],
        [f"{s.joined(s.brand, s.goods())}，证书编号：{s.entry.number}"],
    )
    return s.line(text)


def gtin_beside(s: Subject) -> Line | None:
    """The bar code in its own column, without the model."""
    return s.line(f"{s.brand} {s.goods()}", gtin=s.choose.choice(s.entry.gtins)) if s.entry.gtins else None


def wildcard_filled(s: Subject) -> Line | None:
    """A printed wildcard filled in: ABC*12 bought as ABCX12."""
    printed = [m for m in s.entry.models if re.search(r"[A-Za-z0-9]{3}.*[*#]", m) and not re.search(r"[(/,:]", m)]
    if not printed:
        return None
    model = s.choose.choice(printed)
    if len(bare(re.split(r"[*#]", model)[0])) < 4:
        return None  # hardly anything is fixed before the wildcard: nothing can be said of such a code
    filled = re.sub(r"[*]", lambda _: s.choose.choice("ABDLRSWX") if s.choose.random() < 0.9 else "", model)
    filled = re.sub("#", lambda _: s.choose.choice("0123456789"), filled)
    return s.line(s.whole(filled), code=filled)


def family_and_member(s: Subject) -> Line | None:
    """The family's name before the model, where the register prints one."""
    families = [
        f for f in (*s.entry.families, *s.entry.names) if not re.search(r"[*#,]", f) and bare(f) != bare(s.code)
    ]
    return s.line(s.joined(s.brand, s.choose.choice(families), s.code, s.goods())) if families else None


def several_models(s: Subject) -> Line | None:
    """Two models of one licence in a line."""
    others = [m for m in s.entry.additional if identifying(m) and bare(m) != bare(s.code)]
    if not others:
        return None
    sign = s.say([" / ", ", ", " and "], ["、", "/", "和"])
    return s.line(s.joined(s.brand, f"{s.code}{sign}{s.choose.choice(others)}", s.goods()))


def traditional_characters(s: Subject) -> Line | None:
    """Words and the brand's other spelling in Traditional characters."""
    if s.language != "zh":
        return None
    brand = next((other for other in s.spellings() if not other.isascii()), s.brand)
    return s.line(_TRADITIONAL.convert(s.whole(brand=brand)), category=s.entry.category)


def brand_mistyped(s: Subject) -> Line | None:
    """One letter of a long brand name wrong; the model is right, long, and of this brand alone."""
    alone = model_alone(s)
    letters = [place for place, sign in enumerate(s.brand) if sign.isalpha()]
    if alone is None or not s.brand.isascii() or len(bare(s.brand)) < 6:
        return None
    place = s.choose.choice(letters[1:])
    kind = s.choose.randrange(3)
    typed = s.choose.choice("aeiorstn")
    wrong = s.brand[:place] + ("", typed, s.brand[place] * 2)[kind] + s.brand[place + 1 :]
    return s.line(s.whole(brand=wrong)) if bare(wrong) != bare(s.brand) else None


def columns(s: Subject) -> Line:
    """Brand and model in columns of their own, the goods in the description."""
    return s.line(s.goods(), brand=s.brand, model=s.code)


def model_column(s: Subject) -> Line:
    """The model in its column, the brand in the description."""
    return s.line(s.joined(s.brand, s.goods()), model=s.code)


def further_model(s: Subject) -> Line | None:
    """A further model of the licence, as printed, with its regional suffix."""
    further = [m for m in s.entry.additional if identifying(m)]
    if not further:
        return None
    code = s.choose.choice(further)
    return s.line(s.whole(code), code=code)


def with_accessory(s: Subject) -> Line:
    """The thing itself, with something that belongs to it included."""
    text = s.say(
        [
            f"{s.goods()} {s.brand} {s.code} incl. wall bracket",
            f"{s.brand} {s.code} with power adapter",
            f"{s.brand} {s.code}, including 3 years maintenance",
        ],
        [
            f"{s.brand} {s.code} {s.goods()}（含支架）",
            f"{s.goods()} {s.brand} {s.code} 含三年保养",
            f"{s.brand} {s.code}，带适配器",
        ],
    )
    return s.line(text)


POSITIVE: tuple[Kind, ...] = (
    plain, goods_around, sentence, model_alone, lower_case, separators_dropped, separators_moved, full_width,
    other_spelling, both_scripts, legal_form_added, legal_form_dropped, quantity_behind, measures_around, colour_behind,
    model_in_brackets, article_number_beside, certificate_in_text, gtin_beside, wildcard_filled, family_and_member,
    several_models, traditional_characters, brand_mistyped, columns, model_column, further_model, with_accessory,
)  # fmt: skip


# ---- near misses


def _unlike(sign: str, choose: Random) -> str:
    signs = "0123456789" if sign.isdigit() else "ABCDEFGHJKLMNPRSTUVWXYZ"
    other = choose.choice([one for one in signs if one != sign.upper()])
    return other if sign.isdigit() or sign.isupper() else other.lower()


def _uncovered(s: Subject, code: str) -> bool:
    """Whether no entry covers a changed code, nor a part of it that stands alone between spaces."""
    if bare(code) == bare(s.code) or s.register.covered(code, s.brand):
        return False
    parts = re.findall(r"[^\s,;+]+", code)
    runs = {" ".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)}
    return not any(bare(run) != bare(s.code) and identifying(run) and s.register.covered(run, s.brand) for run in runs)


def _sister(s: Subject, code: str) -> Line | None:
    """A line that names a changed code, if no entry covers it; one in three has it in a column of its own."""
    if not _uncovered(s, code):
        return None
    shape = s.choose.randrange(3)
    if shape == 0:
        return s.line(s.goods(), brand=s.brand, model=code, code=code)
    return s.line(s.whole(code) if shape == 1 else s.joined(s.brand, code), code=code)


def digit_changed(s: Subject) -> Line | None:
    """One digit of the model is another."""
    places = [place for place, sign in enumerate(s.code) if sign.isdigit()]
    place = s.choose.choice(places)
    return _sister(s, s.code[:place] + _unlike(s.code[place], s.choose) + s.code[place + 1 :])


def letter_changed(s: Subject) -> Line | None:
    """One letter of the model is another."""
    places = [place for place, sign in enumerate(s.code) if sign.isascii() and sign.isalpha()]
    if not places:
        return None
    place = s.choose.choice(places)
    return _sister(s, s.code[:place] + _unlike(s.code[place], s.choose) + s.code[place + 1 :])


def suffix_added(s: Subject) -> Line | None:
    """Letters or digits go on behind the model."""
    return _sister(s, s.code + s.choose.choice(["B", "X2", "7", "EU2", "-B", "-X2", "/T3", "W-1", "(K)"]))


def suffix_dropped(s: Subject) -> Line | None:
    """The last letters, digits or part of the model are missing."""
    cut = s.code[: -s.choose.choice([1, 1, 2])] if s.choose.random() < 0.6 else re.sub(r"[-/ ][^-/ ]+$", "", s.code)
    cut = cut.rstrip("-/ (")
    return _sister(s, cut) if len(bare(cut)) >= 3 and re.search(r"[0-9]", cut) else None


def suffix_changed(s: Subject) -> Line | None:
    """The last sign of the model is another."""
    return (
        _sister(s, s.code[:-1] + _unlike(s.code[-1], s.choose))
        if s.code[-1].isascii() and s.code[-1].isalnum()
        else None
    )


def size_changed(s: Subject) -> Line | None:
    """A number of two or three digits in the model is the next size."""
    sizes = list(re.finditer(r"(?<![0-9])[0-9]{2,3}(?![0-9])", s.code))
    if not sizes:
        return None
    found = s.choose.choice(sizes)
    step = s.choose.choice([-10, -5, 5, 10, 20])
    size = str(int(found.group()) + step)
    if int(size) <= 0 or len(size) != len(found.group()):
        return None
    return _sister(s, s.code[: found.start()] + size + s.code[found.end() :])


def signs_swapped(s: Subject) -> Line | None:
    """Two neighbouring signs of the model have changed places."""
    places = [p for p in range(len(s.code) - 1) if s.code[p : p + 2].isalnum() and s.code[p] != s.code[p + 1]]
    if not places:
        return None
    p = s.choose.choice(places)
    return _sister(s, s.code[:p] + s.code[p + 1] + s.code[p] + s.code[p + 2 :])


def prefix_added(s: Subject) -> Line | None:
    """Letters or digits stand before the model."""
    return _sister(s, s.choose.choice(["X", "K7", "R-", "2", "DX"]) + s.code)


def version_behind(s: Subject) -> Line | None:
    """A further word makes it another model: Pro, Plus, G5, Mk2, Gen 3."""
    behind = s.choose.choice(["Pro", "Plus", "G9", "MK2", "Gen 3", "Max", "V2", "Mini", "XL", "II"])
    return _sister(s, f"{s.code} {behind}")


def wildcard_missed(s: Subject) -> Line | None:
    """A code that a printed wildcard does not cover: one of its fixed signs is another."""
    filled = wildcard_filled(s)
    if filled is None:
        return None
    places = [p for p, sign in enumerate(filled.code) if sign.isdigit()]
    if not places:
        return None
    p = s.choose.choice(places)
    return _sister(s, filled.code[:p] + _unlike(filled.code[p], s.choose) + filled.code[p + 1 :])


def _lists_models(s: Subject, name: str) -> bool:
    """Whether a name is a model or a list of models."""
    parts = re.findall(r"[^\s,;+]+", name)
    runs = {" ".join(parts[a:b]) for a in range(len(parts)) for b in range(a + 1, len(parts) + 1)}
    return bare(name) in s.register.models or any(identifying(run) and bare(run) in s.register.models for run in runs)


def family_alone(s: Subject) -> Line | None:
    """The family with a member that the register does not print."""
    printed = (*s.entry.names, *s.entry.families)
    families = [f for f in printed if re.search("[A-Za-z]", f) and identifying(f) and not _lists_models(s, f)]
    if not families:
        return None
    member = f"{s.choose.choice('BDGKMTVZ')}{s.choose.choice('BDGKMTVZ')}{s.choose.randrange(100, 9999)}"
    code = f"{s.choose.choice(families)} {member}"
    if s.register.covered(code, s.brand) or s.register.covered(member, s.brand):
        return None
    return s.line(s.whole(code), code=code)


def other_brand_in_text(s: Subject) -> Line | None:
    """The same model under a known brand that has no licence for it."""
    brand = _stranger(s)
    return s.line(s.whole(brand=brand), entry_brand=brand) if brand else None


def other_brand_in_column(s: Subject) -> Line | None:
    """The same model with another brand in the brand's column."""
    brand = _stranger(s)
    return s.line(s.goods(), brand=brand, model=s.code, entry_brand=brand) if brand else None


def _stranger(s: Subject) -> str | None:
    brand = s.choose.choice(s.setting.sources.brands)
    if s.register.same_brand(s.code, s.brand):
        return None  # the model's own name has the brand in it
    holders = [s.register.by_id[licence].brand for licence in s.register.covering(s.code)]
    return None if any(s.register.same_brand(brand, holder) for holder in holders) else brand


def column_contradicts(s: Subject) -> Line | None:
    """The description names the model, the model's own column a sister."""
    line = digit_changed(s)
    return line and s.line(s.whole(), model=line.code, code=line.code)


def made_for(s: Subject) -> Line | None:
    """Something that fits the thing: a filter, a cover, a lamp for it."""
    text = s.say(
        [
            f"Filter for {s.brand} {s.code}",
            f"Protective cover suitable for {s.brand} {s.code}",
            f"Compatible remote control for {s.goods()} {s.brand} {s.code}",
            f"Cable set to fit {s.brand} {s.code}",
        ],
        [
            f"适用于{s.brand} {s.code}的滤网",
            f"{s.brand} {s.code}专用保护套",
            f"适配{s.brand} {s.code} {s.goods()}的遥控器",
            f"兼容{s.brand} {s.code}电源线",
        ],
    )
    return s.line(text)


def accessory(s: Subject) -> Line | None:
    """A part or accessory, named behind the thing."""
    text = s.say(
        [
            f"{s.brand} {s.code} wall mount",
            f"{s.brand} {s.code} replacement filter",
            f"Spare part {s.brand} {s.code}: control board",
            f"{s.brand} {s.code} battery",
            f"Remote control {s.brand} {s.code}",
        ],
        [
            f"{s.brand} {s.code} 挂架",
            f"{s.brand} {s.code}配件",
            f"{s.brand} {s.code} 主板（备件）",
            f"{s.brand} {s.code} 电池",
            f"{s.brand} {s.code}遥控器",
        ],
    )
    return s.line(text)


def service(s: Subject) -> Line | None:
    """Work on the thing: repair, maintenance, warranty, hire, disposal."""
    text = s.say(
        [
            f"Repair of {s.goods()} {s.brand} {s.code}",
            f"Annual maintenance contract {s.brand} {s.code}",
            f"Extended warranty {s.brand} {s.code}",
            f"Rental of {s.brand} {s.code}",
            f"Installation service for existing {s.brand} {s.code}",
            f"Removal and disposal of {s.brand} {s.code}",
        ],
        [
            f"{s.brand} {s.code} {s.goods()}维修",
            f"{s.brand} {s.code}年度维保服务",
            f"{s.brand} {s.code} 延保",
            f"租赁{s.brand} {s.code}",
            f"{s.brand} {s.code} 清洗保养",
            f"{s.brand} {s.code} 报废处置",
        ],
    )
    return s.line(text)


def wrong_certificate(s: Subject) -> Line | None:
    """A certificate number with one digit wrong, which no licence has."""
    number = s.entry.number
    places = [place for place, sign in enumerate(number) if sign.isdigit()]
    if not places or s.entry.register == "heat-pump-keymark":
        return None
    place = s.choose.choice(places)
    wrong = number[:place] + _unlike(number[place], s.choose) + number[place + 1 :]
    if s.register.covered(wrong, s.brand):
        return None
    text = s.say(
        [f"{s.brand} {s.goods()}, certificate no. {wrong}"], [f"{s.joined(s.brand, s.goods())}，证书编号：{wrong}"]
    )
    return s.line(text, code=wrong)


def certificate_of_another(s: Subject) -> Line | None:
    """The certificate number of a licence beside a brand and goods that it is not for."""
    other = s.choose.choice(s.register.entries)
    if other.register == "heat-pump-keymark" or other.category == s.entry.category:
        return None
    if s.register.same_brand(other.brand, s.brand) or not _uncovered(s, f"{s.code}X9"):
        return None
    return s.line(
        f"{s.goods()} {s.code}X9",
        brand=s.brand,
        certificate=other.number,
        code=f"{s.code}X9",
        category=s.entry.category,
    )


def wrong_gtin(s: Subject) -> Line | None:
    """A bar code with one digit wrong, which no licence has."""
    if not s.entry.gtins:
        return None
    gtin = s.choose.choice(s.entry.gtins)
    place = s.choose.randrange(3, len(gtin))
    wrong = gtin[:place] + _unlike(gtin[place], s.choose) + gtin[place + 1 :]
    return None if wrong in s.register.gtins else s.line(f"{s.brand} {s.goods()}", gtin=wrong, code=wrong)


def number_that_looks_like_it(s: Subject) -> Line | None:
    """A model of digits only as an order number, a year or a price of something else."""
    if not bare(s.code).isdigit() or len(bare(s.code)) > 6:
        return None
    number = bare(s.code)
    text = s.say(
        [f"Office chairs, order {number}", f"Copy paper 80 g, invoice no. {number}", f"Cleaning services {number} EUR"],
        [f"办公椅，订单号{number}", f"复印纸 合同编号 {number}", f"保洁服务 {number}元"],
    )
    return s.line(text)


NEAR_MISS: tuple[Kind, ...] = (
    digit_changed, letter_changed, suffix_added, suffix_dropped, suffix_changed, size_changed, signs_swapped,
    prefix_added, version_behind, wildcard_missed, family_alone, other_brand_in_text, other_brand_in_column,
    column_contradicts, made_for,
    accessory, service, wrong_certificate, certificate_of_another, wrong_gtin, number_that_looks_like_it,
)  # fmt: skip


def identifying(model: str) -> bool:
    """Whether a printed model can tell a product from others: four signs, a digit, no wildcard, not a mere measure."""
    key = bare(model)
    if len(key) < 4 or not re.search(r"[0-9]", key) or re.search(r"[*#:=]", model):
        return False
    return len(key) >= 5 if key.isdigit() else not re.fullmatch(r"[0-9]+[a-z]{1,2}", key) or len(key) > 5


_OF_PATTERNS = (wildcard_filled, wildcard_missed)


def make_lines(register: Register, sources: Sources, *, per_kind: int, seed: str) -> tuple[list[Line], list[Line]]:
    """Lines that stay true and near misses: up to `per_kind` of each kind and language."""
    plain_models = _usable(register, identifying)
    patterns = _usable(register, lambda model: bool(re.search("[*#]", model)))
    made: list[list[Line]] = []
    for kinds in (POSITIVE, NEAR_MISS):
        lines: list[Line] = []
        for kind in kinds:
            usable = patterns if kind in _OF_PATTERNS else plain_models
            for language in LANGUAGES:
                choose = Random(f"{seed} {kind.__name__} {language}")  # noqa: S311 - the same lines every time
                subjects = _subjects(usable, Setting(language, choose, register, sources))
                found = (_named(kind, subject) for subject in subjects)
                lines += islice((line for line in found if line is not None), per_kind)
        made.append(lines)
    return made[0], made[1]


def _subjects(usable: list[tuple[Entry, list[str]]], setting: Setting) -> Iterator[Subject]:
    """Entries in the order of chance, each once, with one of its models."""
    order = list(range(len(usable)))
    setting.choose.shuffle(order)
    for place in order:
        entry, models = usable[place]
        yield Subject(entry, setting.choose.choice(models), setting)


def _named(kind: Kind, subject: Subject) -> Line | None:
    line = kind(subject)
    if line is None:
        return None
    brand = line.entry_brand or subject.brand
    return replace(
        line, kind=kind.__name__, language=subject.language, licence=subject.entry.licence, entry_brand=brand
    )


def _usable(register: Register, suits: Callable[[str], bool]) -> list[tuple[Entry, list[str]]]:
    pools = ((entry, [model for model in entry.models if suits(model)]) for entry in register.entries)
    return [(entry, models) for entry, models in pools if models]
