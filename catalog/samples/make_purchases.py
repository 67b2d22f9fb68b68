"""The sample purchases of an invented municipal buyer, with everything that makes real ones hard, and what is expected.

`purchases.xlsx` has three sheets: Chinese with title rows, two header rows and totals; English; Traditional Chinese.
`purchases_expected.csv` says for some of its rows, by sheet and row, which verdict is meant and for which licence.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import opencc
from invented import CHINESE, LATIN, READ_ON, Dice, Made
from openpyxl import Workbook

if TYPE_CHECKING:
    from make_samples import China, EnergyStar
    from openpyxl.worksheet.worksheet import Worksheet

BUYER = "云岚市市级机关事务管理局"
FIRST_DAY, LAST_DAY = date(2024, 1, 2), READ_ON
#: How many ordinary lines stand around the cases on each sheet.
ORDINARY = {"采购明细": 296, "English": 95, "繁體": 28}
#: The moment that stands in the workbook's properties, for the same bytes every time.
MOMENT = (2026, 6, 30, 12, 0, 0)

#: Category -> code of 2022 (2013 on the Traditional sheet), name of the item, and usual price of a piece in yuan.
ITEMS = {
    "servers": ("A02010104", "A02010103", "服务器", "68000"),
    "desktop-computers": ("A02010105", "A02010104", "台式计算机", "4980"),
    "notebook-computers": ("A02010108", "A02010105", "便携式计算机", "6450"),
    "tablet-computers": ("A02010109", "A02010107", "平板式计算机", "3200"),
    "computer-displays": ("A02021104", "A0201060401", "液晶显示器", "1180"),
    "laser-printers": ("A02021003", "A0201060102", "A4黑白打印机", "2260"),
    "multifunction-devices": ("A02020400", "A020204", "多功能一体机", "5200"),
    "copiers": ("A02020100", "A020201", "复印机", "23800"),
    "scanners": ("A02021118", "A0201060901", "扫描仪", "3650"),
    "projectors": ("A02020200", "A020202", "投影仪", "7900"),
    "toner-cartridges": ("A05040201", "A090201", "鼓粉盒", "368"),
    "televisions": ("A02091001", "A02091001", "电视机", "4350"),
    "room-air-conditioners": ("A02061804", "A0206180203", "空调机", "3780"),
    "desks-and-tables": ("A05010200", "A0602", "台、桌类", "1460"),
    "chairs": ("A05010300", "A0603", "椅凳类", "520"),
    "cabinets": ("A05010500", "A0605", "柜类", "880"),
    "sofas": ("A05010400", "A0604", "沙发类", "2650"),
    "shelving": ("A05010600", "A0606", "架类", "640"),
    "interior-wall-paints": ("A07010603", "A10060202", "合成树脂乳液内墙涂料", "295"),
    "exterior-wall-paints": ("A07010604", "A10060203", "合成树脂乳液外墙涂料", "330"),
    "plywood": ("A07010207", "A10020301", "胶合板", "128"),
    "fibreboard": ("A07010208", "A10020302", "纤维板", "96"),
    "cement": ("A07010302", "A10030102", "水泥", "465"),
    "copy-paper": ("A05040101", "A090101", "复印纸", "132"),
    "textile-materials": ("A05030100", "A070101", "纺织用料", "42"),
    "toilets": ("A05020105", "A060805", "便器", "1350"),
}
ENGLISH = {
    "desktop-computers": "Desktop computer",
    "notebook-computers": "Notebook computer",
    "computer-displays": "LCD monitor",
    "laser-printers": "Laser printer",
    "multifunction-devices": "Multifunction printer",
    "copiers": "Photocopier",
    "projectors": "Projector",
    "servers": "Rack server",
    "toner-cartridges": "Toner cartridge",
    "desks-and-tables": "Office desk",
    "chairs": "Office chair",
    "cabinets": "Filing cabinet",
    "copy-paper": "Copy paper A4, 80 gsm",
    "room-air-conditioners": "Split air conditioner",
}
SUPPLIERS = ("云岚启航商贸有限公司", "澄屿联合办公服务有限公司", "栖谷建设物资有限公司", "临汐科技服务有限公司")
#: Bought without a brand: description, code of 2022, name of the item, price.
SERVICES = (
    ("办公楼物业管理服务", "C21040000", "物业管理服务", "98000"),
    ("公务用车保险", "C18040102", "财产保险服务", "5600"),
    ("会议室保洁服务", "C23160000", "建筑物清洁服务", "12600"),
    ("职工体检服务", "C04070100", "体检服务", "38000"),
    ("年度审计服务", "C23030000", "审计服务", "46000"),
    ("机房消防维护", "C23121100", "消防设备维修和保养服务", "23000"),
)
#: What an ordinary line is; a kind that stands here more often is bought more often.
ORDINARY_KINDS = (
    *(["service"] * 12),
    *(["as listed"] * 38),
    *(["with its certificate"] * 15),
    *(["another model"] * 25),
    *(["no brand"] * 10),
)
UNCLEAR = ("零星物品一批", "详见附件清单", "其他", "按合同约定执行")
UNCLEAR_ENGLISH = ("Misc. as per quotation", "See attached list", "Sundry items")


#: Amounts as people write them, in yuan.
WRITTEN = {
    "12.5万元": Decimal(125000),
    "1,234.50": Decimal("1234.50"),
    "￥3,200.00": Decimal(3200),
    "０．８６万元": Decimal(8600),
}


@dataclass(frozen=True)
class Line:
    """One line to write; an empty text is an empty cell. `case` names what makes it worth testing."""

    description: str
    category: str = ""
    brand: str = ""
    model: str = ""
    certificate: str = ""
    gtin: str = ""
    quantity: int = 1
    price: Decimal = Decimal(0)
    day: date = FIRST_DAY
    amount: str = ""
    """As written; else the number quantity × price."""
    day_text: str = ""
    currency: str = "CNY"
    case: str = ""
    verdict: str = ""
    number: str = ""
    code: str = ""
    item: str = ""


def write_purchases(folder: Path, *, china: China, star: EnergyStar, dice: Dice) -> None:
    """Write the workbook and what is expected of it."""
    book = Workbook()
    expected: list[Sequence[object]] = []
    sheets: tuple[tuple[str, Callable[[Worksheet, Sequence[Line]], Iterator[tuple[int, Line]]]], ...] = (
        ("采购明细", _chinese_sheet),
        ("English", _english_sheet),
        ("繁體", _traditional_sheet),
    )
    shop = Shop(china, star, dice)
    for name, fill in sheets:
        sheet = book.create_sheet(name)
        lines = shop.lines(name)
        expected.extend(
            (name, row, line.case, line.verdict, line.number) for row, line in fill(sheet, lines) if line.verdict
        )
    book.remove(book.worksheets[0])
    (folder / "purchases.xlsx").write_bytes(_timeless(book))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([("sheet", "row", "case", "verdict", "licence_number"), *expected])
    (folder / "purchases_expected.csv").write_text(out.getvalue(), encoding="utf-8")


class Shop:
    """Makes purchase lines out of the sample licences."""

    def __init__(self, china: China, star: EnergyStar, dice: Dice) -> None:
        self.dice, self.star = dice, star
        self.label = [made for made in china.environmental if made.category in ITEMS]
        self.energy = [made for made in china.energy if made.category in ITEMS]
        self.all = [*self.label, *self.energy]
        shared: dict[tuple[str, str], int] = {}
        for made in self.all:
            for model in made.models:
                shared[(made.brand.name, model)] = shared.get((made.brand.name, model), 0) + 1
        self.single = [m for m in self.label if all(shared[(m.brand.name, model)] == 1 for model in m.models)]
        self.plain = [m for m in self.single if "*" not in m.model]
        self.tied = [m for m in self.label if shared[(m.brand.name, m.model)] > 1 and self._twin(m)]
        self._taken: set[str] = set()

    def _twin(self, made: Made) -> bool:
        return any(m.models == made.models and m.number != made.number for m in self.label)

    def lines(self, sheet: str) -> list[Line]:
        """The cases of a sheet spread among ordinary lines."""
        cases = {"采购明细": self._chinese_cases, "English": self._english_cases, "繁體": self._traditional_cases}[
            sheet
        ]()
        make = self._ordinary_english if sheet == "English" else self._ordinary
        lines = [make() for _ in range(ORDINARY[sheet])]
        for case in cases:
            lines.insert(self.dice.below(len(lines) + 1), case)
        return lines

    # choosing

    def _find(self, wanted: Callable[[Made], bool], among: Sequence[Made] | None = None) -> Made:
        """A licence that no case has used; an error in the samples if there is none."""
        pool = [m for m in (among or self.plain) if m.number not in self._taken and wanted(m)]
        found = self.dice.pick(pool)
        self._taken.add(found.number)
        return found

    def _valid(self, among: Sequence[Made] | None = None, category: str = "") -> tuple[Made, date]:
        """A licence valid throughout a stretch of the period, and a day in it."""
        found = self._find(
            lambda m: _window(m) is not None and m.category in (category or m.category),
            among,
        )
        window = _window(found)
        return found, self.dice.day(*(window or (FIRST_DAY, LAST_DAY)))

    def _line(self, made: Made, day: date, **more: object) -> Line:
        line = Line(
            description=made.kind,
            category=made.category,
            brand=made.brand.name,
            model=made.model.rstrip("*"),
            quantity=self.dice.between(1, 40),
            price=Decimal(ITEMS[made.category][3]),
            day=day,
        )
        return replace(line, **more)  # type: ignore[arg-type]  # the fields of Line by name

    def _green(self, made: Made, day: date, case: str, **more: object) -> Line:
        return self._line(made, day, case=case, verdict="green", number=made.number, **more)

    def _certified(self, case: str, among: Sequence[Made] | None = None, **more: object) -> Line:
        made, day = self._valid(among)
        return self._green(made, day, case, **more)

    # cases

    def _chinese_cases(self) -> list[Line]:
        return [
            *self._by_evidence(),
            *self._by_writing(),
            *self._out_of_time(),
            *self._not_certified(),
            *self._not_comparable(),
        ]

    def _by_evidence(self) -> Iterator[Line]:
        for _ in range(6):
            made, day = self._valid()
            yield self._green(made, day, "certificate number", certificate=made.number, model="", brand="")
        for _ in range(8):
            yield self._certified("brand and model")
        for _ in range(4):
            made, day = self._valid()
            text = f"{made.brand.name} {made.model} {made.kind}"
            yield self._green(made, day, "model in the description", description=text, brand="", model="")
        only = [m for m in self.energy if not any(m.models == twin.models for twin in self.label)]
        for _ in range(4):
            yield self._certified("energy-conservation certificate", only)
        for _ in range(2):
            made, day = self._valid([m for m in self.single if len(m.models) > 1 and "*" not in m.model])
            yield self._green(made, day, "a further model", model=made.models[-1])
        for _ in range(2):
            made, day = self._valid([m for m in self.single if m.model.endswith("*")])
            yield self._green(made, day, "covered by a wildcard", model=made.model.replace("*", "W"))
        for category in ("desks-and-tables", "interior-wall-paints"):
            made, day = self._valid(self.tied, category)
            yield self._green(replace(made, number=""), day, "two certificates for one product")

    def _by_writing(self) -> Iterator[Line]:
        for _ in range(3):
            made, day = self._valid()
            yield self._green(made, day, "full-width letters and digits", model=_full_width(made.model))
        for _ in range(3):
            made, day = self._valid()
            yield self._green(made, day, "brand in two scripts", brand=f"{made.brand.name}/{made.brand.latin}")
        made, day = self._valid()
        yield self._green(made, day, "hyphen left out, lower case", model=made.model.replace("-", "").lower())
        for month in (date(2026, 3, 1), date(2025, 11, 1)):
            made = self._find(lambda m, month=month: _active(m, month, 31))  # type: ignore[misc]  # bound now
            yield self._green(made, month, "a month instead of a day", day_text=f"{month.year}年{month.month}月")
        for written in WRITTEN:
            yield self._certified(f"amount written {written}", amount=written)
        made, day = self._valid()
        yield self._green(made, day, "returned goods, negative", quantity=-2)

    def _out_of_time(self) -> Iterator[Line]:
        for _ in range(4):
            made = self._find(
                lambda m: m.valid_from > date(2024, 6, 1) and m.status == "active" and m.valid_until > READ_ON
            )
            day = self.dice.day(FIRST_DAY, made.valid_from - timedelta(days=20))
            yield self._lapsed(made, day, "before the certificate began")
        for _ in range(4):
            made = self._find(lambda m: m.status == "active" and date(2023, 1, 1) < m.valid_until < date(2025, 12, 1))
            day = self.dice.day(max(FIRST_DAY, made.valid_until + timedelta(days=15)), LAST_DAY)
            yield self._lapsed(made, day, "after the certificate ended")
        for status in ("suspended", "withdrawn"):
            for _ in range(2):
                made = self._find(lambda m, status=status: m.status == status and _since(m) < date(2026, 5, 1))  # type: ignore[misc]  # bound now
                day = self.dice.day(max(FIRST_DAY, _since(made)), LAST_DAY)
                yield self._lapsed(made, day, f"{status} on the day", certificate=made.number)

    def _lapsed(self, made: Made, day: date, case: str, **more: object) -> Line:
        return self._line(made, day, case=case, verdict="lapsed", number=made.number, **more)

    def _not_certified(self) -> Iterator[Line]:
        for category in ("desktop-computers", "laser-printers", "chairs", "interior-wall-paints"):
            made, day = self._valid(category=category)
            model = made.model[:-1] + str((int(made.model[-1]) + 5) % 10)
            yield self._line(made, day, model=model, case="one digit differs", verdict="missed")
        for category in ("notebook-computers", "computer-displays", "desks-and-tables", "copy-paper"):
            made, day = self._valid(category=category)
            yield self._line(
                made, day, brand="顾野原", model="GYY-77120", case="brand in no register", verdict="missed"
            )
        made, day = self._valid(category="cabinets")
        yield self._line(
            made, day, brand="", model="", description="五门更衣柜", case="no brand, no model", verdict="missed"
        )
        for _ in range(2):
            yield Line(
                description="蹲便器",
                category="toilets",
                item="蹲便器",
                brand="顾野原",
                model="DBQ-5",
                quantity=12,
                price=Decimal(480),
                day=self.dice.day(FIRST_DAY, LAST_DAY),
                case="no certified product in any register",
                verdict="none_available",
            )

    def _not_comparable(self) -> Iterator[Line]:
        for text in UNCLEAR[:2]:
            yield self._bare(text, "nobody can classify it", "unclassified")
        for text, code, item in (
            ("2025年度财务收支审计", "C23030000", "审计服务"),
            ("消防报警设备年度维保", "C23121100", "消防设备维修和保养服务"),
        ):
            yield replace(self._bare(text, "no label covers it", "out_of_scope"), code=code, item=item)

    def _bare(self, text: str, case: str, verdict: str) -> Line:
        day = self.dice.day(FIRST_DAY, LAST_DAY)
        return Line(description=text, price=Decimal(self.dice.between(300, 9000)), day=day, case=case, verdict=verdict)

    def _english_cases(self) -> list[Line]:
        english = [made for made in self.plain if made.category in ENGLISH]
        lines = []
        for case, currency in (("brand and model, English line", "CNY"), ("bought in US dollars", "USD")):
            for _ in range(3):
                made, day = self._valid(english)
                lines.append(self._green(made, day, case, description=ENGLISH[made.category], currency=currency))
        for brand, model, code, begun in self.star.displays[5:60:20]:
            day = max(begun + timedelta(days=60), FIRST_DAY)
            line = Line("LCD monitor", "computer-displays", brand.latin, model, quantity=4, price=Decimal(230), day=day)
            lines.append(replace(line, currency="USD", case="certified abroad only", verdict="missed"))
            lines.append(
                replace(
                    line, brand="", model="", gtin=code, case="GTIN of a product certified abroad", verdict="missed"
                )
            )
        lines.append(self._bare(UNCLEAR_ENGLISH[0], "nobody can classify it", "unclassified"))
        made, day = self._valid(english)
        text = f"Credit note: {ENGLISH[made.category]} {made.brand.name} {made.model}"
        more = {"description": text, "brand": "", "model": "", "quantity": -1}
        return [*lines, self._green(made, day, "credit note, negative", **more)]

    def _traditional_cases(self) -> list[Line]:
        return [self._certified("Traditional characters, code of 2013") for _ in range(4)]

    # ordinary lines

    def _ordinary(self) -> Line:
        kind = self.dice.pick(ORDINARY_KINDS)
        day = self.dice.day(FIRST_DAY, LAST_DAY)
        if kind == "service":
            text, code, item, price = self.dice.pick(SERVICES)
            return Line(description=text, code=code, item=item, price=Decimal(price), day=day)
        made = self.dice.pick(self.all)
        line = self._line(made, day)
        if kind == "as listed":
            return line
        if kind == "with its certificate":
            return replace(line, certificate=made.number)
        if kind == "another model":
            brand = self.dice.pick(CHINESE[self.dice.pick(tuple(CHINESE))])
            return replace(line, brand=brand.name, model=f"{brand.prefix}{self.dice.between(10, 99)}")
        return replace(line, brand="", model="")

    def _ordinary_english(self) -> Line:
        made = self.dice.pick([made for made in self.all if made.category in ENGLISH])
        line = self._line(made, self.dice.day(FIRST_DAY, LAST_DAY), description=ENGLISH[made.category])
        if self.dice.chance(50):
            brand = self.dice.pick(LATIN)
            line = replace(line, brand=brand.latin, model=f"{brand.prefix}{self.dice.between(100, 999)}")
        return replace(line, currency="USD") if self.dice.chance(25) else line


def _since(made: Made) -> date:
    return made.status_from or made.valid_from


def _window(made: Made) -> tuple[date, date] | None:
    """The days of the period on which a licence is active, if there are at least sixty."""
    last = min(made.valid_until, LAST_DAY)
    if made.status != "active":
        last = min(last, _since(made) - timedelta(days=1))
    first = max(made.valid_from, FIRST_DAY)
    return (first, last) if (last - first).days >= 60 else None  # noqa: PLR2004 - two months leave room for a day


def _active(made: Made, day: date, days: int) -> bool:
    window = _window(made)
    return window is not None and window[0] <= day and day + timedelta(days=days) <= window[1]


def _full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


# sheets


def _chinese_sheet(sheet: Worksheet, lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """Two title rows, two header rows, lines with a subtotal in the middle, and a total."""
    sheet.append([f"{BUYER}采购明细（样本 SAMPLE）"])
    sheet.append(["单位：元（另有注明的除外）    统计期间：2024年1月至2026年6月"])
    sheet.append(["序号", "采购目录", "", "货物", "", "", "", "成交", "", "", "", "", "合同", ""])
    sheet.append(
        [
            "",
            "品目编码",
            "品目名称",
            "货物名称",
            "品牌",
            "规格型号",
            "证书编号",
            "数量",
            "计量单位",
            "单价",
            "金额",
            "币种",
            "签订日期",
            "供应商",
        ]
    )
    for area in ("A1:N1", "A2:N2", "B3:C3", "D3:G3", "H3:L3", "M3:N3"):
        sheet.merge_cells(area)
    total, middle = Decimal(0), len(lines) // 2
    for index, line in enumerate(lines, start=1):
        amount = _amount(line)
        total += amount if isinstance(amount, Decimal) else WRITTEN[amount]
        code, _, item, _ = ITEMS.get(line.category, (line.code, "", line.item, ""))
        supplier = SUPPLIERS[index % len(SUPPLIERS)]
        cells = [
            index,
            line.code or code,
            line.item or item,
            line.description,
            line.brand,
            line.model,
            line.certificate,
        ]
        sheet.append(
            [*cells, line.quantity, _unit(line), line.price or "", amount, line.currency, _day(line, index), supplier]
        )
        yield sheet.max_row, line
        if index == middle:
            sheet.append(["小计", "", "", "", "", "", "", "", "", "", total])
    sheet.append(["合计", "", "", "", "", "", "", "", "", "", total])
    sheet.append(["制表：样本"])


def _english_sheet(sheet: Worksheet, lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """One header row; barcodes; two currencies."""
    names = [
        "Line",
        "Description",
        "Brand",
        "Model Number",
        "GTIN",
        "Quantity",
        "Unit Price",
        "Total Amount",
        "Currency",
    ]
    sheet.append([*names, "Purchase Date", "Supplier"])
    for index, line in enumerate(lines, start=1):
        day = line.day.strftime("%d %b %Y") if index % 2 else line.day.isoformat()
        cells = [index, line.description, line.brand, line.model, line.gtin, line.quantity, line.price, _amount(line)]
        sheet.append([*cells, line.currency, day, "Sample Trading Co. (sample)"])
        yield sheet.max_row, line


def _traditional_sheet(sheet: Worksheet, lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """Traditional characters, and codes of the 2013 edition."""
    convert = opencc.OpenCC("s2t").convert
    sheet.append(["採購明細（樣本）"])
    sheet.append(["品目編碼（2013版）", "品目名稱", "貨物名稱", "廠牌", "規格型號", "證書編號", "數量", "金額", "日期"])
    for line in lines:
        _, code, item, _ = ITEMS.get(line.category, ("", "", line.item, ""))
        texts = [code, *(convert(text) for text in (item, line.description, line.brand)), line.model, line.certificate]
        sheet.append([*texts, line.quantity, _amount(line), line.day.strftime("%Y/%m/%d")])
        yield sheet.max_row, line


def _amount(line: Line) -> Decimal | str:
    return line.amount or line.price * line.quantity


def _unit(line: Line) -> str:
    return {"cement": "吨", "copy-paper": "箱", "interior-wall-paints": "桶", "exterior-wall-paints": "桶"}.get(
        line.category, "件" if line.category else "项"
    )


def _day(line: Line, index: int) -> date | str:
    """Dates as people write them: a real date, or a text in one of four ways."""
    day = line.day
    ways = (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        day.strftime("%Y/%m/%d"),
        day.strftime("%Y.%m.%d"),
    )
    return line.day_text or (day if index % 2 else ways[index // 2 % len(ways)])


def _timeless(book: Workbook) -> bytes:
    """The workbook's bytes, without the moment at which it was written."""
    written, out = io.BytesIO(), io.BytesIO()
    book.save(written)
    stamp = "{:04d}-{:02d}-{:02d}T{:02d}:{:02d}:{:02d}Z".format(*MOMENT).encode()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            target.writestr(zipfile.ZipInfo(entry.filename, MOMENT), content)
    return out.getvalue()
