"""Where presswatch keeps its files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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
    def restored_path(self) -> Path:
        """Where a restored configuration waits to be read by a person."""
        return self.config_path.with_name(f"{self.config_path.name}.restored")

    @property
    def captures_dir(self) -> Path:
        """The compressed responses, named by their hash."""
        return self.data_dir / "captures"


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
