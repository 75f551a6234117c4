"""``pgx-ana completion``: the script by which a shell completes the command line."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pgx_ana.cli.versions import PROGRAM

ASKING = "_PGX_ANA_COMPLETE"
"""The variable of the environment that a shell sets to ask, however the program is called."""

_ALL_SPLIT, _FIRST_SPLIT = '(string split "," ', '(string split --max 1 "," '
"""In the script for fish: the kind of a choice is split off, but lists have commas themselves."""


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, /, shell: str) -> None:
    """Print the script by which SHELL completes commands, options, genes, variants and samples.

    Samples are those of the files that stand before -s on the line. Each of these lines installs
    it for new shells:

    \b
      echo 'eval "$(pgx-ana completion bash)"' >> ~/.bashrc
      echo 'eval "$(pgx-ana completion zsh)"' >> ~/.zshrc
      pgx-ana completion fish > ~/.config/fish/completions/pgx-ana.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # click knows these shells
    script = kind(ctx.find_root().command, {}, PROGRAM, ASKING).source()
    click.echo(script.replace(_ALL_SPLIT, _FIRST_SPLIT), nl=False)
