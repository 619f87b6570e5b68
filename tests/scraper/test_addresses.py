"""Which addresses may be reached, in every spelling."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.addresses import AddressPolicy, is_global
from scraper.errors import ConfigError

GLOBAL = """
1.1.1.1 8.8.8.8 9.9.9.9 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 169.253.255.255
169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255
192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255
2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001:81b::200e 2001:200::1 2620:fe::fe 3ffe:ffff::1
::ffff:8.8.8.8 ::ffff:808:808 64:ff9b::8.8.8.8 2002:808:808::1
""".split()
NOT_GLOBAL = """
0.0.0.0 0.1.2.3 10.0.0.0 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.0 127.0.0.1 127.1.2.3
127.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.8 192.0.0.192
192.0.2.1 192.88.99.0 192.88.99.1 192.168.0.1 192.168.255.255 198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.7
203.0.113.7 224.0.0.1 232.1.1.1 239.255.255.250 240.0.0.1 250.1.1.1 255.255.255.255
:: ::1 ::2 ::127.0.0.1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254
::ffff:0.0.0.0 ::ffff:100.64.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a00:1 64:ff9b::169.254.169.254
64:ff9b:1::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:0:4136:e378:8000:63bf:80ff:fffe
2001:0:4136:e378:8000:63bf:f5ff:fffe 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2001:db8:ffff::1 2002:7f00:1::
2002:a00:1::1 2002:c0a8:101::1 2002:a9fe:a9fe::1 2002:6440:1::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1 fd00::1
fd12:3456:789a::1 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff00::1 ff02::1 ff02::fb ff0e::1
""".split()
NO_ADDRESS = [
    *"2130706433 0x7f000001 0x7f.1 127.1 127.0.1 0177.0.0.1 017700000001 127.0.0.1. 127.0.0.01 localhost".split(),
    *"1.1.1.1:80 [::1] ::1::1 1.2.3.4.5 256.1.1.1 ①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 <broadcast>".split(),
    "", " ", "127.0.0.1 ", "8.8.8.8\n", "8.8.8.8\x00", "a\\b",
]  # fmt: skip


@pytest.mark.parametrize("address", GLOBAL)
def test_global_addresses_may_be_reached(address: str) -> None:
    assert AddressPolicy().allows(address, 443)


@pytest.mark.parametrize("address", NOT_GLOBAL)
def test_addresses_that_are_not_global_are_refused(address: str) -> None:
    assert not AddressPolicy().allows(address, 443)


@pytest.mark.parametrize("address", [a for a in NOT_GLOBAL if "%" not in a])
def test_the_written_out_spelling_is_judged_alike(address: str) -> None:
    assert not AddressPolicy().allows(ipaddress.ip_address(address).exploded.upper(), 443)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert not is_global(text)
    assert not AddressPolicy.parse("127.0.0.0/8, ::/0, localhost").allows(text, 80)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_wrapped(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    plain = is_global(str(inner))
    assert is_global(str(ipaddress.IPv6Address((0xFFFF << 32) | number))) is plain
    assert is_global(str(ipaddress.IPv6Address((0x64FF9B << 96) | number))) is plain
    assert is_global(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1))) is plain
    teredo_client = (0x20010000 << 96) | (0x08080808 << 64) | (number ^ 0xFFFFFFFF)
    assert is_global(str(ipaddress.IPv6Address(teredo_client))) is plain


@given(st.ip_addresses(v=4))
def test_we_call_nothing_global_that_python_does_not(address: ipaddress.IPv4Address) -> None:
    assert address.is_global or not is_global(str(address))


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    assert AddressPolicy.parse("10.0.0.0/8,localhost").allows(text, 1) in (True, False)
    assert AddressPolicy.parse("10.0.0.0/8,localhost").opens_url(text) in (True, False)


@pytest.mark.parametrize(
    ("entry", "address", "port", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1", 80, True),
        ("127.0.0.1", "127.0.0.2", 80, False),
        ("127.0.0.1:8000", "127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "127.0.0.1", 8001, False),
        ("127.0.0.1:8000", "::ffff:127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "::127.0.0.1", 8000, True),
        ("127.0.0.1:8000", "64:ff9b::7f00:1", 8000, False),
        ("10.0.0.0/8", "10.1.2.3", 1, True),
        ("10.0.0.0/8", "11.1.2.3", 1, True),
        ("10.0.0.0/8:8080", "10.1.2.3", 8080, True),
        ("10.0.0.0/8:8080", "10.1.2.3", 80, False),
        ("10.0.0.7/8", "10.1.2.3", 80, True),
        ("::1", "::1", 9, True),
        ("[::1]", "::1", 9, True),
        ("[::1]:9", "::1", 9, True),
        ("[::1]:9", "::1", 10, False),
        ("::1", "127.0.0.1", 9, False),
        ("fd00::/8", "fd12::1", 9, True),
        ("[fd00::/8]:80", "fd12::1", 80, True),
        ("[fd00::/8]:80", "fd12::1", 81, False),
        ("fe80::/10", "fe80::1%eth0", 80, True),
        ("0.0.0.0/0", "169.254.169.254", 80, True),
        ("0.0.0.0/0", "::1", 80, False),
        (" 192.168.1.1 , ,10.0.0.0/8 ", "10.0.0.1", 80, True),
        ("localhost", "127.0.0.1", 80, False),
        ("", "127.0.0.1", 80, False),
    ],
)
def test_the_operator_opens_addresses_networks_and_ports(entry: str, address: str, port: int, allowed: bool) -> None:
    assert AddressPolicy.parse(entry).allows(address, port) is allowed


@pytest.mark.parametrize(
    ("entry", "host", "port", "allowed"),
    [
        ("intranet.example", "intranet.example", 80, True),
        ("intranet.example", "INTRANET.example.", 80, True),
        ("intranet.example:8080", "intranet.example", 80, False),
        ("intranet.example:8080", "intranet.example", 8080, True),
        ("intranet.example", "x.intranet.example", 80, False),
        ("intranet.example", "xintranet.example", 80, False),
        ("Bücher.example", "xn--bcher-kva.example", 80, True),
        ("my_nas:5000", "my_nas", 5000, True),
        ("intranet.example", None, 80, False),
    ],
)
def test_an_opened_name_opens_what_it_resolves_to(entry: str, host: str | None, port: int, allowed: bool) -> None:
    assert AddressPolicy.parse(entry).allows("10.1.1.1", port, host=host) is allowed


@pytest.mark.parametrize(
    "entry",
    [
        *"http://127.0.0.1 127.0.0.1:0 127.0.0.1:65536 127.0.0.1:x 127.0.0.1: 127.1".split(),
        *"2130706433 0x7f000001 256.0.0.1 user@host a/b/c :80 [] ::1/200".split(),
        *"10.0.0.0/33 10.0.0.0/x [::1 [::1]80 [127.0.0.1]:80 [::g] -bad- a..b * *.example".split(),
        "two words", "a\x00b", "x" * 300, "host:８０",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_named(entry: str) -> None:
    with pytest.raises(ConfigError) as caught:
        AddressPolicy.parse(f"10.0.0.0/8,{entry}")
    assert "PRESSWATCH_ALLOW_PRIVATE" in str(caught.value)
    assert repr(entry) in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "url", "opened"),
    [
        ("127.0.0.1", "http://127.0.0.1/", True),
        ("127.0.0.1:80", "http://127.0.0.1/", True),
        ("127.0.0.1:443", "https://127.0.0.1/x?y", True),
        ("127.0.0.1:443", "http://127.0.0.1/", False),
        ("127.0.0.0/8", "http://127.9.9.9:7000/", True),
        ("127.0.0.0/8", "http://localhost:7000/", True),
        ("[::1]:7000", "http://localhost:7000/", True),
        ("[::1]:7000", "http://[::1]:7000/", True),
        ("127.0.0.1", "http://[::ffff:127.0.0.1]/", True),
        ("nas.example", "http://NAS.example/", True),
        ("nas.example:81", "http://nas.example/", False),
        ("127.0.0.0/8", "http://2130706433/", False),
        ("127.0.0.0/8", "http://127.0.0.1\\@example.org/", False),
        ("127.0.0.0/8", "http://127.0.0.1@example.org/", False),
        ("127.0.0.0/8", "http://example.org@127.0.0.1/", False),
        ("127.0.0.0/8", "ftp://127.0.0.1/", False),
        ("127.0.0.0/8", "http://[::1", False),
        ("127.0.0.0/8", "http://127.0.0.1:99999/", False),
        ("127.0.0.0/8", "", False),
        ("10.0.0.0/8", "http://example.org/", False),
    ],
)
def test_a_site_is_the_operators_own_if_its_address_is_listed(entry: str, url: str, opened: bool) -> None:
    assert AddressPolicy.parse(entry).opens_url(url) is opened


def test_an_endpoint_named_elsewhere_can_be_added() -> None:
    policy = AddressPolicy().opening("127.0.0.1", 25).opening("::1", 25).opening("broker.example")
    assert policy.allows("127.0.0.1", 25)
    assert not policy.allows("127.0.0.1", 26)
    assert policy.allows("::1", 25)
    assert policy.opens_host("broker.example", 5672)
