"""An operator's template is bounded, sandboxed, escaped; a broken one costs its form and not the message."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.facts import MessageFacts
from scheduler.outbox import Outbox, OutboxOptions
from scheduler.render import Rendered, render
from scheduler.templates import Template, TemplateError
from tests.scheduler.examples import ITEM, make_change, make_message
from tests.scheduler.test_render import edited

RENDERED = render(make_message(make_change(replace(ITEM, title="Pier <b> {{ 7*7 }}"))))


@pytest.fixture
def fill() -> Iterator[Any]:
    made: list[Template] = []

    def run(source: str | Path, *, html: bool = False, rendered: Any = RENDERED) -> str:
        made.append(Template(source, html=html))
        return made[-1].fill(rendered)

    yield run
    for template in made:
        template.close()


def test_a_template_says_what_its_author_wants(fill: Any) -> None:
    source = "{% for e in entries %}{{ e.label }}|{{ e.title }}|{{ e.source }}|{{ e.url }}\n{% endfor %}"
    assert fill(source) == "New|Pier <b> {{ 7*7 }}|Harbour Office|https://harbour.example/pier\n"
    assert fill("{{ subject }} {{ total }} {{ entries[0].edits[0].new }}", rendered=render(make_message(edited()))) == (
        "Edited: [Harbour Office] Pier reopens late 1 Pier reopens late"
    )


@pytest.mark.usefixtures("many_open_files")
def test_a_template_is_filled_in_however_many_files_are_open(fill: Any) -> None:
    assert fill("{{ total }}") == "1"


def test_values_are_escaped_in_html(fill: Any) -> None:
    assert fill("<p>{{ entries[0].title }}</p>", html=True) == "<p>Pier &lt;b&gt; {{ 7*7 }}</p>"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ 'a' * 10**9 }}", "memory"),
        ("{{ 'a' * 10**7 }}", "characters"),
        ("{% for i in range(10**9) %}x{% endfor %}", "Overflow"),
        ("{{ ''.__class__.__mro__ }}", "Security"),
        ("{{ entries.append(1) }}", "Security"),
        ("{{ cycler.__init__.__globals__ }}", "Security"),
        ("{{ no_such_name }}", "Undefined"),
        ("{{ unclosed", "Syntax"),
        ("{% include '/etc/passwd' %}", "TypeError|loader"),
    ],
)
def test_a_template_that_goes_too_far_costs_a_bounded_error(fill: Any, source: str, why: str) -> None:
    started = time.monotonic()
    with pytest.raises(TemplateError, match=why):
        fill(source)
    assert time.monotonic() - started < 10


def test_one_that_never_ends_is_ended_and_the_next_message_has_a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.templates.SECONDS", 0.5)
    monkeypatch.setattr("scheduler.templates._START", 2.0)
    many = "{% for i in range(99999) %}" * 3 + "{% endfor %}" * 3
    template = Template("{% if total == 1 %}" + many + "{% else %}fine{% endif %}", html=False)
    started = time.monotonic()
    with pytest.raises(TemplateError, match="more than"):
        template.fill(RENDERED)
    assert time.monotonic() - started < 6
    two = render(make_message(make_change(), make_change(event_id="e2"), kind="digest"))
    assert template.fill(two) == "fine"
    template.close()


def test_a_template_works_where_less_memory_is_allowed_than_it_may_have() -> None:
    few = 400 << 20
    begin = f"import resource, runpy; resource.setrlimit(resource.RLIMIT_AS, ({few}, {few})); "
    code = begin + "runpy.run_module('scheduler.template_worker', run_name='__main__')"
    request = json.dumps({"template": "{{ total }}", "html": False, "values": {"total": 7}})
    told = subprocess.run([sys.executable, "-c", code], input=request, capture_output=True, text=True, check=False)
    assert (told.stdout, told.stderr) == ('{"text": "7"}\n', "")


def test_a_process_that_has_gone_costs_the_form_of_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf() -> subprocess.Popen[bytes]:
        code = "import os; os.close(0); print(flush=True); input()"
        process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    template = Template("{{ total }}", html=False)
    with monkeypatch.context() as patch:
        patch.setattr("scheduler.templates._start", deaf)
        with pytest.raises(TemplateError, match="has ended"):
            template.fill(RENDERED)
    assert template.fill(RENDERED) == "1"
    template.close()


def test_a_template_that_is_too_long_is_not_cut_but_refused(fill: Any, tmp_path: Path) -> None:
    path = tmp_path / "long.j2"
    path.write_text("{# " + "x" * 99_950 + " #}{{ total }} message", encoding="utf-8")
    assert fill(path) == "1 message"
    path.write_text("{# " + "x" * 99_990 + " #}{{ total }} message", encoding="utf-8")
    with pytest.raises(TemplateError, match="longer than 100,000 bytes"):
        fill(path)


def test_a_channel_sends_the_operators_form_and_ours_if_it_is_broken(make_newsroom: Any, tmp_path: Path) -> None:
    newsroom, told = make_newsroom("phone"), []

    class Phone:
        name, kind = "phone", "apprise"

        def send(self, rendered: Rendered, message: MessageFacts) -> None:  # noqa: ARG002
            told.append(rendered.chat(100))

        def close(self) -> None:
            pass

    path = tmp_path / "phone.j2"
    path.write_text("Look: {{ entries[0].title }} \\o/", encoding="utf-8")
    options = OutboxOptions(templates={"phone": path})
    outbox = Outbox(newsroom.store, {"phone": Phone()}, options, lambda: newsroom.now)  # type: ignore[dict-item]
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    outbox.drain(timedelta(seconds=20))
    path.write_text("{{ nothing_of_that_name }}", encoding="utf-8")
    newsroom.publish("harbour", "two")
    outbox.drain(timedelta(seconds=20))
    path.unlink()
    newsroom.publish("harbour", "three")
    outbox.drain(timedelta(seconds=20))
    outbox.close()
    assert told[0] == "Look: one \\o/"
    assert [text.splitlines()[0] for text in told[1:]] == ["two", "three"]
