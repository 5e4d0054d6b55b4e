"""The style sheets: what is vendored is what was reviewed, and the colours can be read."""

import hashlib
import re
from itertools import product
from pathlib import Path

import pytest

import plugin.foundation

STATIC = Path(plugin.foundation.__file__).parent / "static"
VENDOR = STATIC / "vendor"
STYLE_SHEETS = sorted(STATIC.rglob("*.css"))

TINTED = ("good", "wait", "attention", "info", "plum")
TEXT_ON_GROUND = [
    *product(("ink", "soft", "olive", "olive-deep", "attention"), ("ground", "paper")),
    *product(("ink", "soft", "olive"), ("olive-tint",)),
    *((tone, f"{tone}-tint") for tone in TINTED),
    ("on-olive", "olive"),
    ("on-olive", "olive-deep"),
]


def recorded_checksums() -> dict[str, str]:
    lines = (VENDOR / "CHECKSUMS").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def palette(scheme: str) -> dict[str, tuple[float, ...]]:
    """Return the named colours of `scheme`, each as red, green and blue in 0..1."""
    style_sheet = (STATIC / "mentes.css").read_text()
    light, dark = re.findall(r":root:not\(\[data-theme\]\) \{(.*?)\}", style_sheet, re.DOTALL)[:2]
    named = re.findall(
        r"--([\w-]+): #([0-9a-f]{3}|[0-9a-f]{6});", {"light": light, "dark": dark}[scheme]
    )
    doubled = {
        name: digits if len(digits) == 6 else re.sub("(.)", r"\1\1", digits)
        for name, digits in named
    }
    return {
        name: tuple(byte / 255 for byte in bytes.fromhex(digits))
        for name, digits in doubled.items()
    }


def luminance(colour: tuple[float, ...]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_vendored_file_is_the_one_that_was_reviewed():
    present = {path.name for path in VENDOR.iterdir()} - {"CHECKSUMS"}
    assert recorded_checksums() == {
        name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in present
    }


def test_every_vendored_style_sheet_comes_with_its_licence():
    for style_sheet in VENDOR.glob("*.css"):
        licence = VENDOR / f"{style_sheet.name.split('.')[0]}.LICENSE.md"
        assert "Permission is hereby granted" in licence.read_text()


@pytest.mark.parametrize("path", STYLE_SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_loads_nothing_from_elsewhere(path):
    style_sheet = path.read_text()
    assert re.findall(r"@import|@font-face|sourceMappingURL", style_sheet) == []
    assert re.findall(r"url\((?!\"data:)[^)]*\)", style_sheet) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(scheme, text, ground):
    colours = palette(scheme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "ground"])
@pytest.mark.parametrize("edge", ["control", "olive"])
def test_the_edges_of_controls_and_the_focus_ring_can_be_seen(scheme, edge, ground):
    colours = palette(scheme)
    assert contrast(colours[edge], colours[ground]) >= 3


def test_the_dark_palette_names_every_colour_of_the_light_one():
    assert palette("dark").keys() == palette("light").keys()
