"""Tests of the helper in Python that need no program of a user's: limits on systems that the suite does not run on, and what is
kept between runs. Prints a JSON object for each test.

usage: helper_test.py FOLDER_OF_THE_HELPER
"""
import ctypes
import faulthandler
import io
import json
import os
import sys
import tempfile
import threading
import time
import types
import unittest
import zipfile
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[1])))

import torch  # noqa: E402

from graphwright_capture import by_export, by_torchscript, capturing, inputs, limits  # noqa: E402
from graphwright_capture import pytorch, reasons, running, settling, weights  # noqa: E402


class FakeChannel:
    doing = "testing"

    def __init__(self):
        self.notes, self.ended = [], threading.Event()

    def note(self, kind, text, *_, **__):
        self.notes.append(kind)

    def step(self, title):
        pass

    def end(self, event, failure):
        self.failure = failure
        self.ended.set()
        # As the process would: the thread that tells goes no further.
        sys.exit()


class MemoryLimits(unittest.TestCase):
    """resource is not there on Windows, and macOS does not keep the limits that it takes."""

    def told_by(self, platform, held, **modules):
        usage = mock.Mock(getrusage=lambda who: types.SimpleNamespace(ru_maxrss=held), RUSAGE_SELF=0)
        with mock.patch.object(sys, "platform", platform), mock.patch.dict(sys.modules, {"resource": usage, **modules}):
            limits.limit_memory(10**9)
            told = limits.resident_bytes()
        return told, usage.setrlimit.called

    def test_macos_counts_bytes(self):
        self.assertEqual(self.told_by("darwin", 5_000_000), (5_000_000, False))

    def test_other_systems_count_thousands(self):
        self.assertEqual(self.told_by("freebsd14", 5_000), (5_120_000, False))

    def test_a_system_without_resource_tells_nothing(self):
        self.assertEqual(self.told_by("wasi", 0, resource=None), (None, False))

    def windows(self, answer):
        def fill(process, counters, size):
            counters._obj.sizes[0], counters._obj.sizes[1] = 9_000_000, 7_000_000
            self.assertEqual((process.value, size), (ctypes.c_void_p(-1).value, ctypes.sizeof(counters._obj)))
            return answer

        system = types.SimpleNamespace(
            kernel32=types.SimpleNamespace(GetCurrentProcess=lambda: -1),
            psapi=types.SimpleNamespace(GetProcessMemoryInfo=fill),
        )
        with mock.patch.object(ctypes, "windll", system, create=True):
            return self.told_by("win32", 0, resource=None)

    def test_windows_tells_what_is_held_now(self):
        self.assertEqual(self.windows(1), (7_000_000, False))

    def test_windows_that_refuses_tells_nothing(self):
        self.assertEqual(self.windows(0), (None, False))

    def test_windows_without_the_library_tells_nothing(self):
        # There is no ctypes.windll here.
        self.assertEqual(self.told_by("win32", 0, resource=None), (None, False))

    def ends_in_time(self, resident):
        channel = FakeChannel()
        with mock.patch.object(limits, "resident_bytes", resident):
            limits.watch_limits(channel, {"seconds": 0.3, "memory": 10**9})
            faulthandler.cancel_dump_traceback_later()
            self.assertTrue(channel.ended.wait(20))
        return channel

    def test_without_a_limit_of_memory_that_is_said_and_time_is_kept(self):
        channel = self.ends_in_time(lambda: None)
        self.assertEqual((channel.notes, channel.failure["kind"]), (["no-memory-limit"], "timed-out"))

    def test_what_holds_too_much_is_ended(self):
        channel = self.ends_in_time(lambda: 2 * 10**9)
        self.assertEqual((channel.notes, channel.failure["kind"]), ([], "memory"))

    def test_on_windows_nobody_waits_for_the_parent(self):
        before = threading.active_count()
        with mock.patch.object(os, "name", "nt"), mock.patch.object(os, "getppid", side_effect=AttributeError):
            limits.end_with_parent()
        self.assertEqual(threading.active_count(), before)


class Keeps(torch.nn.Module):
    """Writes to all that a module may hold."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(()))
        self.plain, self.list, self.table, self.nested = torch.zeros(2), [], {}, [{"a": [torch.zeros(1)]}]
        self.own = types.SimpleNamespace()
        self.norm = torch.nn.BatchNorm1d(2).train()

    def forward(self, x):
        self.count += 1
        self.plain += x[0]
        self.list.append(1)
        self.table["x"] = x
        self.nested[0]["a"][0] += 1
        self.nested[0]["a"].append(2)
        self.added = 1
        return {"y": self.norm(x), "count": self.count, "calls": len(self.list)}


class Writes(torch.nn.Module):
    """Writes to its parameters, and to the places of its tensors, in one of the ways that there are."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.weight = torch.nn.Parameter(torch.ones(2))
        self.register_buffer("mean", torch.ones(2))

    def forward(self, x):
        getattr(self, self.way)()
        return x * self.weight + self.mean.sum()

    def in_place(self):
        self.weight.mul_(2)

    def by_data(self):
        self.weight.data.mul_(2)

    def by_numpy(self):
        self.weight.detach().numpy()[:] = 2

    def other_data(self):
        self.weight.data = self.weight.data * 2
        self.mean.data = self.mean.data * 2

    def other_shape(self):
        self.mean.resize_(4).fill_(2)

    def other_type(self):
        self.weight.data = self.weight.data.double()

    def another(self):
        self.weight = torch.nn.Parameter(self.weight * 2)

    def none(self):
        del self.weight
        self.register_parameter("weight", None)
        self.weight = torch.nn.Parameter(torch.zeros(2))


class FixedInputs:
    def make(self, model, seed, sizes, shuffled=False):
        return [torch.arange(6.0).reshape(3, 2)], {}


class Runs(unittest.TestCase):
    def test_each_run_is_the_first(self):
        model = Keeps()
        runs = [running.run_once(model, FixedInputs(), 0, {}) for _ in range(2)]
        for run in runs:
            self.assertEqual([tensor.tolist() for tensor, _ in run.outputs][1:], [1, 1])
            self.assertEqual([is_number for _, is_number in run.outputs], [False, False, True])
        self.assertTrue(torch.equal(runs[0].outputs[0][0], runs[1].outputs[0][0]))
        self.assertEqual((model.list, model.table, len(model.nested[0]["a"])), ([], {}, 1))
        self.assertEqual((model.plain.tolist(), model.nested[0]["a"][0].item(), model.count.item()), ([0, 0], 0, 0))
        self.assertFalse(hasattr(model, "added"))
        self.assertEqual(model.norm.running_mean.tolist(), [0, 0])

    def test_parameters_are_brought_back_however_they_were_written_to(self):
        for way in ("in_place", "by_data", "by_numpy", "other_data", "other_shape", "other_type", "another", "none"):
            with self.subTest(way):
                model = Writes(way)
                weight, mean = model.weight, model.mean
                runs = [running.run_once(model, FixedInputs(), 0, {}) for _ in range(2)]
                self.assertTrue(torch.equal(runs[0].outputs[0][0], runs[1].outputs[0][0]))
                self.assertIs(model.weight, weight)
                self.assertIs(model.mean, mean)
                self.assertEqual([(each.tolist(), each.dtype) for each in (weight, mean)], [([1, 1], torch.float32)] * 2)
                self.assertEqual(runs[1].lost, [])
                if way != "other_shape":
                    self.assertEqual(runs[1].written["weight"].tolist(), [1, 1])

    def test_parameters_that_are_too_large_to_copy_are_said(self):
        with mock.patch.dict(running.MOST_COPIED):
            running.copy_at_most(4)
            for way, lost in (("in_place", ["weight"]), ("other_data", []), ("other_shape", [])):
                with self.subTest(way):
                    model = Writes(way)
                    self.assertEqual(running.run_once(model, FixedInputs(), 0, {}).lost, lost)
                    self.assertEqual((model.weight.tolist(), model.mean.tolist()), ([2, 2] if lost else [1, 1], [1, 1]))

    def test_long_chains_are_followed(self):
        model, held = Keeps(), [0]
        for _ in range(5000):
            held = [held]
        model.chain = held
        running.run_once(model, FixedInputs(), 0, {})
        self.assertIs(model.chain, held)

    def test_written_buffers_are_told_as_they_were(self):
        written = running.run_once(Keeps(), FixedInputs(), 0, {}).written
        names = {"count", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"}
        self.assertEqual((set(written), written["count"].item()), (names, 0))


class Shifted(torch.nn.Module):
    """Writes to its parameter in a way that no capture sees by itself."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(3))

    def forward(self, x, y):
        self.weight.data = self.weight.data + 1
        self.weight.data.mul_(2)
        return x * self.weight + y.sum()


class Captures(unittest.TestCase):
    def captured(self, by, *specs):
        model = Shifted().eval().requires_grad_(False)
        given = inputs.inputs_by_spec(model, list(specs))
        sizes = settling.size_choices(given.open_sizes())[0]
        with tempfile.TemporaryDirectory() as folder:
            request = {"seed": 1, "output": os.path.join(folder, "model"), "acceptTrace": False}
            first = running.run_once(model, given, 1, sizes)
            file, _ = by(capturing.Job(model, (given, sizes, first), request, FakeChannel(), None))
            self.assertEqual(model.weight.tolist(), [1, 1, 1])
            with open(file, "rb") as opened:
                return io.BytesIO(opened.read())

    @unittest.skipUnless("export" in pytorch.ways_of(torch), "this PyTorch has no torch.export")
    def test_an_exported_program_keeps_the_names_of_open_sizes(self):
        saved = self.captured(by_export.by_export, "x:float32[batch,3]", "y:float32[2,length]")
        with zipfile.ZipFile(saved) as archive:
            [place] = [name for name in archive.namelist() if name.endswith(by_export.SIZE_NAMES)]
            self.assertRegex(place, r"(^|/)extra(_files)?/[^/]+$")
            self.assertEqual(json.loads(archive.read(place)), {"x": ["batch", None], "y": [None, "length"]})

    @unittest.skipUnless("export" in pytorch.ways_of(torch), "this PyTorch has no torch.export")
    def test_an_exported_program_writes_to_its_parameters(self):
        saved = self.captured(by_export.by_export, "x:float32[2,3]", "y:float32[2,3]")
        program = torch.export.load(saved)
        made = program.module()(torch.ones(2, 3), torch.zeros(2, 3))
        self.assertEqual(made.tolist(), [[4, 4, 4]] * 2)

    def test_a_trace_writes_to_its_parameters(self):
        traced = torch.jit.load(self.captured(by_torchscript.by_trace, "x:float32[2,3]", "y:float32[2,3]"))
        made = [traced(torch.ones(2, 3), torch.zeros(2, 3)).tolist() for _ in range(2)]
        self.assertEqual(made, [[[4, 4, 4]] * 2, [[10, 10, 10]] * 2])


class Weights(unittest.TestCase):
    own = {"a": torch.zeros(1), "b": torch.zeros(1)}

    def best(self, stored):
        found, where = weights.best_weights(stored, self.own, "w.pth")
        return found["a"].item(), where

    def of(self, number, prefix=""):
        return {prefix + name: torch.full((1,), number) for name in self.own}

    def test_a_moving_average_goes_before_the_model_beside_it(self):
        stored = {"model": self.of(1.0), "ema": self.of(2.0), "optimizer": {"state": {0: self.of(3.0)}}}
        self.assertEqual(self.best(stored), (2, ", from its 'ema', a moving average beside those in its 'model'"))

    def test_what_fits_goes_before_a_moving_average_that_does_not(self):
        self.assertEqual(self.best({"model": self.of(1.0), "ema": {"other": torch.zeros(1)}}), (1, ", from its 'model'"))

    def test_prefixes_of_wrappers_are_taken_off_and_said(self):
        said = ", from its 'state_dict', without 'module.' before their names"
        self.assertEqual(self.best({"state_dict": self.of(1.0, "module.")}), (1, said))

    def test_of_an_averaged_model_the_counter_is_left(self):
        found, _ = weights.best_weights({"n_averaged": torch.tensor(3), **self.of(1.0, "module.")}, self.own, "w.pth")
        self.assertEqual(set(found), {"a", "b"})


class Reasons(unittest.TestCase):
    def kind_of(self, error):
        return reasons.failure_of(error, "import", FakeChannel()).kind

    def test_a_module_that_is_missing_is_named(self):
        self.assertEqual(self.kind_of(ModuleNotFoundError("No module named 'x'", name="x")), "module-missing")

    def test_a_library_may_raise_the_same_for_another_reason(self):
        self.assertEqual(self.kind_of(ModuleNotFoundError("Could not import 'BertModel'")), "import")


class Told(unittest.TestResult):
    def addSuccess(self, test):
        self.tell(test, "pass", "")

    def addError(self, test, error):
        self.tell(test, "error", error[1])

    def addSubTest(self, test, part, error):
        # Of one that succeeds nothing is said: its test is.
        if error is not None:
            self.tell(test, "wrong", f"{part}: {self._exc_info_to_string(error, test)}")

    def addFailure(self, test, error):
        self.tell(test, "wrong", error[1])

    def tell(self, test, verdict, detail):
        name = test._testMethodName[len("test_") :].replace("_", " ")
        row = {"case": type(test).__name__, "style": name, "verdict": verdict, "file": "", "detail": str(detail)}
        seconds = round(time.monotonic() - STARTED, 1)
        print(json.dumps({**row, "torch": str(torch.__version__), "seconds": seconds}), flush=True)


STARTED = time.monotonic()
unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]).run(Told())
