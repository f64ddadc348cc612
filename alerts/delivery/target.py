"""Where a webhook may go: the URL's form, and which addresses are never called (SSRF). Pure; resolving is `http.py`."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from models.errors import Fault

MAX_URL = 2000
#: What Python 3.11 calls public and is not: protocol assignments (some clouds keep their metadata service there),
#: Azure's way from a machine to its host, relays of 6to4.
_SPECIAL = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "168.63.129.16/32", "192.88.99.0/24")))
_DOCUMENTS = ipaddress.IPv6Network("3fff::/20")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(address: str | Address) -> bool:
    """Return whether an address belongs to the public internet, looking through IPv4 hidden inside IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0]) if isinstance(address, str) else address
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in one for one in _SPECIAL)
    inner = _embedded(ip)
    if inner is not None:
        return is_public(inner)
    return ip in _GLOBAL_UNICAST and ip.is_global and ip not in _DOCUMENTS


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address inside a mapped, NAT64, 6to4 or Teredo address."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.sixtofour is not None:
        return ip.sixtofour
    return ip.teredo[1] if ip.teredo is not None else None


def literal_address(host: str) -> Address | None:
    """Return the address a host spells in any form resolvers accept (127.1, 0x7f000001, 2130706433), else None."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def url_faults(url: str, *, allowed_hosts: Collection[str], pointer: str = "/url") -> list[Fault]:
    """Return what is wrong with a receiver's URL; names are looked up only when something is sent."""

    def fault(code: str, message: str) -> list[Fault]:
        return [Fault(pointer, code, message)]

    if len(url) > MAX_URL:
        return fault("too_long", f"A URL has at most {MAX_URL} characters.")
    if any(ch <= " " or ch == "\x7f" or ch == "\\" for ch in url) or not url.isascii():
        return fault("bad_url", "A URL is plain ASCII without spaces or backslashes; encode other characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return fault("bad_url", "This is not a URL.")
    if parts.scheme not in ("http", "https"):
        return fault("bad_scheme", "Use https:// (or http:// inside a trusted network).")
    if parts.username is not None or parts.password is not None:
        return fault("userinfo", "Leave out user and password; receivers verify the signature instead.")
    if not parts.hostname or port == 0:
        return fault("bad_url", "The URL names no host that could be called.")
    if parts.fragment:
        return fault("bad_url", "A fragment (#…) is never sent; leave it out.")
    return _refused(parts, allowed_hosts, pointer)


def _refused(parts: SplitResult, allowed_hosts: Collection[str], pointer: str) -> list[Fault]:
    host = (parts.hostname or "").rstrip(".")
    if host in allowed_hosts:
        return []
    address = literal_address(host)
    local = host == "localhost" or host.endswith(".localhost")
    if local or (address is not None and not is_public(address)):
        return [Fault(pointer, "target_refused", refusal(host))]
    return []


def refusal(host: str) -> str:
    """Return why a host is not called, and what an administrator can do about it."""
    return f"{host} is not a public address. An administrator can allow the host with PICKWATCH_WEBHOOK_ALLOWED_HOSTS."
