"""The people of a run in any format, to a file, stdout or a folder.

Takes: annotations, block by block, the format, its tables and the destination.
Gives: files in place, all or none, by the writer that the registry has for the format.
Never: knows what a format looks like, or holds more than one block.
"""

from pgx_ana.formats.blocks import write_annotations

__all__ = ["write_annotations"]
