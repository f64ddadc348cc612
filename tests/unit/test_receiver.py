"""The receiver that webhook tests trust: it must really do what it is told."""

from __future__ import annotations

import httpx
import pytest

from tests.support import receiver as r


def test_remembers_what_arrived_and_answers_as_planned() -> None:
    with r.Receiver() as receiver:
        receiver.plan(r.FAILS, r.throttles(7), r.redirects("http://127.0.0.1:1/"), r.GONE)
        answers = [httpx.post(receiver.url, json={"n": n}, headers={"Webhook-Id": f"m{n}"}) for n in range(5)]

    assert [answer.status_code for answer in answers] == [500, 429, 302, 410, 204]
    assert answers[1].headers["retry-after"] == "7"
    assert [request.json["n"] for request in receiver.received] == [0, 1, 2, 3, 4]
    assert receiver.received[3].headers["webhook-id"] == "m3"
    assert receiver.received[0].body == b'{"n":0}'


def test_refuses_hangs_and_floods() -> None:
    with r.Receiver() as receiver:
        receiver.plan(r.REFUSES, r.HANGS, r.floods(1_000_000), r.Answer(200, body_bytes=1000, drop="inside"))
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(receiver.url)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(receiver.url, timeout=0.2)
        assert len(httpx.post(receiver.url).content) == 1_000_000
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(receiver.url)

    with pytest.raises(httpx.ConnectError):
        httpx.post(receiver.url)
