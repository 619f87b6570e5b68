"""Proxies, with TLS behind them: what they are told, and what a failure is called."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import Response

from scraper.errors import AddressRefusedError
from scraper.proxy import Proxy
from tests.scraper.misbehaving import PAGE, serve
from tests.scraper.test_fetch import probe
from tests.support.certificates import self_signed
from tests.support.proxies import HttpProxy, SocksProxy, proxy

OPENED = "127.0.0.0/8,localhost"


def test_certificates_are_verified_behind_a_proxy_and_targets_judged_before(tmp_path: Path) -> None:
    trusted, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, key)
    with serve(tls=context) as site, proxy(HttpProxy) as http, proxy(SocksProxy) as socks:
        port = site.server_address[1]
        ways = {
            "http": f"http://walker:by%20night@127.0.0.1:{http.port}",
            "socks5": f"socks5://walker:by%20night@127.0.0.1:{socks.port}",
            "socks5h": f"socks5h://walker:by%20night@127.0.0.1:{socks.port}",
            "wrong password": f"socks5://walker:by%20day@127.0.0.1:{socks.port}",
            "no password": f"http://127.0.0.1:{http.port}",
            "nobody": "socks5://127.0.0.1:1",
            "within": "http://10.0.0.7:3128",
        }
        urls = dict.fromkeys(ways, f"https://localhost:{port}/ok")
        urls |= {"hidden": "http://10.1.2.3/", "printer": "https://p.local/", "name": f"https://127.0.0.1:{port}/ok"}
        ways |= {"hidden": ways["socks5"], "printer": ways["socks5h"], "name": ways["http"]}
        job = {"allow": OPENED, "fetches": [{"url": urls[name], "proxy": way} for name, way in ways.items()]}
        found = dict(zip(ways, probe(job, SSL_CERT_FILE=str(trusted)), strict=True))
        untrusted = probe({"allow": OPENED, "fetches": job["fetches"][:3]})
    assert {name: one.get("reason") for name, one in found.items()} == {
        "http": None,
        "socks5": None,
        "socks5h": None,
        "wrong password": "connection",
        "no password": "connection",
        "nobody": "connection",
        "within": "address_refused",
        "hidden": "address_refused",
        "printer": "address_refused",
        "name": "tls",
    }, found
    assert {found[name]["body"] for name in ("http", "socks5", "socks5h")} == {PAGE.decode()}
    assert [one["reason"] for one in untrusted] == ["tls"] * 3
    assert {line for line in http.log if "without" not in line} == {
        f"CONNECT localhost:{port}",
        f"CONNECT 127.0.0.1:{port}",
    }
    assert set(socks.log) == {f"address 127.0.0.1:{port}", f"name localhost:{port}"}
    assert (
        "the SOCKS proxy opened no way to the site (Username and password authentication failure)"
        in found["wrong password"]["error"]
    )
    assert not [one for one in found.values() if "night" in str(one)]


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
def test_an_address_in_an_odd_spelling_is_judged_before_a_proxy_is_told(scheme: str) -> None:
    async def send(request: Request) -> Response:
        raise AssertionError(f"{request.url} was handed to the proxy")

    asked = Proxy.parse(f"{scheme}://127.0.0.1:3128")
    spellings = [
        "127.1",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "169.254.43518",
        "2130706433",
        "127.0.0.1.",
        "10.0.0.7.",
        "1.2.3.256",
        "127.0.0.1%25lo",
    ]
    for host in spellings:
        with pytest.raises(AddressRefusedError):
            asyncio.run(asked.download(Request(f"http://{host}:8080/"), send))
