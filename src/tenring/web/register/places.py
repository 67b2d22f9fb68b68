"""Where economies are on the map: one point each, roughly its middle; borders are not ours to draw."""

from __future__ import annotations

from collections.abc import Iterable

from tenring.web.core.economies import economy_name
from tenring.web.register.kinds import EconomyRow
from tenring.web.register.pictures import Place

#: Economy -> longitude and latitude of a point inside it, in degrees. The European Union is shown at Brussels.
_POINTS: dict[str, tuple[float, float]] = {
    "AR": (-64, -34), "AT": (14.5, 47.5), "AU": (134, -25), "BR": (-52, -11), "CA": (-106, 57), "CH": (8.2, 46.8),
    "CL": (-71, -33), "CN": (104, 35), "CO": (-73, 4), "CR": (-84, 10), "CZ": (15.5, 49.8), "DE": (10.4, 51.1),
    "DK": (9.5, 56), "ES": (-3.7, 40.4), "EU": (4.4, 50.8), "FI": (26, 63), "FR": (2.4, 46.6), "GB": (-2, 54),
    "HK": (114.2, 22.3), "HU": (19.4, 47.1), "ID": (114, -2), "IL": (35, 31.5), "IN": (79, 22), "IS": (-19, 65),
    "IT": (12.6, 42.8), "JP": (138, 36.5), "KR": (127.8, 36.3), "KZ": (67, 48), "LV": (25, 57), "MX": (-102, 23.6),
    "MY": (102.5, 4), "NL": (5.4, 52.2), "NO": (9, 61), "NZ": (172, -42), "PE": (-75, -9.5), "PH": (122, 12.5),
    "PL": (19.3, 52), "PT": (-8.2, 39.6), "RU": (96, 61), "SE": (16, 62), "SG": (103.8, 1.35), "SK": (19.5, 48.7),
    "TH": (101, 15.5), "TR": (35, 39), "TW": (121, 23.7), "UA": (31.4, 49), "US": (-98, 39.5), "VN": (107.8, 15.5),
    "ZA": (25, -29),
}  # fmt: skip


def on_map(rows: Iterable[EconomyRow]) -> tuple[Place, ...]:
    """The economies that have a point, the largest first so that small ones stay in sight."""
    return tuple(
        Place(economy_name(row.code), *_POINTS[row.code], licences=row.active) for row in rows if row.code in _POINTS
    )
