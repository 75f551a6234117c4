"""``pgx-ana completion``: the script by which a shell completes the command line."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

import click
from click.shell_completion import get_completion_class

from pgx_ana.cli.versions import PROGRAM

ASKING = "_PGX_ANA_COMPLETE"
"""The variable of the environment that a shell sets to ask, however the program is called."""

_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    # bash parts words at "=", and click takes a lone one for the value of the option before it.
    "bash": (
        (
            'response=$(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD',
            """local word words=()
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        [[ $word == = ]] || words+=("$word")
    done
    words+=("${COMP_WORDS[COMP_CWORD]}")

    response=$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1))""",
        ),
    ),
    # Of a word --option=value, the two others replace the whole, and click completes the value.
    "zsh": (
        ("local -a response\n", "local -a response\n    compset -P 1 '--*='\n"),
        (" -U", ' -U -i "$IPREFIX"'),
    ),
    "fish": (
        # The kind of a choice is split off, but lists have commas themselves.
        ('(string split "," ', '(string split --max 1 "," '),
        (
            "echo $metadata[2]",
            'string join "" -- (string match -r -- "^--[^=]+=" (commandline -t)) $metadata[2]',
        ),
    ),
}
"""What is replaced in the script of click for a shell, and by what."""


def make_question_printable(variables: MutableMapping[str, str]) -> None:
    """Replace what is no text in the line that a shell asks about, as in names from old disks.

    The word that is being typed is in the answer, which click can only write as text.
    """
    for name in ("COMP_WORDS", "COMP_CWORD"):
        if name in variables:
            variables[name] = os.fsencode(variables[name]).decode("utf-8", "replace")


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
    for theirs, ours in _CHANGES[shell]:
        script = script.replace(theirs, ours)
    click.echo(script, nl=False)
