"""Bytes to files and folders, which appear whole or not at all.

Takes: bytes, in any pieces, and a destination.
Gives: one file, several files at once, or a folder with a page for each person, in place of
    earlier ones; BGZF; names of files that are made from the names of people.
Never: knows what it writes, or leaves an incomplete file behind.
"""

from pgx_ana.writing.bgzf import BgzfEncoder
from pgx_ana.writing.encoding import as_utf8
from pgx_ana.writing.file_names import FileNames
from pgx_ana.writing.files import (
    OutputStream,
    output_file,
    output_folder,
    output_with_index,
    write,
    written_to,
)
from pgx_ana.writing.page_files import PageFolder, page_folder

__all__ = [
    "BgzfEncoder",
    "FileNames",
    "OutputStream",
    "PageFolder",
    "as_utf8",
    "output_file",
    "output_folder",
    "output_with_index",
    "page_folder",
    "write",
    "written_to",
]
