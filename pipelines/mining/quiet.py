"""pm4py, kept quiet."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def quiet() -> Iterator[Any]:
    """pm4py without its banner, progress bars and deprecation notes."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
        from pm4py.util import constants

        constants.SHOW_PROGRESS_BAR = False
        yield pm4py
