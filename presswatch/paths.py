"""Where presswatch keeps its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scraper.errors import ConfigError

HOME_VARIABLE = "PRESSWATCH_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """The files of one installation. With a named folder all lie in it; otherwise the configuration and the data lie
    where the platform keeps such things. Nothing is created here.
    """

    config_path: Path
    data_dir: Path

    @property
    def db_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "presswatch.db"

    @property
    def has_config(self) -> bool:
        """Whether there is a configuration. Raises as :func:`is_there`, like the two below."""
        return is_there(self.config_path)

    @property
    def has_database(self) -> bool:
        """Whether there is a database."""
        return is_there(self.db_path)

    @property
    def has_restored(self) -> bool:
        """Whether a restored configuration waits."""
        return is_there(self.restored_path)

    @property
    def restored_path(self) -> Path:
        """Where a restored configuration waits to be read by a person."""
        return self.config_path.with_name(f"{self.config_path.name}.restored")

    @property
    def nothing_watched(self) -> str:
        """What to say where there are no sources. Raises as :func:`is_there`."""
        if self.has_restored and not self.has_config:
            waiting = self.restored_path
            return f"nothing is watched: the restored configuration is not in force; read {waiting}, and rename it"
        return "nothing is watched yet; add a page: presswatch add https://…/news"

    @property
    def captures_dir(self) -> Path:
        """The compressed responses, named by their hash."""
        return self.data_dir / "captures"


def is_there(path: Path) -> bool:
    """Whether there is such a file. Raises :class:`ConfigError` where that cannot be seen, as in a folder of another
    user: "there is none" would be wrong there."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise ConfigError(f"{error.strerror}{_whose(path)}", path=path) from error
    return True


def _whose(path: Path) -> str:
    """Who may look at ``path``, where its nearest folder that can be seen is another user's."""
    for folder in path.parents:
        with suppress(OSError):  # cannot be seen either
            mine = folder.stat().st_uid == os.geteuid()
            return "" if mine else f"; {folder} belongs to {owner_of(folder)}, who may look"
    return ""


def owner_of(path: Path) -> str:
    """The user that ``path`` belongs to; the number of one without a name. Raises :class:`OSError`."""
    try:
        return path.owner()
    except KeyError:
        return f"the user {path.stat().st_uid}"


def find_home(option: str | None, environ: Mapping[str, str]) -> Home:
    """The home named by ``--home``, else by ``PRESSWATCH_HOME``, else the platform's usual places.

    An empty name counts as none; ``~`` is understood; a relative name is meant from the current folder.
    """
    named = option or environ.get(HOME_VARIABLE)
    if named:
        root = _absolute(named)
        return Home(config_path=root / "presswatch.toml", data_dir=root)
    import platformdirs

    return Home(
        config_path=platformdirs.user_config_path("presswatch", appauthor=False) / "presswatch.toml",
        data_dir=platformdirs.user_data_path("presswatch", appauthor=False),
    )


def _absolute(named: str) -> Path:
    path = Path(named)
    with suppress(RuntimeError):  # no such user, or no home folder: the name is meant as it stands
        path = path.expanduser()
    return path.absolute()
