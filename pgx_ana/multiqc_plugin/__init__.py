"""The part of the program that runs inside MultiQC: it is loaded by MultiQC, and by nothing else.

Takes: the summaries of people that ``--format multiqc`` writes.
Gives: columns of general statistics, sections on calls and findings, software versions.
Never: is imported by a command or another room, or advises anything.
"""

from pgx_ana.multiqc_plugin.module import MultiqcModule
from pgx_ana.multiqc_plugin.search import before_config

__all__ = ["MultiqcModule", "before_config"]
