"""Limits of time and memory, and the line where the program stood when it met one."""

import contextlib
import faulthandler
import os
import signal
import sys
import threading
import time

from .channel import Failure
from .places import frames_of_stack


def limit_memory(bytes_allowed):
    """Linux refuses what goes beyond; elsewhere the watcher sees it a moment later."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        if sys.platform.startswith("linux"):
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            most = bytes_allowed if hard == resource.RLIM_INFINITY else min(bytes_allowed, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def resident_bytes():
    """The memory that this process holds now (on macOS, the most it has held); None where that cannot be asked."""
    try:
        if sys.platform.startswith("linux"):
            with open("/proc/self/statm", encoding="ascii") as told:
                return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if sys.platform == "win32":
            return _resident_on_windows()
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    except (ImportError, OSError, ValueError):
        return None


def _resident_on_windows():
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", wintypes.DWORD),
            ("faults", wintypes.DWORD),
            ("peak", ctypes.c_size_t),
            ("held", ctypes.c_size_t),
        ] + [(f"other{k}", ctypes.c_size_t) for k in range(6)]

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    process = ctypes.c_void_p(ctypes.windll.kernel32.GetCurrentProcess())
    ctypes.windll.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return counters.held


def end_with_parent():
    """Ends the process, and what it started, when the one that asked is gone: nobody hears it any more."""
    if os.name != "posix":
        return
    parent = os.getppid()

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        # It is the first of its group, where it was started as the caller does.
        if os.getpgid(0) == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, name="graphwright-parent", daemon=True).start()


def watch_limits(channel, request):
    """Ends the process where it takes too long or too much, and says the line where it stood."""
    # Native code that never lets go keeps the watcher from its turn: then the lines are printed, and the caller reads them.
    faulthandler.dump_traceback_later(request["seconds"] + 3, file=sys.stderr)
    deadline = time.monotonic() + request["seconds"]
    main_thread = threading.main_thread().ident

    def end(kind, **details):
        stack = sys._current_frames().get(main_thread)
        failure = Failure(kind, frames=frames_of_stack(stack) if stack else (), doing=channel.doing, **details)
        channel.end("failure", failure=failure.told())

    def watch():
        while True:
            time.sleep(0.1)
            if time.monotonic() > deadline:
                end("timed-out", seconds=f"{request['seconds']:g}")
            if (resident_bytes() or 0) > request["memory"]:
                end("memory", megabytes=request["memory"] // 1_000_000)

    threading.Thread(target=watch, name="graphwright-limits", daemon=True).start()
