"""docs/alerts.md is not stale: its payload is one that is sent, its receiver receives."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from scheduler.channels import ChannelSpec, build_channel
from scheduler.render import render
from scraper.errors import DeliveryError
from tests.scheduler.examples import make_change, make_message
from tests.scheduler.test_render import edited

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBoYXJib3VyIG9mZmljZQ=="


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(inner) for inner in value] if isinstance(value, list) else type(value).__name__


def test_the_documented_payload_is_one_that_is_sent() -> None:
    assert shape(json.loads(block("json"))) == shape(render(make_message(edited())).payload)


def test_the_documented_receiver_receives(tmp_path: Path) -> None:
    program = (
        block("python")
        .replace("8099", "0")
        .replace(
            'HTTPServer(("127.0.0.1", 0), Receiver).serve_forever()',
            'server = HTTPServer(("127.0.0.1", 0), Receiver)\n'
            "print(server.server_address[1], flush=True)\n"
            "for _ in range(3):\n    server.handle_request()\n",
        )
    )
    (tmp_path / "receiver.py").write_text(program, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "receiver.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    url = f"http://127.0.0.1:{process.stdout.readline().strip()}/"
    message = make_message(make_change())
    statuses = []
    for secret in (SECRET, SECRET, "whsec_b3RoZXIgc2VjcmV0IG9mIHRoZSBvZmZpY2U="):
        spec = ChannelSpec("hook", "webhook", url=url, secret=secret, timeout=timedelta(seconds=5))
        channel = build_channel(spec)
        try:
            channel.send(render(message), message)
            statuses.append(204)
        except DeliveryError as error:
            statuses.append(error.status or 0)
        channel.close()
    printed, _ = process.communicate(timeout=10)
    assert statuses == [204, 204, 400]
    assert printed.count("Pier reopens") == 1, "a repeat is one message"
