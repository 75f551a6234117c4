"""The command line: options in, results out.

Takes: argv.
Gives: results on stdout or in the file of ``-o``, everything else on stderr, and an exit code: 0
    success, 1 a bug, 2 usage, 3 input, output or cluster, 4 knowledge base, 5 if ``check`` finds
    that only part can be answered, or fewer genotypes are called than the user requires, 6 if some
    files of a batch are refused and the others annotated.
Never: decides anything about genotypes, or imports a room before a command needs it: ``--version``
    and ``--help`` answer at once.
"""

from pgx_ana.cli.interruption import end_imports_at_once

end_imports_at_once()  # before the imports of the program, which take most of its start

from pgx_ana.cli.program import main  # noqa: E402

__all__ = ["main"]
