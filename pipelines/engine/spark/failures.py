"""What Spark, Java and the network say when a cluster fails, said again for a person.

Their own words are never passed on: they quote rows, paths of other machines and pages of Java.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.errors import EngineError, TerrengError

_SETTINGS = "terreng.toml"
_UNTOUCHED = "what was published before is untouched"


@dataclass(frozen=True)
class Failure:
    """One way in which a cluster fails: how to recognise it, what to say and what to advise."""

    pattern: re.Pattern[str]
    got: str
    wanted: str
    hint: str


def _failure(pattern: str, got: str, wanted: str, hint: str) -> Failure:
    return Failure(re.compile(pattern, re.IGNORECASE), got, wanted, hint)


# In this order: a task that ran out of memory, or could not write, ends in words about a lost executor too.
FAILURES = (
    _failure(
        r"JAVA_GATEWAY_EXITED|gateway process exited|Could not parse Master URL|INVALID_CONF_VALUE|CANNOT_MODIFY_CONFIG"
        r"|NumberFormatException|IllegalArgumentException",
        "Spark does not start with these settings",
        "a master, and options, that Spark knows",
        "correct them under [engine]; .terreng/spark.log has Spark's own words",
    ),
    _failure(
        r"cancelled (because|as part of cancellation of all jobs)",
        "the cluster has had no worker for the run for minutes",
        "workers that stay up, and a master that answers",
        "start them and run again",
    ),
    _failure(
        r"OutOfMemory|Java heap space|GC overhead|unable to acquire .* memory|exit code:? 137|exceed.* memory limits",
        "the cluster ran out of memory",
        "more memory, or smaller parts",
        'raise "spark.executor.memory" (or "spark.driver.memory") under [engine.options], or partitions under [engine]',
    ),
    _failure(
        r"maxResultSize",
        "a result that is larger than the driver takes",
        "a larger limit",
        'raise "spark.driver.maxResultSize" under [engine.options]',
    ),
    _failure(
        r"no space left on device|disk quota exceeded",
        "a disk of the cluster, or the storage, is full",
        "room for the tables of a run",
        "free some space and run again",
    ),
    _failure(
        r"permission denied|AccessControlException|AccessDenied|read-only file system|operation not permitted"
        r"|mkdirs failed",
        "the cluster may not read or write the storage",
        "a folder that the users of all workers may read and write",
        "check the owner and the mode of storage on every worker",
    ),
    _failure(
        r"FileNotFound|FILE_NOT_EXIST|PATH_NOT_FOUND|READ_FILE|does not exist",
        "a worker does not see a file that was written to the storage",
        "the same folder under the same path on this machine and on every worker",
        "mount the storage on all of them",
    ),
    _failure(
        r"UNAUTHENTICATED|PERMISSION_DENIED|authentication|handshake",
        "the cluster refuses who asks",
        "an address with what it needs to let terreng in",
        "see remote under [engine]: sc://host:15002/;token=...;use_ssl=true",
    ),
    _failure(
        r"UnsupportedOperationException|NOT_IMPLEMENTED|UNIMPLEMENTED|not supported|unsupported",
        "the server does not know something that Spark knows and Terreng needs",
        "Apache Spark 4 behind the address of [engine]",
        "name another server",
    ),
    _failure(
        r"executor.*(lost|exited)|lost executor|ExecutorLost|FetchFailed|worker lost|resource.?profile|no executors",
        "workers of the cluster were lost, more often than Spark tries again",
        "workers that stay up",
        'see the logs of the workers; "spark.task.maxFailures" under [engine.options] allows more',
    ),
    _failure(
        r"UNAVAILABLE|connection|refused|reset by peer|masters are unresponsive|SESSION_(CLOSED|NOT_FOUND)"
        r"|INVALID_HANDLE|stopped SparkContext|SparkContext was shut down|RetriesExceeded|DEADLINE_EXCEEDED"
        r"|end of stream|Py4JNetwork|Answer from Java side is empty",
        "the cluster is gone, or does not answer",
        "a cluster that stays up during a run",
        "start it, or correct its address under [engine]",
    ),
)


def explain(error: BaseException) -> TerrengError | None:
    """The user's error behind one of Spark's; None where the defect is ours, such as a text that Spark cannot read."""
    from pyspark.errors import AnalysisException, ParseException

    text = f"{type(error).__name__} {error}"
    is_text = isinstance(error, AnalysisException | ParseException) and "PATH_NOT_FOUND" not in text
    if is_text:
        return None
    for failure in FAILURES:
        if failure.pattern.search(text):
            hint = f"{failure.hint}; {_UNTOUCHED}"
            return EngineError(got=failure.got, wanted=failure.wanted, hint=hint, file=_SETTINGS)
    return None


def errors_of_spark() -> tuple[type[Exception], ...]:
    """Everything that a call of Spark may raise, attached either way."""
    import grpc
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError, grpc.RpcError, OSError)


@contextmanager
def explained() -> Iterator[None]:
    """Turns errors of a cluster into the user's errors; others pass unchanged.

    Raises:
        EngineError: The cluster is gone, refuses, or is short of something.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pyspark's opinions of pandas, and of a server that it asks once more
            yield
    except errors_of_spark() as error:
        told = explain(error)
        if told is None:
            raise
        raise told from error
