"""Signs that look like the ones meant: digits of other scripts, letters of other alphabets, dashes of every length. Pure.

What residents copy, dictate or type with another keyboard is read as what it looks like; what looks like nothing is refused where it is read.
"""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    "АВЕКМНОРСТХԌІЅЈаеорсухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABEKMHOPCTXGISJaeopcyxisjABEZHIKMNOPTYXo",
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹘﹣－ーㄧ一", "-"))
_DIGITS = str.maketrans("OoQIl|", "000111")


def plain(text: str) -> str:
    """Return the text in one width, with decimal digits of every script as 0–9 and look-alike letters as Latin ones."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in wide).translate(_LETTERS)


def dashes(text: str) -> str:
    """Return the text with every kind of dash as `-`; only for numbers, where 一 can be nothing else."""
    return text.translate(_DASHES)


def digits(text: str) -> str:
    """Return the text with the letters that are taken for digits (O, l, I) as these; only where digits must be."""
    return text.translate(_DIGITS)
