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
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = bytes_allowed if hard == resource.RLIM_INFINITY else min(bytes_allowed, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def resident_bytes():
    """The memory that this process holds now (on macOS, the most it has held); None where the system does not tell."""
    with contextlib.suppress(Exception):
        if sys.platform.startswith("linux"):
            with open("/proc/self/statm", encoding="ascii") as told:
                return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if sys.platform == "win32":
            return _resident_on_windows()
        import resource

        # macOS counts bytes, other systems thousands.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return None


def _resident_on_windows():
    """By GetProcessMemoryInfo, whose PROCESS_MEMORY_COUNTERS are two numbers of 32 bits and eight sizes."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (("cb", ctypes.c_uint32), ("faults", ctypes.c_uint32), ("sizes", ctypes.c_size_t * 8))

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    process = ctypes.c_void_p(ctypes.windll.kernel32.GetCurrentProcess())
    told = ctypes.windll.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return counters.sizes[1] if told else None


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
    if resident_bytes() is None:
        channel.note("no-memory-limit", "The memory is not limited: this system does not tell how much a process holds")
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
