"""Makes models of the zoo one after another and has the conversions of each between opsets judged; deletes what it made.

usage: python zoo.py RESULTS JUDGE [--exports] [--files FILE...] NAME...

JUDGE is the bundle of zoo.ts. A model is made as test/conformance/zoo/make.py makes it, traced, with its two sets of inputs; with
--exports also by torch.onnx, at its own opset. FILE is an ONNX file, judged on random inputs. What RESULTS says was ended is left out.
"""

import argparse
import gc
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "zoo"))
import make  # noqa: E402  (sets up torchvision before torch is asked for)
import numpy  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402

#: The most seconds that one model may take.
PATIENCE = 1800


def save(name, folder, exports):
    """Writes traced.pt, data_S/input_K.pb, and with `exports` torch-onnx.onnx."""
    module, sets = make.build(name)
    make.make_it_matter(module)
    for index, inputs in enumerate(sets):
        (folder / f"data_{index}").mkdir()
        for k, tensor in enumerate(inputs):
            data = onnx.numpy_helper.from_array(numpy.ascontiguousarray(tensor.numpy()))
            onnx.save_tensor(data, folder / f"data_{index}" / f"input_{k}.pb")
    with torch.no_grad():
        torch.jit.trace(module, sets[0], check_trace=False, strict=False).save(str(folder / "traced.pt"))
        if exports:
            try:
                torch.onnx.export(module, sets[0], str(folder / "torch-onnx.onnx"), opset_version=17, dynamo=False)
            except Exception as error:  # what the exporter cannot do is told by others
                print(f"{name}: torch.onnx: {type(error).__name__}", file=sys.stderr)


def ended(results):
    lines = results.read_text().split("\n") if results.exists() else []
    rows = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return {row["model"] for row in rows if row.get("ended")}


def judge(options, name, folder):
    command = ["node", options.judge, str(folder), name, str(options.results)]
    try:
        code = subprocess.run(command, timeout=PATIENCE).returncode
    except subprocess.TimeoutExpired:
        code = "it takes too long"
    if code != 0:
        with options.results.open("a") as out:
            print(json.dumps({"model": name, "source": "", "fault": f"the judge ended with {code}", "ended": True}), file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("judge")
    parser.add_argument("--exports", action="store_true")
    parser.add_argument("--files", action="append", default=[])
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    done = ended(options.results)
    for file in map(pathlib.Path, options.files):
        if file.stem not in done:
            judge(options, file.stem, file)
    for name in options.names:
        if name in done:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                save(name, pathlib.Path(folder), options.exports)
            except Exception as error:  # a model that cannot be built is a row of the table, not the end of it
                with options.results.open("a") as out:
                    row = {"model": name, "source": "", "fault": f"{type(error).__name__}: {error}".split("\n")[0][:200]}
                    print(json.dumps(row | {"ended": True}), file=out)
                continue
            judge(options, name, folder)
        gc.collect()
        print(name, flush=True)


if __name__ == "__main__":
    main()
