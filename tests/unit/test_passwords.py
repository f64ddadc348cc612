"""The password policy, and that hashes can be checked but not read."""

from __future__ import annotations

import pytest

from backend.auth.passwords import hash_password, is_outdated, password_faults, verify_password


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("correct horse", []),
        ("x" * 10, []),
        ("x" * 9, ["too_short"]),
        ("", ["too_short"]),
        ("x" * 201, ["too_long"]),
        ("ann.example", ["is_username"]),
        ("ANN.Example", ["is_username"]),
    ],
)
def test_policy(password: str, codes: list[str]) -> None:
    assert [fault.code for fault in password_faults(password, "ann.example")] == codes


def test_every_fault_is_named_at_once() -> None:
    assert {fault.code for fault in password_faults("ann", "ann")} == {"too_short", "is_username"}


def test_a_hash_fits_its_password_only() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert hash_password("correct horse") != stored  # salted
    assert verify_password("correct horse", stored)
    assert not verify_password("correct horsf", stored)
    assert not is_outdated(stored)


def test_the_same_letters_composed_differently_are_the_same_password() -> None:
    assert verify_password("Schlu\u0308sselbund", hash_password("Schl\u00fcsselbund"))


@pytest.mark.parametrize("stored", [None, "", "garbage", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_nothing_fits_a_missing_or_broken_hash(stored: str | None) -> None:
    assert not verify_password("correct horse", stored)
    assert not verify_password("nobody has this password", stored)


def test_a_too_long_password_never_fits_even_if_its_start_does() -> None:
    assert not verify_password("x" * 201, hash_password("x" * 200))
