"""Names for the demo's customers. Data only; any likeness is chance."""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST = _names("""
    Ava Ben Carla Daniel Elena Felix Grace Hugo Iris Jamal Kira Liam Maya Noah Olivia Priya Quinn Rosa Samuel Tara
    Umar Vera Will Ximena Yusuf Zoe Aaron Bianca Caleb Dana Ethan Fatima George Hannah Ivan Julia Kevin Lena Marco
""")
LAST = _names("""
    Adams Baker Chen Diaz Evans Fisher Garcia Hughes Ibrahim Jensen Kim Lopez Murphy Nguyen Owens Patel Reed Silva
    Turner Underwood Vargas Walsh Xu Young Zimmer Bauer Cohen Delgado Ellis Flores Gupta Hansen Ito Jackson Klein Lewis
""")
