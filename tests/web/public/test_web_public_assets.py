"""Style sheets: colours that can be read, and a brand that cannot break out."""

import re
from importlib.resources import files

import pytest

from tests.web.world import PAGE
from watchkeeper.web.answer import Refusal
from watchkeeper.web.public.assets import READABLE, Assets, Rgb, brand_style, contrast
from watchkeeper.web.public.mark import Mark

STYLE = files("watchkeeper.web.public").joinpath("static", "page.css").read_text("utf-8")
WHITE = Rgb(255, 255, 255)
KINDS = tuple(Mark)


def colors(block: str) -> dict[str, Rgb]:
    found = re.findall(r"--([a-z-]+): #([0-9a-f]{6});", block)
    return {name: Rgb(*bytes.fromhex(digits)) for name, digits in found}


LIGHT = colors(STYLE.partition("@media (prefers-color-scheme: dark)")[0])
DARK = LIGHT | colors(STYLE.partition("@media (prefers-color-scheme: dark)")[2])


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_can_be_read_on_what_is_behind_it(scheme: dict[str, Rgb]) -> None:
    pairs = [("ink", "ground"), ("ink", "card"), ("soft", "ground"), ("soft", "card")]
    pairs += [
        ("ink", "pending-tint"),
        ("link", "ground"),
        ("link", "card"),
        ("button", "on-button"),
    ]
    pairs += [(f"{kind}-ink", f"{kind}-tint") for kind in KINDS]
    pairs += [(f"{kind}-ink", "card") for kind in KINDS]
    found = {pair: contrast(scheme[pair[0]], scheme[pair[1]]) for pair in pairs}
    found |= {(kind, "white"): contrast(scheme[kind], WHITE) for kind in KINDS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("color", ["#1972F5", "#fff", "#000000", "#ffd400", "#0EB033", "#888"])
def test_the_text_on_a_button_of_the_brand_can_be_read(color: str) -> None:
    scheme = colors(brand_style(color))
    assert contrast(scheme["button"], scheme["on-button"]) >= READABLE


@pytest.mark.parametrize(
    "color", ["", "red", "#12", "#12345678", "#fff;}body{display:none", "url(//x)", "#fff\n}"]
)
def test_a_colour_that_is_not_a_hex_one_changes_nothing(color: str) -> None:
    assert brand_style(color) == ""


def test_a_file_is_found_by_its_whole_name_alone() -> None:
    assets = Assets()
    brand = assets.brand(PAGE)
    assert assets.get(assets.style) is not assets.get(brand)
    for name in ("page.css", "../page.css", "", ".", "/etc/passwd", brand.upper()):
        with pytest.raises(Refusal):
            assets.get(name)


def test_the_style_loads_nothing_from_elsewhere() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
