"""Arrow arrays from Python's own, without pandas: `pa.array` imports it to see whether it was given a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa


def integers(values: npt.NDArray[np.int64]) -> pa.Array:
    """Integers without nulls, copied."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(values), [None, owned(values.tobytes())])


def texts(values: Sequence[bytes]) -> pa.Array:
    """Texts without nulls, from UTF-8.

    Raises:
        pyarrow.ArrowInvalid: One is no UTF-8.
    """
    import pyarrow as pa

    ends = np.zeros(len(values) + 1, np.int64)
    np.cumsum([len(value) for value in values], out=ends[1:])
    parts = [None, owned(ends.tobytes()), owned(b"".join(values))]
    found = pa.Array.from_buffers(pa.large_string(), len(values), parts)
    found.validate(full=True)
    return found


def owned(content: bytes) -> pa.Buffer:
    """A copy that is Arrow's own: releasing it from Arrow's threads needs no interpreter."""
    import pyarrow as pa

    stream = pa.BufferOutputStream()
    stream.write(content)
    return stream.getvalue()
