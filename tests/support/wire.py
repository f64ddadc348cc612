"""A websocket client without a browser: says to the dashboard whatever it likes, as an attacker would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import socketio

NAMESPACE = "/_event"
ROOT = "reflex___state____state"
HYDRATED = "is_hydrated_rx_state_"


def run(conversation: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, conversation).result()


class Wire:
    """One websocket. `token` and `cookie` are whatever the caller claims; `heard` is all that came, as JSON."""

    def __init__(self, url: str, *, token: str = "tab", cookie: str = "", **headers: str) -> None:
        self._url = url
        self._token = token
        self._headers = {**({"Cookie": cookie} if cookie else {}), **headers}
        self._client = socketio.AsyncClient(reconnection=False)
        self._client.on("event", self._event, namespace=NAMESPACE)
        self.heard: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def _event(self, data: Any) -> None:
        self.heard.append(json.loads(data) if isinstance(data, str) else data)
        self._news.set()

    async def __aenter__(self) -> Wire:
        await self._client.connect(
            f"{self._url}?token={self._token}",
            socketio_path="/_event",
            transports=["websocket"],
            namespaces=[NAMESPACE],
            headers=self._headers,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.disconnect()

    async def send(self, name: str, payload: Any = None, **router: Any) -> None:
        """Send an event without waiting for anything."""
        route = {"pathname": "/", "asPath": "/", "query": {}, **router}
        event = {"name": name, "payload": {} if payload is None else payload, "router_data": route}
        await self._client.emit("event", event, namespace=NAMESPACE)

    async def ask(self, name: str, payload: Any = None, **router: Any) -> list[dict[str, Any]]:
        """Send an event and return all that comes back until the answer to a marker event sent after it.

        Events of one tab run in order, so what stands before the marker's answer belongs to this event. The marker says
        yes, then no. Neither need come alone: what an event set off (a page's first load) goes on beside the marker,
        and what it changed may come with the marker's own change. The marker comes from the same address as the event:
        from another one it would change that as well.
        """
        start = len(self.heard)
        await self.send(name, payload, **router)
        await self.send(f"{ROOT}.set_is_hydrated", {"value": True}, **router)
        await self.send(f"{ROOT}.set_is_hydrated", {"value": False}, **router)
        await self.until(lambda: _ended(self.heard[start:]))
        return [update for update in self.heard[start:] if not _is_marker(update)]

    async def until(self, happened: Any, *, seconds: float = 60) -> None:
        """Wait until the condition holds; AssertionError with all that was heard when it never does."""
        try:
            async with asyncio.timeout(seconds):
                while not happened():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise AssertionError(f"gave up after {seconds:g} s; heard {self.text[-2000:]}") from error

    @property
    def text(self) -> str:
        """Return everything heard so far as one text, to look for what must not be in it."""
        return json.dumps(self.heard)


def _hydrated(update: dict[str, Any]) -> bool | None:
    """Return what an update says of the marker's variable, None when nothing."""
    value = (update.get("delta") or {}).get(ROOT, {}).get(HYDRATED)
    return value if isinstance(value, bool) else None


def _ended(updates: list[dict[str, Any]]) -> bool:
    """Return whether the marker's no came after a yes: a no without one is that of an event which loads a page."""
    said = [value for update in updates if (value := _hydrated(update)) is not None]
    return True in said and False in said[said.index(True) :]


def _is_marker(update: dict[str, Any]) -> bool:
    """Return whether an update is nothing but the answer to a marker."""
    return (update.get("delta") or {}).keys() == {ROOT} and update["delta"][ROOT].keys() == {HYDRATED}
