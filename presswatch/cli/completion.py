"""``presswatch completion``: what a shell needs to complete commands, options, sources and tags."""

from __future__ import annotations

import click


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print what makes a shell complete commands, sources and tags.

    Put it where your shell looks for completions; bash needs version 4.4 or newer.

    \b
    presswatch completion bash > ~/.local/share/bash-completion/completions/presswatch
    presswatch completion zsh > ~/.zfunc/_presswatch
    presswatch completion fish > ~/.config/fish/completions/presswatch.fish
    """
    from click.shell_completion import get_completion_class

    from presswatch.cli.root import presswatch

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"there is no completion for {shell}")
    source = found(presswatch, {}, "presswatch", "_PRESSWATCH_COMPLETE")
    click.echo(source.source_template % source.source_vars())
