"""Tells that a run waits for workers, and ends one whose cluster is gone: Spark itself waits for ever, in silence."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

from pipelines import terminal
from pipelines.engine.spark.failures import errors_of_spark

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOOKS_EVERY_S = 5.0
TOLD_AFTER_S = 10.0
"""Without workers for so long: a session that starts waits for them for a few seconds."""
GONE_AFTER_S = 60.0
"""No worker and no master for so long: masters come back within it, where another one takes over."""
ALONE_AFTER_S = 900.0
"""No worker for so long, though the master answers: others may be using all of them."""
_ANSWERS_WITHIN_S = 3


class Watch:
    """Looks, while jobs of a session wait, whether anybody is there to do them."""

    def __init__(self, session: SparkSession, master: str) -> None:
        """Begin to look.

        Args:
            session: Of a standalone cluster.
            master: Its address, `spark://host:port`, of several with commas.
        """
        self._context = session.sparkContext
        self._masters = master.removeprefix("spark://").split(",")
        self._is_over = threading.Event()
        threading.Thread(target=self._look, name="watch of the cluster", daemon=True).start()

    def end(self) -> None:
        """Look no more."""
        self._is_over.set()

    def _look(self) -> None:
        since = time.monotonic()
        try:
            while not self._is_over.wait(LOOKS_EVERY_S):
                if not self._is_alone():
                    since = time.monotonic()
                    continue
                alone_s = time.monotonic() - since
                if alone_s > TOLD_AFTER_S:
                    terminal.detail("waiting for workers with free cores and memory")
                if alone_s > (ALONE_AFTER_S if self._has_master() else GONE_AFTER_S):
                    self._context.cancelAllJobs()  # what waits for them fails, and says why
        except errors_of_spark():
            return  # the session has ended

    def _is_alone(self) -> bool:
        """Whether jobs wait, and only the driver is there."""
        context = self._context._jsc.sc()  # pyspark tells the number of executors nowhere else
        return bool(self._context.statusTracker().getActiveJobsIds()) and context.getExecutorMemoryStatus().size() <= 1

    def _has_master(self) -> bool:
        return any(map(_answers, self._masters))


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=_ANSWERS_WITHIN_S).close()
    except (OSError, ValueError):
        return False
    return True
