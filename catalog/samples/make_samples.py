"""Make the sample registers and the sample purchases; every run writes the same bytes.

    python catalog/samples/make_samples.py [FOLDER]

Everything in them is invented. The layouts are the publishers' (see the README of each register). FOLDER is the one
this file stands in unless another is given.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from invented import (
    CHINESE,
    JAPANESE,
    KOREAN,
    LATIN,
    PLACES,
    READ_ON,
    TAIWANESE,
    Brand,
    Dice,
    Made,
    ModelNames,
    ean13,
    upc,
    years_later,
)
from make_purchases import write_purchases

SEED = 20260630
STAMP = READ_ON.strftime("%Y_%m_%d")
EARLIER = date(2022, 12, 31)
Rows = Iterable[Sequence[object]]

# China

#: Kind as a certificate prints it, standard, category, group of brands, letter of models, how many.
ENVIRONMENTAL_LABEL = """
机架式服务器|HJ 2507-2011|servers|computing|R|14
台式计算机|HJ 2536-2014|desktop-computers|computing|D|40
便携式计算机|HJ 2536-2014|notebook-computers|computing|N|34
平板式微型计算机|HJ 2536-2014|tablet-computers|computing|T|8
液晶显示器|HJ 2536-2014|computer-displays|computing|M|26
激光打印机|HJ 2512-2016|laser-printers|imaging|P|22
喷墨打印机|HJ 2512-2016|inkjet-printers|imaging|J|8
多功能一体机|HJ 2512-2016|multifunction-devices|imaging|F|12
数码复印机|HJ 424-2017|copiers|imaging|C|12
扫描仪|HJ 2517-2012|scanners|imaging|S|8
投影仪|HJ 2516-2012|projectors|imaging|V|10
鼓粉盒|HJ/T 413-2007|toner-cartridges|imaging|G|20
彩色电视机|HJ 2506-2011|televisions|appliances|E|10
房间空气调节器|HJ 2535-2013|room-air-conditioners|appliances|A|20
家用电冰箱|HJ/T 236-2006|refrigerators|appliances|B|6
空气净化器|HJ 2544-2016|air-purifiers|appliances|K|5
LED灯|HJ 2518-2012|led-lamps|appliances|L|10
室内照明灯具|HJ 2518-2012|indoor-luminaires|appliances|U|8
办公桌|HJ 2547-2016|desks-and-tables|furniture|Z|22
办公椅|HJ 2547-2016|chairs|furniture|Y|22
文件柜|HJ 2547-2016|cabinets|furniture|G|18
沙发|HJ 2547-2016|sofas|furniture|S|8
书架|HJ 2547-2016|shelving|furniture|J|6
办公屏风|HJ 2547-2016|office-screens|furniture|P|5
木床|HJ 2547-2016|beds|furniture|C|5
水性内墙涂料|HJ 2537-2014|interior-wall-paints|building|N|20
水性外墙涂料|HJ 2537-2014|exterior-wall-paints|building|W|8
水性木器涂料|HJ 2537-2014|wood-coatings|building|M|6
胶合板|HJ 571-2010|plywood|building|J|8
中密度纤维板|HJ 571-2010|fibreboard|building|X|8
刨花板|HJ 571-2010|particleboard|building|B|6
浸渍纸饰面板|HJ 571-2010|decorated-panels|building|S|4
强化木地板|HJ 571-2010|wooden-flooring|building|D|8
通用硅酸盐水泥|HJ 2519-2012|cement|building|C|10
预拌混凝土|HJ/T 412-2007|ready-mixed-concrete|building|H|4
瓷质砖|HJ 297-2021|ceramic-tiles|building|T|12
改性沥青防水卷材|HJ 455-2009|waterproofing-membranes|building|F|8
木质门|HJ 459-2009|wood-doors|building|A|6
石膏板|HJ/T 223-2005|gypsum-boards|building|G|4
卫生陶瓷坐便器|HJ 296-2021|toilets|building|Z|6
水嘴|HJ/T 411-2007|taps|building|L|5
胶粘剂|HJ 2541-2016|adhesives|building|K|5
静电复印纸|HJ 410-2017|copy-paper|supplies|F|16
双胶纸|HJ 410-2017|printing-paper|supplies|S|6
中性笔|HJ 1161-2021|writing-instruments|supplies|B|4
工作服|HJ 2546-2016|clothing|supplies|W|6
棉涤面料|HJ 2546-2016|textile-materials|supplies|M|6
床上用品|HJ 2546-2016|bed-linen|supplies|C|4
洗衣液|HJ 458-2009|laundry-detergents|supplies|X|4
餐具洗涤剂|HJ 458-2009|hand-dishwashing-detergents|supplies|D|4
硬表面清洁剂|HJ 458-2009|hard-surface-cleaners|supplies|Y|6
"""
ENERGY_CONSERVATION = """
台式计算机|GB 28380-2012|desktop-computers|computing|D|22
便携式计算机|GB 28380-2012|notebook-computers|computing|N|18
液晶显示器|GB 21520-2015|computer-displays|computing|M|14
激光打印机|GB 21521-2014|laser-printers|imaging|P|14
多功能一体机|GB 21521-2014|multifunction-devices|imaging|F|6
房间空气调节器|GB 21455-2019|room-air-conditioners|appliances|A|16
平板电视|GB 24850-2020|televisions|appliances|E|8
家用电冰箱|GB 12021.2-2015|refrigerators|appliances|B|6
洗衣机|GB 12021.4-2013|washing-machines|appliances|W|4
LED筒灯|GB 30255-2019|led-downlights|appliances|T|6
非定向自镇流LED灯|GB 30255-2019|led-lamps|appliances|L|6
坐便器|GB 25502-2017|toilets|building|Z|5
水嘴|GB 25501-2019|taps|building|L|5
多联式空调(热泵)机组|GB 21454-2021|multi-split-air-conditioners|appliances|V|4
"""
TRADES = {
    "computing": "计算机",
    "imaging": "办公设备",
    "appliances": "电器",
    "furniture": "家具",
    "building": "建材",
    "supplies": "用品",
}
#: Bodies of the environmental label with the letters of their certificate numbers; the first has most certificates.
BODIES = (("cec", "CEC"), ("ccaepi", "CCAEPI"), ("csca", "CSCA"), ("ecc", "ECC"))
CN_COLUMNS = (
    "序号",
    "证书编号",
    "持证人",
    "产品名称",
    "商标",
    "规格型号",
    "依据标准",
    "发证日期",
    "有效期至",
    "证书状态",
    "状态变更日期",
    "状态变更原因",
    "备注",
)
CN_STATUS = {"active": "有效", "suspended": "暂停", "withdrawn": "撤销", "expired": "过期"}
CN_REASONS = {"suspended": "未按期接受监督检查", "withdrawn": "暂停期内未完成整改"}


class China:
    """The certificates of the Chinese bodies."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names = dice, ModelNames(dice)
        self.environmental = [made for line in ENVIRONMENTAL_LABEL.split("\n") if line for made in self._kind(line)]
        self.energy = [made for line in ENERGY_CONSERVATION.split("\n") if line for made in self._energy(line)]
        self.environmental += self._ties()

    def _kind(self, line: str) -> Iterable[Made]:
        kind, standard, category, group, letter, count = line.split("|")
        for _ in range(int(count)):
            body, letters = BODIES[0] if self.dice.chance(70) else self.dice.pick(BODIES[1:])
            brand = self.dice.pick(CHINESE[group])
            yield self._made(
                (kind, standard, category, group), brand, (body, letters, "ELP"), self._models(brand, letter)
            )

    def _energy(self, line: str) -> Iterable[Made]:
        """Half of the energy certificates are for products that have the environmental label as well."""
        kind, standard, category, group, letter, count = line.split("|")
        labelled = [made for made in self.environmental if made.category == category]
        for index in range(int(count)):
            if labelled and index % 2 == 0:
                twin = labelled[index % len(labelled)]
                brand, models = twin.brand, twin.models
            else:
                brand = self.dice.pick(CHINESE[group])
                models = self._models(brand, letter)
            yield self._made((kind, standard, category, group), brand, ("cqc", "CQC", "NP"), models)

    def _models(self, brand: Brand, letter: str) -> tuple[str, ...]:
        models = [
            self.names.make(brand, letter) for _ in range(1 + (self.dice.below(3) if self.dice.chance(40) else 0))
        ]
        if self.dice.chance(6):
            models[0] += "*"
        return tuple(models)

    def _made(
        self, what: tuple[str, str, str, str], brand: Brand, body: tuple[str, str, str], models: tuple[str, ...]
    ) -> Made:
        kind, standard, category, group = what
        begin = self.dice.day(date(2019, 7, 1), date(2026, 5, 31))
        end = years_later(begin, self.dice.pick((3, 5, 5)))
        status, since = self._status(begin, end)
        serial = self.dice.between(10_000_000, 99_999_999)
        return Made(
            number=f"SAMPLE-{body[1]}{begin.year}{body[2]}{serial}",
            holder=f"{PLACES[self.dice.below(len(PLACES))]}{brand.name}{TRADES[group]}有限公司（样本）",
            brand=brand,
            kind=kind,
            category=category,
            models=models,
            valid_from=begin,
            valid_until=end,
            standard=standard,
            status=status,
            status_from=since,
            reason=CN_REASONS.get(status, ""),
            list_id=body[0],
        )

    def _status(self, begin: date, end: date) -> tuple[str, date | None]:
        if end < READ_ON:
            return "active", None
        since = begin + timedelta(days=max((READ_ON - begin).days * 2 // 3, 1))
        if self.dice.chance(5):
            return "suspended", since
        return ("withdrawn", since) if self.dice.chance(5) else ("active", None)

    def _ties(self) -> list[Made]:
        """Two certificates of two bodies for one product, both valid for years."""
        ties = []
        for category in ("desks-and-tables", "interior-wall-paints", "laser-printers"):
            first = next(m for m in self.environmental if m.category == category and _steady(m) and "*" not in m.model)
            serial = self.dice.between(10_000_000, 99_999_999)
            other = next(letters for name, letters in BODIES if name != first.list_id)
            ties.append(
                Made(
                    **{
                        **first.__dict__,
                        "number": f"SAMPLE-{other}{first.valid_from.year}ELP{serial}",
                        "list_id": next(name for name, letters in BODIES if letters == other),
                    }
                )
            )
        return ties

    def write(self, folder: Path) -> None:
        """One file for each body."""
        for body, _ in BODIES:
            rows = [made for made in self.environmental if made.list_id == body]
            _csv(folder / "china-environmental-label" / f"{body}_{STAMP}_sample.csv", CN_COLUMNS, _chinese(rows))
        _csv(folder / "china-energy-conservation" / f"cqc_{STAMP}_sample.csv", CN_COLUMNS, _chinese(self.energy))


def _steady(made: Made) -> bool:
    """Valid on every day of 2025 and the first half of 2026."""
    return made.status == "active" and made.valid_from < date(2025, 1, 1) and made.valid_until > READ_ON


def _chinese(rows: Sequence[Made]) -> Rows:
    for index, made in enumerate(rows, start=1):
        form = ("%Y-%m-%d", "%Y年%m月%d日")[index % 5 == 0]
        yield (
            index,
            made.number,
            made.holder,
            made.kind,
            made.brand.name,
            "；".join(made.models),
            made.standard,
            made.valid_from.strftime(form),
            made.valid_until.strftime(form),
            CN_STATUS[_printed_status(made)],
            made.status_from.strftime(form) if made.status_from else "",
            made.reason,
            "样本",
        )


def _printed_status(made: Made) -> str:
    return "expired" if made.status == "active" and made.valid_until < READ_ON else made.status


# ENERGY STAR and GEMS

ES_MARKETS = "United States, Canada"
ES_COMPUTERS = (
    "ENERGY STAR Unique ID",
    "ENERGY STAR Partner",
    "Brand Name",
    "Model Name",
    "Model Number",
    "Additional Model Information",
    "Type",
    "Category 1: Off Mode (watts)",
    "Category 1: Sleep Mode (watts)",
    "Category 1: Long Idle (watts)",
    "Category 1: Short Idle (watts)",
    "Category 1: TEC of Model (kWh)",
    "Category 2: Off Mode (watts)",
    "Category 2: Sleep Mode (watts)",
    "Category 2: Long Idle (watts)",
    "Category 2: Short Idle (watts)",
    "Category 2: TEC of Model (kWh)",
    "Date Available On Market",
    "Date Certified",
    "Markets",
    "CB Model Identifier",
)
ES_DISPLAYS = (
    "ENERGY STAR Unique ID",
    "ENERGY STAR Partner",
    "Brand Name",
    "Model Name",
    "Model Number",
    "Additional Model Information",
    "UPC",
    "Product Type",
    "Panel Type",
    "Native Resolution (pixels)",
    "Screen Size (inches)",
    "Screen Area (square inches)",
    "On Mode Power (watts)",
    "Sleep Mode Power (watts)",
    "Off Mode Power (watts)",
    "Monitor Total Energy Consumption at 115 Volts (kWh/yr)",
    "Date Available On Market",
    "Date Certified",
    "Markets",
    "CB Model Identifier",
)
ES_REFRIGERATORS = (
    "ENERGY STAR Unique ID",
    "Brand Name",
    "Model Number",
    "Additional Model Information",
    "Type",
    "Product Class",
    "Height (in)",
    "Width (in)",
    "Capacity (Total Volume) (ft3)",
    "Adjusted Volume (ft3)",
    "Annual Energy Use (kWh/yr)",
    "Refrigerant Type",
    "Date Available On Market",
    "Date Certified",
    "Markets",
    "CB Model Identifier",
)
ES_BULBS = (
    "ENERGY STAR Partner",
    "Brand Name",
    "Model Name",
    "Model Number",
    "Additional Model Information",
    "Base Type",
    "Technology",
    "Brightness (lumens)",
    "Energy Used (watts)",
    "Efficacy (lumens/watt)",
    "Life (hrs)",
    "Light Appearance (Kelvin)",
    "Color Quality (CRI)",
    "Power Factor",
    "Date Available on Market",
    "Date Qualified",
    "Markets",
    "ENERGY STAR Model Identifier",
    "ENERGY STAR Unique ID",
)
ES_SERVERS = (
    "ENERGY STAR Unique ID",
    "ENERGY STAR Partner",
    "Brand Name",
    "Model Name",
    "Model Number",
    "Additional Model Information",
    "Form Factor",
    "Date Available On Market",
    "Date Qualified",
    "Markets",
    "ENERGY STAR Model Identifier",
)
SIGNAGE_INCHES = 50
COMPUTER_TYPES = (
    "Desktop",
    "Desktop",
    "Notebook",
    "Notebook",
    "Notebook",
    "Integrated Desktop",
    "Slate/Tablet",
    "Workstation",
)


class EnergyStar:
    """Certified products in the layout of the open-data service."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names = dice, ModelNames(dice)
        self.serial = 9_000_000
        self.displays: list[tuple[Brand, str, str, date]] = []
        """Brand, model, UPC and day of certification: the purchases buy some of them."""

    def write(self, folder: Path) -> None:
        """Five product types."""
        self._write(folder, "Version_8.0__Computers", ES_COMPUTERS, (self._computer() for _ in range(190)))
        self._write(folder, "Displays", ES_DISPLAYS, (self._display() for _ in range(120)))
        self._write(folder, "Residential_Refrigerators", ES_REFRIGERATORS, (self._refrigerator() for _ in range(70)))
        self._write(folder, "_Light_Bulbs_Version_2.0", ES_BULBS, (self._bulb() for _ in range(60)))
        self._write(folder, "Version_3.0_Enterprise_Servers", ES_SERVERS, (self._server() for _ in range(40)))

    def _write(self, folder: Path, name: str, columns: Sequence[str], rows: Rows) -> None:
        _csv(folder / "energy-star" / f"ENERGY_STAR_Certified_{name}_sample_{STAMP}.csv", columns, rows)

    def _next(self) -> tuple[str, Brand, str, str]:
        """Number, brand, holder and day of certification of the next product."""
        self.serial += self.dice.between(3, 40)
        brand = self.dice.pick(LATIN)
        day = self.dice.day(date(2019, 1, 2), date(2026, 6, 12)).strftime("%m/%d/%Y")
        return f"SAMPLE-{self.serial}", brand, f"{brand.latin} Systems (sample)", day

    def _computer(self) -> Sequence[object]:
        number, brand, holder, day = self._next()
        model = self.names.make(brand, "D")
        further = f"{brand.latin} Duo,{model}-A,;,{model}-B," if self.dice.chance(50) else ""
        low = self.dice.between(100, 300)
        power = [f"{low * k / 100:.1f}" for k in (0.2, 0.4, 3, 5, 10)]
        more = [f"{low * k / 90:.1f}" for k in (0.2, 0.4, 3, 5, 10)] if self.dice.chance(40) else [""] * 5
        kind = self.dice.pick(COMPUTER_TYPES)
        name = f"{brand.latin} {self.dice.pick(('Meridian', 'Harbour', 'Lantern'))} {model[-4:]}"
        return [number, holder, brand.latin, name, model, further, kind, *power, *more, day, day, ES_MARKETS, number]

    def _display(self) -> Sequence[object]:
        number, brand, holder, day = self._next()
        model, code = self.names.make(brand, "M"), upc(self.serial)
        codes = f"{code};{upc(self.serial + 500_000_000)}" if self.dice.chance(30) else code
        size = self.dice.pick((21.5, 23.8, 27.0, 31.5, 55.0))
        kind = "Signage Display" if size > SIGNAGE_INCHES else "Monitor"
        power = self.dice.between(90, 420) / 10
        self.displays.append((brand, model, code, date(int(day[6:]), int(day[:2]), int(day[3:5]))))
        sizes = [size, f"{size * size * 0.427:.1f}", power, 0.3, 0.2, f"{power * 2.6:.2f}"]
        name = f"{brand.latin} View {model[-4:]}"
        start = [number, holder, brand.latin, name, model, f",{model}x,", codes, kind, "IPS LCD", "1920 x 1080"]
        return [*start, *sizes, f"{day} 12:00:00 AM", f"{day} 12:00:00 AM", ES_MARKETS, number]

    def _refrigerator(self) -> Sequence[object]:
        number, brand, _, day = self._next()
        model = self.names.make(brand, "R") + self.dice.pick(("*", "#", "*W", "##", "", ""))
        kind = self.dice.pick(("Top Freezer", "Bottom Freezer", "Side-by-Side", "Upright Freezer", "Chest Freezer"))
        volume = self.dice.between(40, 280) / 10
        sizes = [self.dice.between(40, 72), self.dice.between(20, 36), volume, f"{volume * 1.2:.1f}"]
        energy = self.dice.between(200, 690)
        start = [number, brand.latin, model, "", kind, "sample class"]
        return [*start, *sizes, energy, "R-600a", day, day, ES_MARKETS, number]

    def _bulb(self) -> Sequence[object]:
        number, brand, holder, day = self._next()
        model = self.names.make(brand, "L")
        lumen, watt = self.dice.between(45, 160) * 10, self.dice.between(40, 150) / 10
        values = [lumen, watt, f"{lumen / watt:.1f}", 15000, self.dice.pick((2700, 3000, 4000)), 82, 0.9]
        start = [holder, brand.latin, "LED bulb", model, "", "E26 (Medium)", "LED"]
        return [*start, *values, day, day, ES_MARKETS, number, number]

    def _server(self) -> Sequence[object]:
        number, brand, holder, day = self._next()
        model = self.names.make(brand, "S")
        return [number, holder, brand.latin, model, model, "", "Rack-mount", day, day, ES_MARKETS, number]


GEMS_TV = (
    "Submit_ID",
    "Brand_Reg",
    "Model_No",
    "Family Name",
    "SoldIn",
    "Country",
    "screensize",
    "Screen_Area",
    "Screen_Tech",
    "Pasv_stnd_power",
    "Act_stnd_power",
    "Avg_mode_power",
    "Star",
    "Labelled energy consumption (kWh/year)",
    "SubmitStatus",
    "ExpDate",
    "GrandDate",
    "Product Class",
    "Availability Status",
    "Star2",
    "Star Rating Index",
    "Registration Number",
    "Regulatory Standard",
)
GEMS_RF = (
    "ApplStandard",
    "Brand",
    "Labelled energy consumption (kWh/year)",
    "Country",
    "Depth",
    "Designation",
    "FF Vol",
    "FZ Vol",
    "Group",
    "Height",
    "Model No",
    "Family Name",
    "Star2009",
    "SRI2009",
    "Sold_in",
    "Submit_ID",
    "SubmitStatus",
    "Tot Vol",
    "Width",
    "ExpDate",
    "GrandDate",
    "Product Class",
    "Availability Status",
    "Adjusted volume",
    "Registration Number",
)


class Gems:
    """Registrations in the layout of the Energy Rating exports."""

    def __init__(self, dice: Dice) -> None:
        self.dice, self.names, self.serial = dice, ModelNames(dice), 700_000

    def write(self, folder: Path) -> None:
        """Televisions, and refrigerators with freezers."""
        _csv(folder / "gems" / f"tv_{STAMP}_sample.csv", GEMS_TV, (self._television() for _ in range(90)))
        _csv(folder / "gems" / f"rf_{STAMP}_sample.csv", GEMS_RF, (self._refrigerator() for _ in range(70)))

    def _next(self, letter: str) -> tuple[int, Brand, str, str, list[str]]:
        """Submission, brand, model, registration number, and status with its dates."""
        self.serial += 1
        brand = self.dice.pick(LATIN)
        zealand = self.dice.chance(15)
        end = self.dice.day(date(2024, 1, 5), date(2031, 3, 1))
        status = "Superseded" if self.dice.chance(8) else "Approved"
        since = self.dice.day(date(2023, 1, 1), date(2026, 5, 1)).isoformat() if status == "Superseded" else ""
        ends = date(end.year + 95, end.month, min(end.day, 28)).isoformat() if zealand else end.isoformat()
        number = f"{'Z' if zealand else 'A'}{letter}-SAMPLE-{self.serial}"
        return self.serial, brand, self.names.make(brand, letter), number, [status, ends, since]

    def _television(self) -> Sequence[object]:
        submission, brand, model, number, dates = self._next("TV")
        family = f"{model[:-2]}**" if self.dice.chance(20) else ""
        size, power = self.dice.pick((80.0, 109.2, 139.7, 163.9)), self.dice.between(300, 1900) / 10
        stars = self.dice.between(4, 16) / 2
        area = f"{size * size * 0.427:.3f}"
        screen = [size, area, "LCD (LED)", 0.3, 0.0, power, "N/A", f"{power * 3.65:.1f}"]
        rest = ["Single product class", "Available", stars, f"{stars + 0.2:.2f}", number, "sample determination"]
        start = [submission, brand.latin, model, family, "Australia,New Zealand", "China"]
        return [*start, *screen, *dates, *rest]

    def _refrigerator(self) -> Sequence[object]:
        submission, brand, model, number, dates = self._next("RF")
        energy, fresh, frozen = self.dice.between(180, 560), self.dice.between(80, 420), self.dice.between(0, 160)
        kind = self.dice.pick(("Refrigerator", "Refrigerator/Freezer", "Refrigerator/Freezer", "Freezer"))
        stars = self.dice.between(2, 10) / 2
        start = ["sample standard", brand.latin, energy, "China", 650, kind, fresh, frozen, "5T", 1700]
        middle = [model, "", stars, f"{stars + 0.1:.2f}", "Australia,New Zealand", submission, dates[0], fresh + frozen]
        return [*start, *middle, 700, *dates[1:], "Class 5", "Available", f"{fresh + frozen * 1.6:.1f}", number]


# Korea

#: Target product, kind in the product's name, category, letter, how many.
KOREA = """
개인용 컴퓨터|데스크톱 컴퓨터|desktop-computers|D|16
노트북 컴퓨터|노트북|notebook-computers|N|16
컴퓨터용 모니터|LED 모니터|computer-displays|M|12
프린터|레이저 프린터|laser-printers|P|12
프린터|디지털 복합기|multifunction-devices|F|10
복사기|디지털 복사기|copiers|C|8
토너 카트리지|재제조 토너 카트리지|toner-cartridges|G|16
사무용지|재생 복사용지|copy-paper|K|10
화장지|재생 화장지|tissue-paper|H|8
EL172. 가구|사무용 책상|desks-and-tables|Z|22
EL172. 가구|사무용 의자|chairs|Y|22
EL172. 가구|철제 수납장|cabinets|B|12
EL172. 가구|소파|sofas|S|6
페인트|수성 내부 페인트|interior-wall-paints|I|14
페인트|수성 외부 페인트|exterior-wall-paints|W|6
벽지|친환경 벽지|wallpaper|V|8
목재 성형 제품|합판|plywood|J|6
타일·벽돌 및 판재|점토 타일|ceramic-tiles|T|8
시멘트|고로슬래그 시멘트|cement|E|6
주방용 세제|주방세제|hand-dishwashing-detergents|X|6
세탁용 세제|세탁세제|laundry-detergents|L|6
LED 램프|LED 전구|led-lamps|U|8
에어컨디셔너|벽걸이 에어컨|room-air-conditioners|A|8
절수형 양변기|절수형 양변기|toilets|Q|6
"""
KR_VALID = ("인증번호", "업체명", "대상제품", "제품명", "상표명", "모델명", "인증일", "만료일", "비고")
KR_WITHDRAWN = (
    "인증번호",
    "업체명",
    "대상제품",
    "제품명",
    "상표명",
    "모델명",
    "인증일",
    "만료일",
    "처분구분",
    "처분일",
    "취소사유",
)
KR_REASONS = (("인증취소", "인증기준 부적합"), ("인증취소", "사후관리 거부"), ("인증반납", "업체 요청에 따른 반납"))


def korea(dice: Dice, folder: Path) -> None:
    """The list of valid certificates and that of withdrawn ones."""
    names, valid, withdrawn = ModelNames(dice), [], []
    for line in filter(None, KOREA.split("\n")):
        target, kind, _, letter, count = line.split("|")
        for _ in range(int(count)):
            brand = dice.pick(KOREAN)
            begin = dice.day(date(2022, 1, 3), date(2026, 6, 1))
            end = years_later(begin, 3)
            models = ";".join(names.make(brand, letter) for _ in range(dice.between(1, 3)))
            start = [
                f"SAMPLE-{dice.between(10000, 99999)}-{len(valid) + len(withdrawn):04d}",
                f"{brand.name}산업(견본)",
            ]
            row = [
                *start,
                target,
                f"{kind} ({models[:2]})",
                brand.name,
                models,
                *(_dotted(day) for day in (begin, end)),
            ]
            if end < READ_ON:
                withdrawn.append([*row, "기간만료", _dotted(end + timedelta(days=1)), ""])
            elif dice.chance(14):
                since = begin + (READ_ON - begin) // 2
                ended, reason = dice.pick(KR_REASONS)
                withdrawn.append([*row, ended, _dotted(since), reason])
            else:
                valid.append([*row, "견본"])
    _csv(folder / "korea-eco-label" / f"eco_label_valid_{STAMP}_sample.csv", KR_VALID, valid, encoding="cp949")
    _csv(
        folder / "korea-eco-label" / f"eco_label_withdrawn_{STAMP}_sample.csv",
        KR_WITHDRAWN,
        withdrawn,
        encoding="cp949",
    )


def _dotted(day: date) -> str:
    return day.strftime("%Y.%m.%d")


# Chinese Taipei

#: Class, product, letter, how many.
TAIWAN = """
桌上型個人電腦|桌上型電腦|D|16
筆記型電腦|筆記型電腦|N|16
顯示器|液晶顯示器|M|14
列表機|雷射印表機|P|14
影印機|數位影印機|C|10
回收再利用碳粉匣|碳粉匣|G|20
辦公室用紙|再生影印紙|K|10
衛生用紙|再生衛生紙|H|8
辦公桌|辦公桌|Z|10
辦公椅|辦公椅|Y|10
水性塗料|水性水泥漆|W|12
家用清潔劑|地板清潔劑|X|8
發光二極體燈泡|LED燈泡|L|12
冷氣機|分離式冷氣|A|10
卜特蘭高爐水泥|高爐水泥|E|6
陶瓷面磚|石質地磚|T|8
省水馬桶|單體馬桶|Q|6
"""
TW_OLD = (
    "證書狀態",
    "類別",
    "標章號碼",
    "產品名稱",
    "型號",
    "系列型號",
    "公司名稱",
    "工廠名稱",
    "工廠地址",
    "規格標準大分類",
    "規格標準大分類編號",
    "規格標準_環境訴求",
    "規格標章編號",
    "生效日期",
    "證書期限",
    "驗證機構",
)


def taiwan(dice: Dice, folder: Path) -> None:
    """The older layout as it stood at the end of 2022, and the newer one of the last reading."""
    names, old, new = ModelNames(dice), [], []
    for line in filter(None, TAIWAN.split("\n")):
        kind, product, letter, count = line.split("|")
        for _ in range(int(count)):
            brand = dice.pick(TAIWANESE)
            begin = dice.day(date(2020, 2, 1), date(2026, 6, 1))
            end = years_later(begin, 3)
            extended = years_later(begin, 6) if dice.chance(30) else None
            number = f"SAMPLE-{dice.between(10000, 99999)}{len(old) + len(new):04d}"
            models = [names.make(brand, letter) for _ in range(dice.between(1, 3))]
            if begin <= EARLIER:
                old.append(_old_row((number, kind, product), brand, models, (begin, extended or end)))
            vanishes = begin <= EARLIER and dice.chance(25)
            if begin > EARLIER or ((extended or end) >= READ_ON and not vanishes):
                new.append(_new_entry((number, kind, f"{brand.name} {product} {models[0]}"), begin, end, extended))
    _csv(folder / "green-mark" / f"green_mark_{EARLIER:%Y_%m_%d}_sample.csv", TW_OLD, old)
    text = json.dumps({"records": new}, ensure_ascii=False, indent=1) + "\n"
    _write(folder / "green-mark" / f"gp_p_02_{STAMP}_sample.json", text.encode())


def _old_row(
    what: tuple[str, str, str], brand: Brand, models: Sequence[str], days: tuple[date, date]
) -> Sequence[object]:
    number, kind, product = what
    holder = f"{brand.name}股份有限公司(樣本)"
    status = "有效" if days[1] >= EARLIER else "過期"
    start = [status, "第一類", number, f"{brand.name} {product}", models[0], "、".join(models[1:]), holder]
    return [*start, "樣本工廠", "樣本地址", kind, "", "省能源", "", *(_roc(day) for day in days), "樣本驗證機構"]


def _new_entry(what: tuple[str, str, str], begin: date, end: date, extended: date | None) -> dict[str, str]:
    number, kind, product = what
    return {
        "flagno": number,
        "productname": f"{product}(樣本)",
        "classtype": kind,
        "signdate": begin.isoformat(),
        "expiredate": end.isoformat(),
        "dateextenddate": extended.isoformat() if extended else "",
        "isexpire": "Y" if (extended or end) < READ_ON else "N",
    }


def _roc(day: date) -> str:
    """A day in the calendar of Chinese Taipei: year 1 is 1912."""
    return f"{day.year - 1911}/{day.month:02d}/{day.day:02d}"


# European Union

#: Group, product, decision, how many.
EUROPE = """
Graphic paper|Copy paper A4 80 g/m2|Decision (EU) 2019/70|16
Tissue paper and tissue products|Paper hand towels|Decision (EU) 2019/70|12
Indoor and outdoor paints and varnishes|Matt interior wall paint|Decision 2014/312/EU|22
Indoor and outdoor paints and varnishes|Wandfarbe innen matt|Decision 2014/312/EU|8
Hard surface cleaning products|Nettoyant multi-usages|Decision (EU) 2017/1217|14
Hand dishwashing detergents|Hand dishwashing liquid|Decision (EU) 2017/1214|10
Laundry detergents|Flüssigwaschmittel|Decision (EU) 2017/1218|10
Industrial and institutional laundry detergents|Laundry detergent for institutions|Decision (EU) 2017/1219|4
Furniture|Office desk of beech|Decision (EU) 2016/1332|8
Furniture|Chaise de bureau|Decision (EU) 2016/1332|6
Bed mattresses|Mattress of latex foam|Decision 2014/391/EU|4
Textile products|Work jacket of cotton|Decision 2014/350/EU|8
Hard covering products|Piastrelle di ceramica|Decision (EU) 2021/476|10
Wood-, cork- and bamboo-based floor coverings|Parquet de chêne|Decision (EU) 2017/176|4
Electronic displays|LED monitor 24 inch|Decision (EU) 2020/1804|6
Lubricants|Hydraulic oil|Decision (EU) 2018/1702|6
Tourist accommodation|Albergo|Decision (EU) 2017/175|4
"""
EU_COLUMNS = (
    "licence_number",
    "product_or_service_name",
    "group_name",
    "decision",
    "company_name",
    "company_country",
    "brand_name",
    "code_type",
    "code_value",
    "expiration_date",
)


def europe(dice: Dice, folder: Path) -> None:
    """The product catalogue; a product with two codes stands in two rows."""
    rows: list[Sequence[object]] = []
    serial = 0
    for line in filter(None, EUROPE.split("\n")):
        group, product, decision, count = line.split("|")
        for index in range(int(count)):
            serial += 1
            brand, country = dice.pick(LATIN), dice.pick(("DE", "FR", "IT", "ES", "DK", "PL"))
            end = dice.day(date(2025, 3, 1), date(2029, 12, 31))
            number = f"SAMPLE-{country}/{100 + index:03d}/{serial:04d}"
            name = f"{brand.latin} {product} {brand.prefix}{serial:03d}"
            start = [number, name, group, decision, f"{brand.latin} Europe (sample)", country, brand.latin]
            codes = [ean13(4_000 + serial), *([ean13(8_000 + serial)] if dice.chance(20) else [])]
            rows.extend([*start, "EAN13", code, end.isoformat()] for code in codes)
    _csv(folder / "eu-ecolabel" / f"eu_ecolabel_products_{STAMP}_sample.csv", EU_COLUMNS, rows, separator=";")


# Japan, by a Tenring feed

#: Product, category, letter, criteria, a property with its value and unit, how many.
JAPAN = """
再生コピー用紙|copy-paper|K|エコマーク商品類型No.106|-|14
再生印刷用紙|printing-paper|I|エコマーク商品類型No.107|-|8
トイレットペーパー|tissue-paper|H|エコマーク商品類型No.108|-|8
ボールペン|writing-instruments|B|エコマーク商品類型No.112|-|10
ファイル|folders-and-files|F|エコマーク商品類型No.112|-|8
デスク|desks-and-tables|Z|エコマーク商品類型No.130|-|8
オフィスチェア|chairs|Y|エコマーク商品類型No.130|-|8
トナーカートリッジ|toner-cartridges|G|エコマーク商品類型No.132|-|8
カラー複合機|multifunction-devices|C|エコマーク商品類型No.155|typical_energy_consumption_week kWh/week|10
デスクトップPC|desktop-computers|D|エコマーク商品類型No.119|annual_energy_use kWh/year|6
ディスプレイ|computer-displays|M|エコマーク商品類型No.119|on_mode_power W|6
タイルカーペット|carpets|T|エコマーク商品類型No.123|-|4
"""


def japan(dice: Dice, folder: Path) -> None:
    """A Tenring feed."""
    names, lines = ModelNames(dice), []
    for line in filter(None, JAPAN.split("\n")):
        product, category, letter, criteria, measured, count = line.split("|")
        for _ in range(int(count)):
            brand = dice.pick(JAPANESE)
            begin = dice.day(date(2021, 4, 1), date(2026, 6, 1))
            serial = len(lines) + 1
            models = [names.make(brand, letter) for _ in range(dice.between(1, 2))]
            if dice.chance(10):
                models[0] = models[0][:-1] + "#"
            entry: dict[str, object] = {
                "programme": "eco-mark",
                "register": "eco-mark",
                "number": f"SAMPLE-{dice.between(10, 99)}{serial:06d}",
                "holder": f"株式会社{brand.name}(見本)",
                "brand": brand.name,
                "name": product,
                "category": category,
                "models": models,
                "gtins": [ean13(20_000 + serial)],
                "markets": ["JP"],
                "valid_from": begin.isoformat(),
                "valid_until": years_later(begin, 5).isoformat(),
                "criteria": criteria,
            }
            lines.append(
                json.dumps(entry | _japanese_state(dice, begin) | _measured(dice, measured), ensure_ascii=False)
            )
    _write(folder / "eco-mark" / f"eco_mark_feed_{STAMP}_sample.ndjson", ("\n".join(lines) + "\n").encode())


def _japanese_state(dice: Dice, begin: date) -> dict[str, object]:
    if not dice.chance(12):
        return {}
    since = begin + timedelta(days=(READ_ON - begin).days // 2)
    state, reason = dice.pick(
        (("withdrawn", "認定基準不適合"), ("superseded", "認定番号変更"), ("suspended", "確認中"))
    )
    return {"status": state, "status_from": since.isoformat(), "reason": reason}


def _measured(dice: Dice, text: str) -> dict[str, object]:
    if text == "-":
        return {}
    name, unit = text.split(" ")
    return {"properties": {name: {"value": dice.between(100, 2400) / 10, "unit": unit}}}


# files


def _csv(path: Path, columns: Sequence[str], rows: Rows, *, separator: str = ",", encoding: str = "utf-8") -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    _write(path, out.getvalue().encode(encoding))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def main(folder: Path) -> None:
    """Write all samples below `folder`."""
    registers = folder / "registers"
    china, star = China(Dice(SEED)), EnergyStar(Dice(SEED + 1))
    china.write(registers)
    star.write(registers)
    Gems(Dice(SEED + 2)).write(registers)
    others: tuple[Callable[[Dice, Path], None], ...] = (korea, taiwan, europe, japan)
    for offset, make in enumerate(others, start=3):
        make(Dice(SEED + offset), registers)
    write_purchases(folder, china=china, star=star, dice=Dice(SEED + 9))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
