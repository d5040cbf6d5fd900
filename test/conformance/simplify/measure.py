"""Simplifies models with our command line and with other tools, and judges all of them alike.

usage: measure.py [--cases FOLDER] [--exports FOLDER] [--source traced|torchscript|dynamo|dynamo-optimized]...
                  [--simplify "node dist/cli.js simplify"] [--convert "node dist/cli.js convert"] [--turns N]
                  [--remember FILE] [--keep] [--untimed] [--rows FILE] NAME...

NAME is a case of the zoo, as make.py takes it, or a file that ends in .onnx. Of a case, `traced` is traced.pt as our
command line converts it to opset 17; the others are what export.py makes. What is not in the folders is made there, and
deleted after it was measured unless --keep. Tools take turns, each in a fresh process; of N turns the fastest counts.

A file passes where onnxruntime loads it and gives for both input sets what the model gave before, within 1e-4 relative;
inputs and outputs are the same; and no node of a domain appeared that had none before. Prints one JSON object a line for
each model and tool. --remember keeps what other tools did in a file, and takes it from there where the model is the same:
for work on rules, not for tables of times. --untimed runs what is Python in forks of one process that has loaded it: many
times faster, for tables without times. --rows goes on with a run that was ended early: what FILE has rows of is not measured
again, and new rows are added to it.
"""
import argparse
import gc
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import agree
import count
import loaded
import tools

TOLERANCE = 1e-4
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCES = ["traced", "torchscript", "dynamo", "dynamo-optimized"]


class Memory:
    """What other tools did to which bytes."""

    def __init__(self, path):
        self.path = path
        self.rows = {}
        if path and os.path.exists(path):
            with open(path) as handle:
                self.rows = json.load(handle)

    def get(self, key):
        return self.rows.get(key) if self.path else None

    def put(self, key, row):
        if not self.path:
            return
        self.rows[key] = row
        with open(self.path + ".new", "w") as handle:
            json.dump(self.rows, handle)
        os.replace(self.path + ".new", self.path)


class Rows:
    """The rows of a run that may have been ended early, one JSON object a line."""

    def __init__(self, path):
        self.path = path
        self.done = set()
        if path and os.path.exists(path):
            with open(path) as handle:
                self.done = {(row["case"], row["source"]) for row in map(json.loads, handle)}

    def add(self, rows):
        for row in rows:
            print(json.dumps(row), flush=True)
        if self.path:
            # At once: others add to the file, too.
            with open(self.path, "a") as handle:
                handle.write("".join(json.dumps(row) + "\n" for row in rows))


def models(name, options):
    """The models of a NAME: (case name, source, folder of the case or None, file), or an error instead of the file."""
    if name.endswith(".onnx"):
        case = os.path.basename(name)[: -len(".onnx")]
        if (case, "file") not in options.rows.done:
            yield case, "file", None, name
        return
    sources = [source for source in options.source if (name, source) not in options.rows.done]
    if not sources:
        return
    case = os.path.join(options.cases, name)
    folder = os.path.join(options.exports, name)
    stood = os.path.exists(os.path.join(case, "case.json"))
    exported = os.path.exists(os.path.join(folder, "failed.json"))
    if not stood:
        _make(name, options)
    if not exported and set(sources) != {"traced"}:
        _export(name, options)
    for source in sources:
        yield name, source, case, _file(source, case, folder, options)
    if not options.keep:
        if not stood:
            shutil.rmtree(case, ignore_errors=True)
        if not exported:
            shutil.rmtree(folder, ignore_errors=True)


def _make(name, options):
    if options.loaded:
        options.loaded.run(make, os.path.join(options.scratch, "said"), options.cases, name)
    else:
        _quietly([sys.executable, "-W", "ignore", os.path.join(HERE, "..", "zoo", "make.py"), options.cases, name])


def _export(name, options):
    if options.loaded:
        options.loaded.run(export, os.path.join(options.scratch, "said"), options.cases, options.exports, name)
    else:
        _quietly([sys.executable, "-W", "ignore", os.path.join(HERE, "export.py"), options.cases, options.exports, name])


def make(*arguments):
    """A case of the zoo, in a process that has loaded PyTorch."""
    import make as maker

    maker.save(*arguments)


def export(*arguments):
    import export as exporter

    exporter.export(*arguments)


def _file(source, case, folder, options):
    if source != "traced":
        path = os.path.join(folder, f"{source}.onnx")
        return path if os.path.exists(path) else None
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "traced.onnx")
    if os.path.exists(path):
        os.remove(path)
    shapes = [f"{k}:{array.dtype}[{','.join(map(str, array.shape))}]" for k, array in enumerate(agree.input_sets(case, None)[0])]
    given = [part for shape in shapes for part in ("--input", shape)]
    _quietly([*shlex.split(options.convert), os.path.join(case, "traced.pt"), "--to", "onnx", "--opset", "17", "-o", path, "--force", *given])
    return path if os.path.exists(path) else None


def _quietly(command):
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def absent(name, source, options):
    """The row of a model that could not be made, with what the exporter said."""
    report = os.path.join(options.exports, name, "failed.json")
    said = {}
    if os.path.exists(report):
        with open(report) as handle:
            said = json.load(handle)
    # One call makes both of dynamo's.
    detail = said.get(f"{source.removesuffix('-optimized')}.onnx", "could not be made")
    return {"case": name, "source": source, "tool": tools.OURS, "verdict": "absent", "detail": _plain(detail)}


def _plain(said):
    """Without the colours of a terminal."""
    return re.sub("\x1b\\[\\d+m", "", said)


def measure(name, source, case, path, memory, options):
    """The rows of one model."""
    head = {"case": name, "source": source}
    try:
        before = agree.session(path)
        sets = agree.input_sets(case, before)
        wanted = (agree.interface(before), agree.outputs(before, sets))
    except Exception as error:  # a model that onnxruntime does not take says nothing about simplifiers
        return [{**head, "tool": tools.OURS, "verdict": "unmeasured", "detail": _line(error)}]
    del before
    standard, other = count.operators(path)
    head |= {"nodes_before": _total(standard, other), "bytes_before": count.size(path), "opset": count.opset(path)}
    digest = _digest(path)
    with tempfile.TemporaryDirectory() as scratch:
        rows = {}
        for turn in range(options.turns):
            for tool in tools.TOOLS:
                known = memory.get(f"{digest} {tool}") if tool != tools.OURS else None
                if known or rows.get(tool, {}).get("verdict", "pass") != "pass":
                    rows.setdefault(tool, known)
                    continue
                target = os.path.join(scratch, f"{tool}.onnx")
                try:
                    times = simplified(tool, path, target, options)
                except tools.Failed as error:
                    rows[tool] = {"tool": tool, "verdict": "error", "detail": str(error)}
                    continue
                row = rows.setdefault(tool, {"tool": tool, **times})
                row |= {clock: round(min(seconds, row[clock]), 3) for clock, seconds in times.items()}
                if turn == 0:
                    row |= judged(target, sets, wanted, other, head["opset"])
                    if tool == tools.OURS and row["verdict"] == "pass":
                        row |= proved(path, os.path.join(scratch, "proved.onnx"), options)
        for tool, row in rows.items():
            memory.put(f"{digest} {tool}", row)
    return [{**head, **row} for row in rows.values()]


def simplified(tool, path, target, options):
    """Runs one tool once; what it took, where that is measured."""
    if options.loaded and tool != tools.OURS:
        options.loaded.simplify(tool, path, target)
        return {}
    wall, processor = tools.simplify(tool, path, target, options.simplify)
    return {} if options.loaded else {"wall": wall, "processor": processor}


def proved(path, target, options):
    """Once more, with a proof after every pass."""
    try:
        tools.simplify(tools.OURS, path, target, options.simplify, validating=True)
    except tools.Failed as error:
        return {"verdict": "unsound", "detail": str(error)}
    return {}


def judged(target, sets, wanted, other_before, opset):
    standard, other = count.operators(target)
    row = {
        "verdict": "pass",
        "detail": "",
        "nodes": _total(standard, other),
        "bytes": count.size(target),
        "operators": dict(sorted((standard + other).items())),
    }
    added = sorted(set(other) - set(other_before))
    if added:
        return row | {"verdict": "foreign", "detail": f"makes {', '.join(added)}"}
    if count.opset(target) != opset:
        return row | {"verdict": "opset", "detail": f"opset {count.opset(target)}, not {opset}"}
    try:
        after = agree.session(target)
        if agree.interface(after) != wanted[0]:
            return row | {"verdict": "interface", "detail": "inputs or outputs are others"}
        worst = agree.largest_error(agree.outputs(after, sets), wanted[1])
    except agree.score.Verdict as verdict:
        return row | {"verdict": "wrong", "detail": verdict.detail}
    except Exception as error:  # onnxruntime raises many kinds
        return row | {"verdict": "broken", "detail": _line(error)}
    row["error"] = worst
    # NaN is no pass.
    return row if worst <= TOLERANCE else row | {"verdict": "wrong", "detail": f"relative error {worst:.2g}"}


def _total(standard, other):
    return sum(standard.values()) + sum(other.values())


def _digest(path):
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _line(error):
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases")
    parser.add_argument("--exports")
    parser.add_argument("--source", action="append", choices=SOURCES, help="default: all of them")
    parser.add_argument("--simplify", default="node dist/cli.js simplify")
    parser.add_argument("--convert", default="node dist/cli.js convert")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--remember")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--untimed", action="store_true")
    parser.add_argument("--rows", type=Rows, default=Rows(None))
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    options.source = options.source or SOURCES
    memory = Memory(options.remember)
    options.loaded = loaded.Loaded() if options.untimed else None
    with tempfile.TemporaryDirectory() as scratch:
        options.scratch = scratch
        options.cases = options.cases or os.path.join(scratch, "cases")
        options.exports = options.exports or os.path.join(scratch, "exports")
        for name in options.names:
            for case, source, folder, path in models(name, options):
                rows = measure(case, source, folder, path, memory, options) if path else [absent(case, source, options)]
                options.rows.add(rows)
                gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
