"""The command line: options in, one call into the package, results out.

Takes: argv.
Gives: results on stdout or ``-o``, everything else on stderr, and an exit code: 0 success, 1 a bug,
    2 usage, 3 input, 4 knowledge base, 5 where ``check`` finds that only a part can be answered.
Never: decides anything about genotypes, or imports a room before a command needs it, so that
    ``--version`` and ``--help`` answer at once.
"""

from pgx_ana.cli.program import main

__all__ = ["main"]
