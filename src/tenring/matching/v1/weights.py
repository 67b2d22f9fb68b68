"""Every number of matcher v1 but the scorecard's, in one place, with its reason. Frozen when published.

The numbers are reasoned from the traps of real registers (brands in many spellings, one title under two makers, sister
models that differ in a suffix) and checked against register entries written as purchase lines (benchmarks/entries.py),
with one principle: a wrong green is worse than no answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from tenring.language import N
from tenring.matching.v1.rules import Rule

VERSION = "v1"

#: A line is green only on a match of at least this score.
THRESHOLD = 0.90

#: What each kind of evidence is worth in hundredths when nothing speaks against it.
BASE = {
    "certificate": 100,
    "gtin": 99,
    "model": 97,
    "additional": 96,
    "wildcard": 95,
    "family": 93,
    "name": 92,
    "series": 88,
}

#: Codes shorter than this are no evidence.
SHORTEST_CODE = 4
#: From here on a code without a brand can stand alone, if one brand only uses it.
LONG_CODE, MIDDLE_CODE = 8, 6
#: Brands are known by this many signs or more.
SHORTEST_BRAND = 2
#: Words of a line that are joined to one code or brand: `KFR-35GW/(35592)FNhAa-B1` has five. A register's own names are
#: longer; where one begins, its words are joined, up to `LONGEST_GRAM`.
AT_ONCE, LONGEST_GRAM = 6, 24
#: Codes are looked up by their first signs.
LONGEST_OPENING = 6
#: A wildcard pattern needs this many fixed signs before its first wildcard.
SHORTEST_PREFIX = 4
#: Some `*` in a row stand for no more signs than this, or than are printed.
MOST_FREE = 6

#: What speaks against a pair of a line's code and a listed model. Facts: see tenring.matching.v1.score.
AGAINST_MODEL = (
    Rule(
        "brand_contradicts",
        50,
        (("brand", "=", "contradicts"),),
        N("another known brand is named: rebadged or compatible, but not this licence"),
    ),
    Rule(
        "brand_absent_long_code",
        3,
        (("brand", "=", "absent"), ("code_brands", "<=", 1), ("code_length", ">=", LONG_CODE)),
        N("no brand on the line, but a code of 8 or more signs that only one brand uses"),
    ),
    Rule(
        "brand_absent_middle_code",
        15,
        (
            ("brand", "=", "absent"),
            ("code_brands", "<=", 1),
            ("code_length", ">=", MIDDLE_CODE),
            ("code_length", "<", LONG_CODE),
        ),
        N("no brand on the line, and a code of 6 or 7 signs"),
    ),
    Rule(
        "brand_absent_short_code",
        35,
        (("brand", "=", "absent"), ("code_brands", "<=", 1), ("code_length", "<", MIDDLE_CODE)),
        N("no brand on the line, and a code of 4 or 5 signs"),
    ),
    Rule(
        "brand_absent_shared_code",
        35,
        (("brand", "=", "absent"), ("code_brands", ">=", 2)),
        N("no brand on the line, and a code that several brands use"),
    ),
    Rule(
        "short_code",
        5,
        (("brand", "=", "agrees"), ("code_length", "<", MIDDLE_CODE)),
        N("4 or 5 signs with the brand named: right more often than not, never alone"),
    ),
    Rule(
        "part_of_longer_code",
        30,
        (("whole", "=", False),),
        N("the code goes on behind a hyphen, slash or bracket: a sister model"),
    ),
    Rule(
        "version_follows",
        12,
        (("whole", "=", True), ("version_follows", "=", True)),
        N("G4, V2, MK3, Pro, Plus, Max behind the code: perhaps a sister model"),
    ),
    Rule(
        "part_of_longer_name",
        30,
        (("inside", "=", True),),
        N("the words around it make a longer code or brand of the register: that is what the line names"),
    ),
    Rule(
        "four_digits",
        15,
        (("code_length", "<", 5), ("digits_only", "=", True), ("stated", "=", False)),
        N("four digits: perhaps a year, a size or a price"),
    ),
    Rule(
        "five_digits",
        15,
        (
            ("code_length", "=", 5),
            ("digits_only", "=", True),
            ("five_in_category", "=", False),
            ("beside_brand", "=", False),
            ("stated", "=", False),
            ("seconded", "=", False),
        ),
        N("five digits, neither beside the brand nor in their category nor stated as model: perhaps a number or price"),
    ),
    Rule(
        "stated_elsewhere",
        30,
        (("stated_elsewhere", "=", True),),
        N("the line states another model in its own field"),
    ),
    Rule(
        "code_follows",
        12,
        (("named_only", "=", True), ("code_follows", "=", True), ("seconded", "=", False)),
        N("behind a family or a name a further code, which is not a model of this licence: another member"),
    ),
    Rule(
        "stated_longer",
        12,
        (("named_only", "=", False), ("in_model", "=", True), ("code_follows", "=", True), ("seconded", "=", False)),
        N("in the model's own field a further code stands behind it: another model"),
    ),
    Rule(
        "category_contradicts",
        30,
        (("category", "=", "contradicts"),),
        N("the line is classified as something else"),
    ),
    Rule(
        "made_for",
        30,
        (("made_for", "=", True),),
        N("compatible, spare, repair, hire, disposal: the line is about something else"),
    ),
    Rule(
        "used_for",
        30,
        (("used_for", "=", True), ("made_for", "=", False)),
        N("`for` stands before the code or its brand, or 专用 behind it: the line is about something that fits it"),
    ),
)

#: What speaks against a pair of certificate numbers or GTINs.
AGAINST_NUMBER = (
    Rule(
        "brand_contradicts",
        40,
        (("brand", "=", "contradicts"),),
        N("the number is right, but another brand is named: a typing error, or somebody else's certificate"),
    ),
    Rule(
        "category_contradicts",
        15,
        (("category", "=", "contradicts"), ("brand", "=", "absent")),
        N("the number is right, but the line is classified as something else, and no brand speaks for it"),
    ),
    Rule(
        "model_elsewhere",
        15,
        (("model_elsewhere", "=", True),),
        N("the number is right, but the line states a model that this licence has not"),
    ),
)

#: A code of more entries than this finds only those whose brand the line names; what is left out is counted.
COMMON_CODE = 100

#: From this score on, a pair by words is likely enough to be shown as the same product; never sure by that alone.
LIKELY = 0.40
#: Fewer words than this in an entry's name, besides its brand, are too few to know a product by.
FEWEST_WORDS = 2
#: Hundredths of an entry's title, and of the line, that the other side must have where no code agrees.
NAME_COVERED, LINE_COVERED = 90, 50
#: What is taken off a pair by words: the labelled pairs that the card learnt from know no categories.
AGAINST_TEXT = (
    Rule(
        "category_contradicts", 30, (("category", "=", "contradicts"),), N("the line is classified as something else")
    ),
)
#: What keeps a pair by words below the threshold, however alike the two texts are: such a line is never green.
HOLDS_TEXT = (
    Rule("brand_not_named", 0, (("branded", "=", False),), N("the same brand is not named on both sides")),
    Rule(
        "code_unknown",
        0,
        (("code_unknown", "=", True), ("registered", "=", True)),
        N("the line has a code or long number that the name of an entry with a brand or model field has not"),
    ),
    Rule(
        "name_not_covered",
        0,
        (("name_covered", "<", 100), ("registered", "=", True), ("titled", "=", False)),
        N("such an entry has a word, number or code in its name that the line has not: a sister model"),
    ),
    Rule(
        "title_not_covered",
        0,
        (("name_covered", "<", NAME_COVERED), ("titled", "=", True), ("same_code", "=", False)),
        N("no code agrees, and the line has less than nine tenths of the title of an entry without a model field"),
    ),
    Rule(
        "word_nearly_said",
        0,
        (("nearly", "=", True), ("registered", "=", True), ("titled", "=", False)),
        N("the line has a word that is nearly one of the name of such an entry: a typing error, or a sister's name"),
    ),
    Rule(
        "line_not_covered",
        0,
        (("line_covered", "<", LINE_COVERED), ("registered", "=", True), ("same_code", "=", False)),
        N("no code agrees, and the name of such an entry has less than half of the line"),
    ),
    Rule("few_words", 0, (("words", "<", FEWEST_WORDS),), N("the entry's name is one word: too little to know it by")),
    Rule("made_for", 0, (("made_for", "=", True),), N("the line is about something else than the product itself")),
)
#: Text: a token of more products than this brings none in; the rarest tokens of a line that do; pairs kept.
COMMON_TOKEN = 100
RAREST_TOKENS = 6
PAIRS_PER_LINE = 10
#: Pairs of a line whose texts are compared in full: of those that may be sure, the ones with most shared weight.
COMPARED_PER_LINE = 3
#: The most that the nearest pair of a line gets where none may be sure (another brand or category, an unknown code).
#: Its texts are not compared, and words alone say less than that it is likely.
GLANCED = 30

#: Pairs of a line that are kept although they are not sure: the nearest.
NEAREST = 3

#: A code that is only a quantity with its unit.
MEASURE = (
    "[0-9]+(g|kg|ml|l|mm|cm|m|w|kw|v|hz|ghz|gb|tb|mb|gsm|inch|in|pcs|p|k|年|月|日|张|包|台|个|套|箱)|"
    "[0-9]{3,}x[0-9]{3,}|[0-9]{2}x[0-9]{2}"
)
#: Words of a company's name that are not its brand.
LEGAL_FORMS = (
    "gmbh|ag|kg|co|ltd|limited|inc|corp|corporation|company|llc|lp|plc|sa|spa|srl|sas|sarl|sl|slu|bv|nv|ab|oy|as|aps|"
    "kft|sro|doo|sp|zo|oo|se|sc|jsc|kk|pty|pte|sdn|bhd|group|europe|international|holding|holdings|[a-z]"
)
CJK_LEGAL_FORMS = "(?:股份)?有限(?:责任)?公司|集团|公司|株式会社|주식회사"


@dataclass(frozen=True)
class Wording:
    """Words to look for: those of Latin letters stand alone, those of other scripts anywhere. Regular expressions."""

    latin: str
    other: str


#: Words which say that the line is about something that fits the product, or about work on one that is there.
FITTING = Wording(
    "compatible|compatibles|compatibility|kompatibel|kompatible|replacements?|remanufactured|refurbishment|"
    "repairs?|reparatur|servicing|calibration|rental|hire|leasing|lease extension|"
    "removal|disposal|dismantling|decommissioning|existing|"
    "spares?|spare parts?|ersatzteile?|parts? for|cables? (?:set )?(?:for|to)|suitable for|to fit|fits|designed for",
    "兼容|适用|适配(?:[^器]|$)|代用|维修|维护|清洗保养|清洗服务|配件|备件|零件|耗材|互换|出租|租赁|租用|报废|处置|拆除|现有|原有|"
    "互換|修理|交換|部品|호환|수리|부품|렌탈|임대|ซ่อม|อะไหล่|เช่า",
)
#: Parts, accessories and services, which may also be included with the product.
BELONGING = Wording(
    "maintenance|wartung|warranty|warranties|care pack|accessory|accessories|zubehor|adapters?|adaptors?|chargers?|"
    "brackets?|mounts?|remote controls?|fernbedienung|batter(?:y|ies)|covers?|sleeves?|carrying case|filters?|gaskets?|"
    "control boards?|mainboards?|motherboards?|docking stations?",
    "维保|保养|延保|质保服务|支架|挂架|底座|遥控器|滤网|滤芯|保护套|保护膜|电池|主板|适配器|充电器|电源线|保守|유지보수",
)
#: Words behind which something is included with the product: with wall bracket, 含支架.
INCLUDED = Wording("with|incl|including|includes|inkl|inklusive|mit|avec", "包含|包括|附带|附赠|含|带")
#: A word directly before a code or its brand: the line is about something for it.
USED_FOR = "for|fur|pour|para|per|voor|til|suit"
#: What stands directly behind a code where the line is about something for it.
USED_BEHIND = "(?:专用|専用|対応|전용|용).*"
#: Words that make another model of the same family when they follow its code.
VERSIONS = "g[0-9]{1,2}|v[0-9]{1,2}|mk[0-9]|gen[0-9]{0,2}|pro|plus|max|ultra|lite|mini|se|xl|ii|iii|iv"
