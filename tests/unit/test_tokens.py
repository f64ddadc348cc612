"""Shapes of secrets."""

from __future__ import annotations

import pytest

from backend.auth.tokens import digest, key_prefix, new_key, new_session_token, same


def test_a_key_can_be_found_by_its_prefix_and_checked_by_its_hash() -> None:
    key = new_key()
    assert key.text.startswith(f"pw_{key.prefix}_")
    assert key_prefix(key.text) == key.prefix
    assert same(digest(key.text), key.key_hash)
    assert key.text not in key.key_hash


def test_secrets_are_long_and_never_twice_the_same() -> None:
    assert len({new_session_token() for _ in range(100)}) == 100
    assert min(len(new_session_token()) for _ in range(100)) >= 43  # 256 bits


@pytest.mark.parametrize(
    "text", ["", "pw", "pw_", "pw_abc", "pw_abc_", "PW_abc_secret", "pw__secret", "pw_ä_secret", "pw_a_" + "x" * 300]
)
def test_what_is_no_key_has_no_prefix(text: str) -> None:
    assert key_prefix(text) is None
