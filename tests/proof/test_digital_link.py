"""GS1 Digital Links are written in one form and read strictly."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenring.exceptions import MalformedError
from tenring.proof.digital_link import DigitalLink, digital_link, read_digital_link, read_path

GTIN = "09506000134352"
#: GS1's encodable character set 82.
SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
VALUES = st.text(SET_82, min_size=1, max_size=20)


def checked(body: str) -> str:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


@pytest.mark.parametrize("written", ["9506000134352", "09506000134352"])
def test_a_gtin_is_written_with_14_digits(written: str) -> None:
    assert digital_link(written) == f"https://id.gs1.org/01/{GTIN}"


@pytest.mark.parametrize("short", ["12345670", "036000291452", "9506000134352"])
def test_older_links_with_a_shorter_gtin_are_read(short: str) -> None:
    assert read_digital_link(f"https://id.example.org/01/{short}").gtin == short.zfill(14)


def test_a_link_may_lead_to_a_resolver_of_ones_own() -> None:
    assert (
        digital_link(GTIN, resolver="HTTPS://ID.Example.org/products/") == f"https://id.example.org/products/01/{GTIN}"
    )


def test_all_parts_stand_in_the_order_of_the_standard() -> None:
    link = digital_link(GTIN, serial="1/2", batch="B%", variant="V")
    assert link == f"https://id.gs1.org/01/{GTIN}/22/V/10/B%25/21/1%2F2"


def test_the_canonical_form_has_gs1s_host_sorted_attributes_and_nothing_else() -> None:
    link = f"http://shop.example/x/01/{GTIN}/21/7?utm=1&17=290331&linkType=all&11=260101"
    assert read_digital_link(link).canonical() == f"https://id.gs1.org/01/{GTIN}/21/7?11=260101&17=290331"


def test_what_is_not_gs1s_is_kept_apart() -> None:
    found = read_digital_link(f"https://id.example.org/01/{GTIN}?17=290331&linkType=gs1:pip")
    assert (found.attributes, found.rest) == ({"17": "290331"}, {"linkType": "gs1:pip"})


def test_a_resolvers_address_may_have_a_path_of_its_own_even_one_like_a_key() -> None:
    assert read_digital_link(f"https://x.example/01/shop/01/{GTIN}/21/01").serial == "01"


def test_a_serial_may_look_like_a_key() -> None:
    found = read_digital_link(f"https://x.example/01/{GTIN}/10/01/21/5")
    assert (found.batch, found.serial) == ("01", "5")


def test_a_third_party_serial_stands_alone() -> None:
    assert read_path(f"/01/{GTIN}/235/TPX1").third_party_serial == "TPX1"
    with pytest.raises(MalformedError, match="235 alone"):
        read_path(f"/01/{GTIN}/235/TPX1/21/7")


def test_a_slash_at_the_end_is_tolerated() -> None:
    assert read_path(f"/01/{GTIN}/").gtin == GTIN


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("https://id.gs1.org/01/09506000134353", "no GTIN"),
        ("https://id.gs1.org/01/095060001343522", "no GTIN"),
        ("https://id.gs1.org/01/00000000000000", "no GTIN"),
        ("https://id.gs1.org/01/\u0660\u0661", "characters"),
        (f"https://id.gs1.org/gtin/{GTIN}", "words"),
        ("https://id.gs1.org/414/9506000134352", "no product"),
        ("https://id.gs1.org/00/106141412345678908", "no product"),
        ("https://id.gs1.org/AQnYUc1gmiCNV4JGLg", "compressed"),
        (f"https://id.gs1.org/01/{GTIN}/HbmTSuYzPpw", "compressed"),
        (f"https://id.gs1.org/01/{GTIN}/21/1/10/2", "order"),
        (f"https://id.gs1.org/01/{GTIN}/21/1/21/2", "twice"),
        (f"https://id.gs1.org/01/{GTIN}/17/290331", "behind the GTIN"),
        (f"https://id.gs1.org/01/{GTIN}?17=1&17=2", "twice"),
        (f"https://id.gs1.org/01/{GTIN}?10=B", "not allowed"),
        (f"https://id.gs1.org/01/{GTIN}/10/A?10=B", "twice"),
        (f"https://id.gs1.org/01/{GTIN}?17=", "not allowed"),
        (f"https://id.gs1.org/01/{GTIN}/21/a%20b", "signs"),
        (f"https://id.gs1.org/01/{GTIN}/21/" + "x" * 21, "signs"),
        (f"https://id.gs1.org/01/{GTIN}/21/%", "hexadecimal"),
        (f"https://id.gs1.org/01/{GTIN}/21/%zz", "hexadecimal"),
        (f"https://id.gs1.org/01/{GTIN}/21/%ff", "UTF-8"),
        (f"https://id.gs1.org/01/{GTIN}/21/a b", "characters"),
        (f"ftp://id.gs1.org/01/{GTIN}", "https"),
        (f"https:///01/{GTIN}", "host"),
        (f"https://user@id.gs1.org/01/{GTIN}", "host"),
        ("https://id.gs1.org", "host"),
        ("https://id.gs1.org/", "no /01/"),
        ("https://id.gs1.org/01/" + "9" * 3000, "longer"),
    ],
)
def test_a_broken_link_is_refused_with_its_reason(link: str, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        read_digital_link(link)


@pytest.mark.parametrize(
    "resolver", ["http://id.example.org", "id.example.org", "https://a@b.example", "https://b.example?x"]
)
def test_a_resolver_is_an_https_address(resolver: str) -> None:
    with pytest.raises(MalformedError, match="resolver"):
        digital_link(GTIN, resolver=resolver)


@given(st.text("0123456789", min_size=13, max_size=13).filter(lambda body: body.strip("0")), VALUES, VALUES, VALUES)
@example("0950600013435", "%", "/", "01")
def test_what_is_written_is_read_again(body: str, variant: str, batch: str, serial: str) -> None:
    gtin = checked(body)
    link = digital_link(gtin, variant=variant, batch=batch, serial=serial)
    assert read_digital_link(link) == DigitalLink(gtin, variant, batch, serial)
    assert read_digital_link(link).canonical() == link


@given(st.text("0123456789", min_size=14, max_size=14))
def test_one_check_digit_in_ten_is_right(digits: str) -> None:
    right = checked(digits[:13])
    if digits == right and digits.strip("0"):
        assert read_path(f"/01/{digits}").gtin == digits
    else:
        with pytest.raises(MalformedError):
            read_path(f"/01/{digits}")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    for link in (text, f"https://x.example/{text}", f"https://x.example/01/{GTIN}{text}"):
        with suppress(MalformedError):
            assert read_digital_link(link).gtin
