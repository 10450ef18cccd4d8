"""How kernels are compiled: with numba, once, kept on disk beside the module, or in NUMBA_CACHE_DIR where that is set.

The first run on a machine pays for compiling, so kernels are written to be cheap to compile. All room is made by the
caller, since an array that a kernel makes itself costs a second; a function is compiled for one set of types; only
what Python calls can unpack what Python gives, which costs as much to compile as a kernel does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., Any])
_LEAN: Final = {"nogil": True, "_nrt": False, "no_cfunc_wrapper": True}  # _nrt: nobody counts who refers to an array


def lean(function: _F) -> _F:
    """A kernel that Python calls: numba's `njit` with the type of the plain function. It makes no array of its own."""
    return cast("_F", numba.njit(cache=True, **_LEAN)(function))


def inner(function: _F) -> _F:
    """The same for what kernels alone call: it has no way in from Python, and is kept with the kernel that calls it."""
    return cast("_F", numba.njit(no_cpython_wrapper=True, **_LEAN)(function))


def inlined(function: _F) -> _F:
    """The same, put into whatever calls it: passing an automaton and its layers costs more than most calls do."""
    return cast("_F", numba.njit(no_cpython_wrapper=True, forceinline=True, **_LEAN)(function))
