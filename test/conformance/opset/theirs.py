"""Converts every test to every opset by onnx.version_converter.

usage: python theirs.py FOLDER MODELS RESULTS TARGETS TESTS

TARGETS are opsets with commas between them, TESTS a file of names. Appends each model to MODELS, and to RESULTS a line of where it stands or what the
converter said; leaves out what it finds there (supervise.ts): the converter may die of a model.
"""

import json
import pathlib
import sys

import onnx
from onnx import version_converter

from judge import lines, words


def main():
    folder, models, results = map(pathlib.Path, sys.argv[1:4])
    targets = [int(each) for each in sys.argv[4].split(",")]
    wanted = set(json.loads(pathlib.Path(sys.argv[5]).read_text()))
    done = lines(results)
    with models.open("ab") as stored, results.open("a") as out:
        for told in json.loads((folder / "cases.json").read_text()):
            if told["name"] not in wanted:
                continue
            model = onnx.load(folder / "tests" / told["name"] / "model.onnx")
            for to in targets:
                key = f"{told['name']} {to}"
                if key in done or told["imports"].get("", told["imports"].get("ai.onnx")) == to:
                    continue
                print(json.dumps({"begin": key}), file=out, flush=True)
                print(json.dumps({"key": key} | converted(model, to, stored)), file=out, flush=True)


def converted(model, to, stored):
    try:
        data = version_converter.convert_version(model, to).SerializeToString()
    except Exception as error:  # whatever it throws is its answer
        return {"error": words(error)}
    offset = stored.tell()
    stored.write(data)
    stored.flush()
    return {"offset": offset, "length": len(data)}


if __name__ == "__main__":
    main()
