"""Every number of matcher v1, in one place, with its reason. Frozen when published: a change makes a v2.

The numbers are reasoned, not learnt: from the traps of real registers (brands in many spellings, one title under two
makers, sister models that differ in a suffix) with one principle: a wrong green is worse than no answer.
"""

from __future__ import annotations

VERSION = "v1"

#: A line is green only on a match of at least this score.
THRESHOLD = 0.90

#: What each kind of evidence is worth when nothing speaks against it.
BASE = {
    "certificate": 1.00,
    "gtin": 0.99,
    "model": 0.97,
    "additional": 0.96,
    "wildcard": 0.94,
    "family": 0.93,
    "name": 0.92,
}

#: What is taken off, by named feature.
PENALTY = {
    "brand_contradicts": 0.50,  # another known brand is named: rebadged or compatible, but not this licence
    "brand_absent_long_key": 0.03,  # no brand on the line, but a code of 8 or more signs that only one brand uses
    "brand_absent_short_key": 0.15,  # likewise with 6 or 7 signs
    "brand_absent_weak": 0.35,  # the code is short, or several brands use it
    "part_of_longer_code": 0.30,  # the code goes on behind a hyphen or slash: a sister model
    "version_follows": 0.12,  # G4, V2, MK3, Pro, Plus, Max behind the code: perhaps a sister model
    "category_contradicts": 0.30,  # the line is classified as something else
    "made_for": 0.30,  # compatible, for, suitable for, repair of: the line is about something else
    "number_elsewhere": 0.40,  # certificate number right, but brand and category both contradict
    "short_code": 0.05,  # 4 or 5 signs with the brand named: right more often than not, never alone
    "digits_only": 0.15,  # a short code without a letter: perhaps a year, a size or a price
    "code_follows": 0.12,  # behind a family or a name a further code: the model itself, and not the one listed
}

#: Codes shorter than this are no evidence.
SHORTEST_CODE = 4
#: From here on a code without a brand can stand alone, if one brand only uses it.
LONG_CODE, MIDDLE_CODE = 8, 6
#: Most words of a line that are joined to one code: `KFR-35GW/(35592)FNhAa-B1` has five.
LONGEST_GRAM = 6
#: Most words of a brand.
LONGEST_BRAND = 6
#: A wildcard pattern needs this many fixed signs before its first wildcard.
SHORTEST_PREFIX = 4

#: Text: a token of more entries than this does not find candidates; the rarest tokens of a line that do; pairs kept.
COMMON_TOKEN = 100
RAREST_TOKENS = 6
PAIRS_PER_LINE = 10

#: Text score = coverage of the entry's words by the line + brand + coverage of the line's words by the entry,
#: less what contradicts. Without the brand it cannot reach the threshold.
TEXT = {"entry_covered": 0.60, "brand_agrees": 0.20, "line_covered": 0.20, "code_unknown": 0.30, "few_words": 0.25}
#: Fewer words than this in an entry's name are too few to know a product by.
FEWEST_WORDS = 2

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
