"""The attack list: every way we know of to make a server call what it should not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.target import MAX_URL, is_public, url_faults

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",  # carrier-grade NAT
    "169.254.169.254",  # cloud metadata
    "192.0.0.192",  # Oracle's metadata
    "168.63.129.16",  # Azure: from a machine to its host
    "192.88.99.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",  # AWS metadata over IPv6
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:a00:1",
    "::127.0.0.1",  # IPv4-compatible
    "64:ff9b::7f00:1",  # NAT64
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",  # 6to4
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo around 127.0.0.1
]
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]

REFUSED_URLS = [
    "http://localhost/",
    "http://LOCALHOST:8000/",
    "http://localhost./",
    "http://x.localhost/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:0:0:1]:8000/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/latest/meta-data/",
    "https://10.1.2.3/hook",
    "http://[fe80::1]/",
]
MALFORMED_URLS = [
    "",
    "example.com/hook",
    "//example.com/hook",
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "javascript:alert(1)",
    "http://",
    "http:///path",
    "https://example.com:99999/",
    "https://example.com:0/",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com/a b",
    "https://example.com/\r\nHost: internal",
    "https://example.com/\x00",
    "https://ⅇxample.com/",
    "https://①②⑦.0.0.1/",
    "https://example.com/#fragment",
    "https://[::1/",
    "https://example.com/" + "x" * MAX_URL,
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses())
def test_every_address_gets_a_verdict_and_only_global_ones_pass(address: object) -> None:
    if is_public(address):  # type: ignore[arg-type]
        assert not address.is_private or address.version == 6  # type: ignore[attr-defined]
        assert not address.is_loopback  # type: ignore[attr-defined]
        assert not address.is_link_local  # type: ignore[attr-defined]
        assert not address.is_multicast  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_a_private_target_is_refused_however_it_is_spelled(url: str) -> None:
    assert [fault.code for fault in url_faults(url, allowed_hosts=())] == ["target_refused"]


@pytest.mark.parametrize("url", MALFORMED_URLS)
def test_what_is_no_address_of_a_receiver_is_refused(url: str) -> None:
    faults = url_faults(url, allowed_hosts=("127.0.0.1", "example.com"))
    assert len(faults) == 1
    assert faults[0].pointer == "/url"
    assert "secret" not in faults[0].message


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook?token=1&x=%20",
        "http://example.com:8080/a;b/c",
        "https://xn--e1afmkfd.example/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]:8443/",
    ],
)
def test_ordinary_receivers_are_fine(url: str) -> None:
    assert url_faults(url, allowed_hosts=()) == []


def test_an_allowed_host_may_be_private() -> None:
    assert url_faults("http://localhost:9000/hook", allowed_hosts={"localhost"}) == []
    assert url_faults("http://127.0.0.1:9000/hook", allowed_hosts={"localhost"}) != []
