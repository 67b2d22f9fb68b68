"""Words that say something special in a product's name: units, editions, platforms, colours, accessories.

Common knowledge of the trade in Latin scripts and Chinese; one word, one meaning. Texts are in normal form.
"""

from __future__ import annotations

from collections.abc import Mapping


def _by_word(kinds: Mapping[str, str]) -> dict[str, str]:
    """Word -> its kind; the first kind that lists a word has it."""
    found: dict[str, str] = {}
    for kind, words in kinds.items():
        for word in words.split():
            found.setdefault(word, kind)
    return found


#: Kind of quantity -> its units, each with how many of the smallest unit it is.
_QUANTITIES: Mapping[str, Mapping[str, float]] = {
    "storage": {"kb": 1 / 1024, "mb": 1, "gb gig gigabyte gigabytes": 1024, "tb": 1024 * 1024},
    "inch": {"in inch inches ' \" '' 英寸 寸": 1},
    "length": {"mm 毫米": 1, "cm 厘米": 10, "m 米": 1000, "ft feet foot 英尺": 304.8},
    "power": {"w watt watts 瓦": 1, "kw 千瓦": 1000, "hp 匹": 735},
    "frequency": {"hz": 1, "khz": 1e3, "mhz": 1e6, "ghz": 1e9},
    "voltage": {"v volt volts 伏": 1},
    "volume": {"ml 毫升": 1, "l liter litre liters litres 升": 1000, "oz": 29.57},
    "mass": {"g gsm 克": 1, "kg 公斤 千克": 1000, "lb lbs": 453.6},
    "sheets": {"sheet sheets page pages 张": 1},
    "pack": {"pack packs pk pcs count ct pieces piece 包 个 支 盒 套 箱 卷 只 本": 1},
    "users": {"user users license licenses licence licences seat seats client clients computer computers pc 用户": 1},
    "pixels": {"mp megapixel megapixels": 1},
    "time": {"day days 天": 1, "month months mo 月": 30, "year years yr": 365},
    "room": {"cuft cu": 1},
    "cooling": {"btu": 1},
    "zoom": {"x": 1},
    "discs": {"disc discs cd cds dvd dvds": 1},
    "ports": {"port ports 口": 1},
}
#: Unit -> kind of quantity, how many of the smallest unit.
UNITS: Mapping[str, tuple[str, float]] = {
    unit: (kind, factor)
    for kind, units in _QUANTITIES.items()
    for names, factor in units.items()
    for unit in names.split()
}
#: Word -> edition that it names.
EDITIONS: Mapping[str, str] = _by_word(
    {
        "upgrade": "upgrade upgrad upg upgr up 升级 升级版",
        "academic": "academic student students teacher education educational edu school ae stu 教育 教育版 学生",
        "oem": "oem",
        "volume": "volume vlp tlp mlp clp olp nonprofit government govt gov",
        "professional": "pro professional prof professionals 专业 专业版",
        "standard": "standard std 标准 标准版",
        "premium": "premium prem",
        "deluxe": "deluxe dlux dlx delux 豪华",
        "home": "home personal family 家庭 家庭版",
        "business": "business enterprise server small 企业 企业版",
        "ultimate": "ultimate ult master collection 旗舰 旗舰版",
        "basic": "basic basics lite light express elements starter le essentials 基础",
        "gold": "gold platinum plat silver",
        "subscription": "subscription renewal maintenance support",
        "expansion": "expansion add addon",
        "bundle": "bundle suite kit combo set 套装",
        "media": "media",
        "licence": "license licence licenses licences",
    }
)
PLATFORMS: Mapping[str, str] = _by_word({"mac": "mac macintosh osx", "windows": "win windows pc xp vista"})
COLOURS: Mapping[str, str] = _by_word(
    {
        "black": "black blk bk 黑色", "white": "white wht wh 白色", "silver": "silver slv sil 银色", "red": "red 红色",
        "blue": "blue blu 蓝色", "green": "green grn 绿色", "pink": "pink pnk 粉色", "yellow": "yellow yel ylw 黄色",
        "grey": "gray grey gry graphite charcoal 灰色", "steel": "stainless steel ss", "titanium": "titanium",
        "cyan": "cyan 青色", "magenta": "magenta mag", "purple": "purple violet plum 紫色", "orange": "orange 橙色",
        "brown": "brown chocolate espresso 棕色", "gold": "gold champagne 金色", "beige": "bisque biscuit beige",
        "cherry": "cherry", "walnut": "walnut",
    }
)  # fmt: skip
#: Words for what belongs to a product and is not it.
ACCESSORIES: Mapping[str, str] = _by_word(
    {
        "holder": "case cover bag mount bracket stand dock skin sleeve holder tripod armband pouch strap frame film",
        "supply": "battery charger adapter cable cord cartridge toner ink paper filter tray 电池 充电 墨盒 硒鼓",
        "addition": "kit remote headphones earbuds lens stacker pedestal card hub wall arm speaker speakers 支架",
        "service": "warranty plan service 维修 保护 配件",
    }
)
#: Words of a brand field that name nobody.
COMPANY_WORDS: Mapping[str, str] = _by_word(
    {
        "form": "inc ltd co llc corp gmbh ag limited group",
        "trade": "software entertainment media publishing interactive games digital electronics international the",
    }
)
