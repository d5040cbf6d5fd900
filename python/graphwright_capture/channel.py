"""What is told to Graphwright: events as JSON lines on what was standard output, and why a capture ends."""

import contextlib
import json
import os
import re
import sys
import threading


class Channel:
    """The protocol's end of standard output. What the program prints goes to standard error from here on."""

    def __init__(self):
        self.request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
        sys.stdout.flush()
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)
        self.programs_own = sys.stdout = sys.stderr = ProgramsOwn(sys.stderr)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        sys.stdin = open(os.devnull, encoding="utf-8")
        self.lock = threading.Lock()
        self.doing = "starting"

    def tell(self, event, **fields):
        text = json.dumps({"event": event, **fields}, default=str)
        with self.lock:
            self.out.write(text + "\n")
            self.out.flush()

    def step(self, title):
        self.doing = title[:1].lower() + title[1:]
        self.tell("step", title=title)

    def note(self, kind, text, frames=(), **details):
        self.tell("note", note={"kind": kind, "text": text, "frames": list(frames), "details": details})

    @contextlib.contextmanager
    def trying(self):
        """While a way of capturing is tried."""
        self.programs_own.trying = True
        try:
            yield
        finally:
            self.programs_own.trying = False

    def end(self, event, **fields):
        """The last word: nothing of the program runs after it, neither threads nor what it left for its exit."""
        self.tell(event, **fields)
        sys.stderr.flush()
        os._exit(0)


class ProgramsOwn:
    """Standard error, which holds back what PyTorch itself prints while a way of capturing is tried: pages of graphs. What
    the program prints stays."""

    def __init__(self, stream):
        self.stream = stream
        self.trying = False
        self.last_words = ""

    def write(self, text):
        if self.trying and self.is_torchs(sys._getframe(1)):
            return len(text)
        self.last_words = (self.last_words + text)[-1000:]
        return self.stream.write(text)

    def is_torchs(self, printing):
        while printing is not None and re.search(r"[/\\]logging[/\\]__init__\.py$", printing.f_code.co_filename):
            printing = printing.f_back
        return printing is not None and re.search(r"[/\\]torch[/\\]", printing.f_code.co_filename) is not None

    def __getattr__(self, name):
        return getattr(self.stream, name)


class Failure(Exception):
    """Why a capture ends; src/core/capture/live/failures.ts has the words of each kind."""

    def __init__(self, kind, reason="", frames=(), candidates=(), **details):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.frames = list(frames)
        self.candidates = list(candidates)
        self.details = {name: str(value) for name, value in details.items()}

    def told(self):
        return {name: getattr(self, name) for name in ("kind", "reason", "details", "frames", "candidates")}
