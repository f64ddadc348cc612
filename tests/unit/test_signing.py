"""The published vector of Standard Webhooks, verification by its own library, and which secrets are secrets."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from alerts.delivery.signing import headers, key_of, new_secret, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_published_vector() -> None:
    signature = sign(
        SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(st.text(), st.binary(min_size=24, max_size=64))
def test_what_we_sign_the_standard_library_verifies(text: str, key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    body = text.encode("utf-8", "replace")
    signed = headers(secret, message_id="evt_1", timestamp=int(time.time()), body=body)
    Webhook(secret).verify(body, signed, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, signed, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", signed, json_parse=False)


def test_a_made_secret_is_one() -> None:
    assert len(key_of(new_secret())) == 32
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "hunter2",
        "whsec_not base64!",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "WHSEC_" + base64.b64encode(b"x" * 32).decode(),
    ],
)
def test_what_is_no_secret_is_refused_in_plain_words(secret: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as error:
        key_of(secret)
    assert "hunter2" not in str(error.value)
