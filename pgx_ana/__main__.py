"""Run as ``python -m pgx_ana``."""

from pgx_ana.cli import main

main()
