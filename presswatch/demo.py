"""``presswatch demo``: the whole job on the bundled news site, on loopback, with the real commands.

A ministry's site is served at several moments of its life. The demo watches its news page, receives the alerts in the
terminal and at a webhook, and checks by itself that exactly what happened was told: it exits with 1 if not.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from presswatch.fixture_site import FixtureSite, WebhookReceiver
from scraper.errors import ConfigError

PAGE = "/en/news/"
SECRET = "whsec_cHJlc3N3YXRjaC1kZW1vLXNlY3JldC1rZXk="  # noqa: S105 - of a receiver that lives for half a minute

CONFIG = """
[presswatch]
site_spacing = "0s"  # the site is our own; others are left alone for two seconds between requests

[channels.terminal]
type = "console"

[channels.hook]
type = "webhook"
url = "{hook}"
secret = "{secret}"

[[rules]]
name = "everything"
kinds = ["added", "revised", "withdrawn"]
"""

QUERY = """\
SELECT kind, title, published_on, fields
FROM item_history
ORDER BY change_id"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment of the site: how often it is looked at, and what must be told of it (kinds of change, in order)."""

    moment: str
    title: str
    looks: int = 1
    told: tuple[str, ...] = ()
    outcome: str = "changed"


SCENES = (
    Scene("m1-two-new", "The ministry publishes two items", told=("added", "added")),
    Scene("m2-edited-title", "A headline is corrected", told=("revised",)),
    Scene(
        "m3-withdrawn",
        "An item vanishes, and an older one moves up into its place: three looks until that is believed",
        looks=3,
        told=("withdrawn",),
    ),
    Scene("m4-redesign", "The site is relaunched: other markup, other classes, the same news", outcome="quiet"),
    Scene("m5-empty-answer", "The site's database is away: a page without news", outcome="unwell"),
    Scene("m6-bot-wall", "A bot wall stands before the site", outcome="unwell"),
    Scene("m7-recovered", "The site is back, and nothing is new", outcome="quiet"),
    Scene("m8-one-new", "And one new item", told=("added",)),
)


class DemoError(Exception):
    """What the demo saw is not what happened on the site."""


class Demo:
    """One performance, in one folder."""

    def __init__(self, home: Path, console: Console) -> None:
        self.home = home
        self.console = console
        self.environ = dict(
            os.environ, PRESSWATCH_HOME=str(home), PRESSWATCH_ALLOW_PRIVATE="127.0.0.1", PYTHONUNBUFFERED="1"
        )
        if console.is_terminal:
            self.environ["FORCE_COLOR"] = "1"
        self.environ.setdefault("COLUMNS", str(console.width))

    def play(self) -> None:
        """All scenes. Raises :class:`DemoError` at the first that does not go as it must."""
        with FixtureSite() as site, WebhookReceiver(SECRET) as receiver:
            url = site.url(PAGE)
            self._prepare(receiver.url())
            self._headline("The first look: what is listed now is the baseline, and alerts nobody")
            self._command("add", url, "--name", "Ministry of Inland Waters", "--tag", "demo")
            self._require(not receiver.received, "the baseline alerted")
            for scene in SCENES:
                self._scene(scene, site, receiver)
        self._look_back()

    def _prepare(self, hook: str) -> None:
        (self.home / "presswatch.toml").write_text(CONFIG.format(hook=hook, secret=SECRET), encoding="utf-8")
        self._headline("The configuration: two channels, and edits and withdrawals are told as well")
        self.console.print(Syntax(CONFIG.format(hook=hook, secret=SECRET).strip(), "toml", theme="ansi_dark"))

    def _scene(self, scene: Scene, site: FixtureSite, receiver: WebhookReceiver) -> None:
        site.moment = scene.moment
        receiver.clear()
        self._headline(scene.title)
        for _ in range(scene.looks):
            unwell = scene.outcome == "unwell"
            self._command("check", allowed=(1, 3) if unwell else (0,))
        received = [one for one in receiver.received if one.verified]
        kinds = tuple(change["kind"] for one in received for change in one.json["data"]["changes"])
        self._require(kinds == scene.told, f"the webhook was told {kinds or 'nothing'}, not {scene.told or 'nothing'}")
        for one in received:
            self._note(f"webhook received {one.webhook_id}, signature verified")
        if not received:
            self._note("the webhook received nothing, rightly" if not scene.told else "the webhook received nothing")

    def _look_back(self) -> None:
        db = self.home / "presswatch.db"
        self._headline("Looking back: everything is in one SQLite file")
        self._say(f'[dim]$[/] sqlite-utils {escape(_near(db))} "…" --table')
        self.console.print(Syntax(QUERY, "sql", theme="ansi_dark", background_color="default"))
        conn = sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)
        try:
            self._table(conn.execute(QUERY))
        finally:
            conn.close()
        self._say("\nOpen it with Datasette:  [bold]pip install datasette && datasette " + escape(_near(db)))
        program = escape(_program())
        self._say(f"Your own page:           [bold]{program} init && {program} add https://…/news && {program} run")

    def _table(self, rows: sqlite3.Cursor) -> None:
        table = Table(box=None, header_style="bold", pad_edge=False)
        for column in rows.description:
            table.add_column(column[0], overflow="ellipsis", no_wrap=column[0] != "title")
        for row in rows:
            table.add_row(*("" if value is None else escape(str(value)) for value in row))
        self.console.print(table)

    # -- the terminal ------------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        """A line that somebody may copy: not broken where the terminal ends."""
        self.console.print(text, soft_wrap=True)

    def _headline(self, text: str) -> None:
        self.console.print()
        self.console.rule(f"[bold]{escape(text)}", align="left", style="dim")

    def _note(self, text: str) -> None:
        self.console.print(f"[green]✓[/] {escape(text)}")

    def _command(self, *words: str, allowed: Sequence[int] = (0,)) -> None:
        self._say(f"[dim]$[/] presswatch {escape(' '.join(_quoted(words)))}")
        self.console.file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "presswatch", *words],
            env=self.environ,
            # In one pipe, so that what it says stands where it said it.
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.console.file.write(done.stdout)
        self._require(done.returncode in allowed, f"presswatch {words[0]} ended with {done.returncode}")

    def _require(self, condition: bool, message: str) -> None:
        if not condition:
            raise DemoError(message)


def _quoted(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        yield json.dumps(word) if " " in word else word


def _near(path: Path) -> str:
    """The path as somebody would type it here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _program() -> str:
    """``presswatch`` as somebody would type it here: by its path, where the shell would not find it."""
    beside = Path(sys.executable).parent / "presswatch"
    return _near(beside) if shutil.which("presswatch") is None and beside.exists() else "presswatch"


def run_demo(keep: Path | None = None) -> int:
    """Play the demo; the exit status. Its files stay in ``keep``, by default the folder ``presswatch-demo`` here, so
    that they can be looked at; those of an earlier demo are replaced.

    Raises :class:`ConfigError` for a folder that holds other things.
    """
    console = Console()
    try:
        Demo(_make_folder(keep or Path("presswatch-demo")), console).play()
    except DemoError as error:
        console.print(f"\n[red]The demo failed:[/] {escape(str(error))}")
        return 1
    return 0


def _make_folder(folder: Path) -> Path:
    mark = folder / ".presswatch-demo"
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise ConfigError(f"{folder} is not empty; name another folder with --keep")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        mark.touch()
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}; name another folder with --keep") from error
    return folder.absolute()
