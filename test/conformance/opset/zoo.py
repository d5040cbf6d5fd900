"""Makes models of the zoo one after another and has the conversions of each between opsets judged; deletes what it made.

usage: python zoo.py RESULTS JUDGE [--minutes N] [--dynamo] [--files FILE...] NAME...

JUDGE is the bundle of zoo.ts. A model is made as test/conformance/zoo/make.py makes it, traced, with its two sets of inputs, and by
torch.onnx at the same opset through TorchScript; with --dynamo also by its newer exporter, at its default opset. FILE is an ONNX file,
judged on random inputs. What RESULTS says was ended is left out; after N minutes no other model is begun.
"""

import argparse
import gc
import json
import pathlib
import selectors
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "zoo"))
import make  # noqa: E402  (sets up torchvision before torch is asked for)
import numpy  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402

#: The most seconds that one model may take.
PATIENCE = 1800


def save(name, folder, dynamo):
    """Writes traced.pt, data_S/input_K.pb, torch-onnx.onnx, and with `dynamo` dynamo.onnx."""
    module, sets = make.build(name)
    make.make_it_matter(module)
    for index, inputs in enumerate(sets):
        (folder / f"data_{index}").mkdir()
        for k, tensor in enumerate(inputs):
            data = onnx.numpy_helper.from_array(numpy.ascontiguousarray(tensor.numpy()))
            onnx.save_tensor(data, folder / f"data_{index}" / f"input_{k}.pb")
    exports = {"torch-onnx.onnx": {"opset_version": 17, "dynamo": False}}
    if dynamo:
        exports["dynamo.onnx"] = {"dynamo": True, "external_data": False, "verbose": False}
    with torch.no_grad():
        torch.jit.trace(module, sets[0], check_trace=False, strict=False).save(str(folder / "traced.pt"))
        for file, options in exports.items():
            try:
                torch.onnx.export(module, sets[0], str(folder / file), **options)
            except Exception as error:  # what the exporter cannot do is told by others
                (folder / file).unlink(missing_ok=True)
                print(f"{name}: {file}: {type(error).__name__}", file=sys.stderr)


def ended(results):
    lines = results.read_text().split("\n") if results.exists() else []
    rows = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return {row["model"] for row in rows if row.get("ended")}


class Judge:
    """The process that judges, which is started again where it dies of a model or takes too long."""

    def __init__(self, script, results, work):
        self.command = ["node", script, str(results), work]
        self.results = results
        self.process = None

    def __call__(self, name, place):
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps({"place": str(place), "name": name}) + "\n")
        self.process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            answered = selector.select(PATIENCE) and self.process.stdout.readline()
        if not answered:
            self.process.kill()
            self.fail(name, f"the judge ended with {self.process.wait()}")
            self.process = None

    def fail(self, name, fault):
        with self.results.open("a") as out:
            print(json.dumps({"model": name, "source": "", "fault": fault, "ended": True}), file=out)

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("judge")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--dynamo", action="store_true")
    parser.add_argument("--files", action="append", default=[])
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    torch.set_num_threads(1)
    until = time.monotonic() + 60 * options.minutes
    done = ended(options.results)
    with tempfile.TemporaryDirectory() as work:
        judge = Judge(options.judge, options.results, f"{work}/converted")
        for file in map(pathlib.Path, options.files):
            if file.stem not in done:
                judge(file.stem, file)
        for name in options.names:
            if name in done:
                continue
            if time.monotonic() > until:
                break
            with tempfile.TemporaryDirectory() as folder:
                try:
                    save(name, pathlib.Path(folder), options.dynamo)
                except Exception as error:  # a model that cannot be built is a row of the table, not the end of it
                    judge.fail(name, f"{type(error).__name__}: {error}".split("\n")[0][:200])
                    continue
                judge(name, folder)
            gc.collect()
            print(name, flush=True)
        judge.close()


if __name__ == "__main__":
    main()
