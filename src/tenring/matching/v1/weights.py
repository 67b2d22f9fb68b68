"""Every number of matcher v1 but the scorecard's, in one place, with its reason. Frozen when published.

The numbers are reasoned from the traps of real registers (brands in many spellings, one title under two makers, sister
models that differ in a suffix) and checked against register entries written as purchase lines (benchmarks/entries.py),
with one principle: a wrong green is worse than no answer.
"""

from __future__ import annotations

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
    "wildcard": 94,
    "family": 93,
    "name": 92,
}

#: Codes shorter than this are no evidence.
SHORTEST_CODE = 4
#: From here on a code without a brand can stand alone, if one brand only uses it.
LONG_CODE, MIDDLE_CODE = 8, 6
#: Most words of a line that are joined to one code or brand: `KFR-35GW/(35592)FNhAa-B1` has five.
LONGEST_GRAM = 6
#: A wildcard pattern needs this many fixed signs before its first wildcard.
SHORTEST_PREFIX = 4
#: Lengths at which beginnings of wildcard patterns are looked up: each by the longest that it has.
STEMS = (4, 5, 6, 8, 10)

#: What speaks against a pair of a line's code and a listed model. Facts: see tenring.matching.v1.score.
AGAINST_MODEL = (
    Rule(
        "brand_contradicts",
        50,
        (("brand", "=", "contradicts"),),
        "another known brand is named: rebadged or compatible, but not this licence",
    ),
    Rule(
        "brand_absent_long_code",
        3,
        (("brand", "=", "absent"), ("code_brands", "<=", 1), ("code_length", ">=", LONG_CODE)),
        "no brand on the line, but a code of 8 or more signs that only one brand uses",
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
        "no brand on the line, and a code of 6 or 7 signs",
    ),
    Rule(
        "brand_absent_short_code",
        35,
        (("brand", "=", "absent"), ("code_brands", "<=", 1), ("code_length", "<", MIDDLE_CODE)),
        "no brand on the line, and a code of 4 or 5 signs",
    ),
    Rule(
        "brand_absent_shared_code",
        35,
        (("brand", "=", "absent"), ("code_brands", ">=", 2)),
        "no brand on the line, and a code that several brands use",
    ),
    Rule(
        "short_code",
        5,
        (("brand", "=", "agrees"), ("code_length", "<", MIDDLE_CODE)),
        "4 or 5 signs with the brand named: right more often than not, never alone",
    ),
    Rule(
        "part_of_longer_code",
        30,
        (("whole", "=", False),),
        "the code goes on behind a hyphen, slash or bracket: a sister model",
    ),
    Rule(
        "version_follows",
        12,
        (("whole", "=", True), ("version_follows", "=", True)),
        "G4, V2, MK3, Pro, Plus, Max behind the code: perhaps a sister model",
    ),
    Rule(
        "digits_only",
        15,
        (("code_length", "<", MIDDLE_CODE), ("digits_only", "=", True), ("five_in_category", "=", False)),
        "a short code without a letter: perhaps a year, a size or a price",
    ),
    Rule(
        "code_follows",
        12,
        (("named_only", "=", True), ("code_follows", "=", True)),
        "behind a family or a name a further code: the model itself, and not the one listed",
    ),
    Rule(
        "category_contradicts",
        30,
        (("category", "=", "contradicts"),),
        "the line is classified as something else",
    ),
    Rule(
        "made_for",
        30,
        (("made_for", "=", True),),
        "compatible, for, suitable for, repair of: the line is about something else",
    ),
)

#: What speaks against a pair of certificate numbers or GTINs.
AGAINST_NUMBER = (
    Rule(
        "number_elsewhere",
        40,
        (("brand", "=", "contradicts"), ("category", "=", "contradicts")),
        "the number is right, but brand and category both contradict: a typing error, or somebody else's certificate",
    ),
)

#: A code of more entries than this finds only those whose brand the line names; what is left out is counted.
COMMON_CODE = 100

#: From this score on, a pair by words is likely enough to be shown as the same product; never sure by that alone.
LIKELY = 0.40
#: Fewer words than this in an entry's name, besides its brand, are too few to know a product by.
FEWEST_WORDS = 2
#: Hundredths of a registered entry's name, and of the line, that the other side must have for a sure answer.
NAME_COVERED, LINE_COVERED = 90, 50
#: What is taken off a pair by words: the labelled pairs that the card learnt from know no categories.
AGAINST_TEXT = (
    Rule("category_contradicts", 30, (("category", "=", "contradicts"),), "the line is classified as something else"),
)
#: What keeps a pair by words below the threshold, however alike the two texts are: such a line is never green.
HOLDS_TEXT = (
    Rule("brand_not_named", 0, (("branded", "=", False),), "the same brand is not named on both sides"),
    Rule(
        "code_unknown",
        0,
        (("code_unknown", "=", True), ("registered", "=", True)),
        "the line has a code or long number that the name of an entry with a brand or model field has not",
    ),
    Rule(
        "name_not_covered",
        0,
        (("name_covered", "<", NAME_COVERED), ("registered", "=", True), ("same_code", "=", False)),
        "no code agrees, and the line has less than nine tenths of the name of an entry with a brand or model field",
    ),
    Rule(
        "line_not_covered",
        0,
        (("line_covered", "<", LINE_COVERED), ("registered", "=", True), ("same_code", "=", False)),
        "no code agrees, and the name of such an entry has less than half of the line",
    ),
    Rule("few_words", 0, (("words", "<", FEWEST_WORDS),), "the entry's name is one word: too little to know it by"),
    Rule("made_for", 0, (("made_for", "=", True),), "the line is about something else than the product itself"),
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
MEASURE = "[0-9]+(g|kg|ml|l|mm|cm|m|w|kw|v|hz|ghz|gb|tb|mb|gsm|inch|in|pcs|p|k|x[0-9]+|年|月|日|张|包|台|个|套|箱)"
#: Words of a company's name that are not its brand.
LEGAL_FORMS = (
    "gmbh|ag|kg|co|ltd|limited|inc|corp|corporation|company|llc|lp|plc|sa|spa|srl|sas|sarl|bv|nv|ab|oy|as|aps|kft|sro|"
    "pty|pte|sdn|bhd|group|europe|international|holding|holdings|[a-z]"
)
#: Words behind or before a code which say that the line is about something else than the product itself.
MADE_FOR = (
    "compatible|compatibles|kompatibel|kompatible|replacement|remanufactured|refurbishment|repair|repairs|maintenance|"
    "accessory|accessories|adapter|adaptor|charger|bracket|mount|lease extension|spare|spares|"
    "兼容|适用于|适用|代用|维修|维保|保养|配件|互换|支架|出租|租赁"
)
#: Words that make another model of the same family when they follow its code.
VERSIONS = "g[0-9]{1,2}|v[0-9]{1,2}|mk[0-9]|gen[0-9]{0,2}|pro|plus|max|ultra|lite|mini|se|xl|ii|iii|iv"
