"""Judges with ONNX's own tools the texts and binaries that run.ts made.

usage: python judge.py FOLDER

Writes FOLDER/judged.json: for each model whether the binary that we assembled from our own text is the same as the
original (`assembled`; with large constants beside the text: `beside`), what onnx.parser makes of our texts (`parser`,
`besideParser`), and whether the binary that we made of onnx.printer's text is what onnx.parser makes of it
(`fromPrinter`). Null is well; a text says what is not.
"""

import json
import pathlib
import sys

import onnx
from onnx import parser
from same import difference

MESSAGE_LENGTH = 300


def attempt(work):
    try:
        return work()
    except Exception as error:  # whatever ONNX's tools throw is their verdict
        return f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]


def judge(folder, entry):
    name = entry["name"]
    original = onnx.load(folder / entry["path"])
    text = folder / "ours" / f"{name}.onnxtxt"
    printed = folder / "printed" / f"{name}.onnxtxt"
    binary = folder / "from-printer" / f"{name}.onnx"
    said = {"name": name}
    if text.with_suffix(".onnx").exists():
        said["assembled"] = attempt(lambda: difference(original, onnx.load(text.with_suffix(".onnx"))))
    if text.exists():
        # What it gives back is counted, not demanded: onnx.parser drops much.
        parsed = attempt(lambda: parser.parse_model(text.read_text()))
        said["parser"] = parsed if isinstance(parsed, str) else None
        said["parserSame"] = not isinstance(parsed, str) and attempt(lambda: difference(original, parsed)) is None
    beside = folder / "beside" / f"{name}.onnxtxt"
    if beside.with_suffix(".onnx").exists():
        said["beside"] = attempt(lambda: difference(original, onnx.load(beside.with_suffix(".onnx"))))
        parsed = attempt(lambda: parser.parse_model(beside.read_text()))
        said["besideParser"] = parsed if isinstance(parsed, str) else None
    if binary.exists() and "error" not in entry["printer"]:
        said["fromPrinter"] = attempt(lambda: difference(parser.parse_model(printed.read_text()), onnx.load(binary)))
    return said


def main():
    folder = pathlib.Path(sys.argv[1])
    entries = json.loads((folder / "reference.json").read_text())
    judged = [judge(folder, entry) for entry in entries if "printer" in entry]
    (folder / "judged.json").write_text(json.dumps(judged))


if __name__ == "__main__":
    main()
