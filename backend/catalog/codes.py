"""What a scanner may say for one and the same product. Pure; looking products up is `queries.py`."""

from __future__ import annotations

from collections.abc import Iterable

#: The lengths of a GTIN as scanners send it: EAN-8, UPC-A, EAN-13, GTIN-14.
_GTIN_LENGTHS = (8, 12, 13, 14)


def forms(code: str) -> tuple[str, ...]:
    """Return a code and its other spellings, itself first: a GTIN is the same number however many zeros lead it
    (GS1 General Specifications, 3.3.2), and scanners differ in how many they send."""
    if not (code.isascii() and code.isdecimal() and len(code) in _GTIN_LENGTHS):
        return (code,)
    number = code.lstrip("0")
    padded = (number.zfill(length) for length in _GTIN_LENGTHS if len(number) <= length)
    return (code, *(form for form in padded if form != code))


def codes_of(sku: str, barcodes: Iterable[str]) -> frozenset[str]:
    """Return everything that names a product when it is scanned: its SKU and its barcodes, in all their forms."""
    return frozenset((sku, *(form for barcode in barcodes for form in forms(barcode))))
