"""A Python that has loaded PyTorch, and a copy of it for each program: loading takes longer than most captures.

usage: forks.py serve SOCKET MODULE...  loads PyTorch and more, says its version, and forks for each that asks, until its parent is gone
       forks.py ask SOCKET OPTION...    as `python OPTION...` would: its standard streams, folder and environment, and its end

Each program has a process and a process group of its own, which ends with the one that asked, as if it had been started by
itself. Only what PyTorch has loaded by then is not new.
"""
import array
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys

STREAMS = 3
LOOK_SECONDS = 0.02


def serve(place, modules):
    version = load(modules)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(place)
    listening.listen(16)
    listening.settimeout(0.5)
    parent = os.getppid()
    # What is loaded is not looked through, and so not copied, by each.
    gc.freeze()
    print(version, flush=True)
    while os.getppid() == parent:
        try:
            asking, _ = listening.accept()
        except socket.timeout:
            continue
        finally:
            while reaped():
                pass
        if os.fork() == 0:
            listening.close()
            keep(asking)
            os._exit(0)
        asking.close()


def load(modules):
    import torch

    for name in modules:
        # What is not there is told by the program that needs it.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)

    if hasattr(getattr(torch, "export", None), "export"):
        # Most of it is loaded when it is first used.
        torch.export.export(torch.nn.Linear(1, 1), (torch.ones(1, 1),))
    return torch.__version__


def reaped():
    try:
        return os.waitpid(-1, os.WNOHANG)[0]
    except ChildProcessError:
        return 0


def keep(asking):
    """Starts what was asked for, ends it with the one that asked, and tells that one how it ended."""
    request, streams = received(asking)
    program = os.fork()
    if program == 0:
        asking.close()
        become(request, streams)
    for stream in streams:
        os.close(stream)
    while True:
        ended, status = os.waitpid(program, os.WNOHANG)
        if ended:
            break
        if select.select([asking], [], [], LOOK_SECONDS)[0]:
            end_group(program)
    # What it started ends with it.
    end_group(program)
    with contextlib.suppress(OSError):
        asking.sendall(str(status).encode())


def end_group(leader):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def received(asking):
    """The request, and the streams that came with it."""
    numbers = array.array("i")
    size = STREAMS * numbers.itemsize
    data, ancillary, *_ = asking.recvmsg(1 << 16, socket.CMSG_SPACE(size))
    numbers.frombytes(ancillary[0][2][:size])
    while not data.endswith(b"\n"):
        data += asking.recv(1 << 16)
    return json.loads(data), list(numbers)


def become(request, streams):
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    # Options of Python's own come first; the server was started with the same.
    words = request["words"]
    while words[0].startswith("-"):
        words = words[2:] if words[0] == "-X" else words[1:]
    sys.argv = words
    del sys.path[0]
    gc.unfreeze()
    runpy.run_path(words[0], run_name="__main__")
    os._exit(0)


def ask(place, words):
    asking = socket.socket(socket.AF_UNIX)
    asking.connect(place)
    request = {"words": words, "folder": os.getcwd(), "environment": dict(os.environ)}
    streams = array.array("i", range(STREAMS))
    data = json.dumps(request).encode() + b"\n"
    sent = asking.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    asking.sendall(data[sent:])
    for stream in range(STREAMS):
        os.close(stream)
    status = int(asking.recv(64) or b"255")
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    serve(sys.argv[2], sys.argv[3:]) if sys.argv[1] == "serve" else ask(sys.argv[2], sys.argv[3:])
