"""Ctrl-C: a run ends at once and without a traceback, also while libraries are imported."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import NoReturn

INTERRUPTED_EXIT_CODE = 130
_IMPORT_SYSTEM = "<frozen importlib._bootstrap>"


def end_imports_at_once() -> None:
    """Let an interrupt during an import end the process.

    Python and some libraries print or lose a :class:`KeyboardInterrupt` that is raised while a
    module is imported. Nothing has been written by then, so there is nothing to clean up.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    del number
    while frame is not None:
        if frame.f_code.co_filename == _IMPORT_SYSTEM:
            os._exit(INTERRUPTED_EXIT_CODE)
        frame = frame.f_back
    raise KeyboardInterrupt
