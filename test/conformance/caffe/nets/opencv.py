"""Runs Caffe networks in OpenCV's dnn module, as it is asked to: one JSON object a line in, one a line out.

In: {"stem": path without ending, "inputs": [{"name", "shape", "file"}], "outputs": [name]}, files of float32 numbers.
Out: {"outputs": [{"shape", "file"}]}, or {"error": what OpenCV says}.
"""
import json
import sys

import cv2
import numpy as np

cv2.setNumThreads(1)


def run(stem, inputs, outputs):
    net = cv2.dnn.readNetFromCaffe(f"{stem}.prototxt", f"{stem}.caffemodel")
    # Winograd's sums are shorter and less exact.
    net.enableWinograd(False)
    for each in inputs:
        net.setInput(np.fromfile(each["file"], np.float32).reshape(each["shape"]), each["name"])
    made = []
    for k, value in enumerate(net.forward(outputs)):
        file = f"{stem}.opencv.{k}"
        np.ascontiguousarray(value, np.float32).tofile(file)
        made.append({"shape": list(value.shape), "file": file})
    return made


for line in sys.stdin:
    try:
        answer = {"outputs": run(**json.loads(line))}
    except Exception as error:  # OpenCV raises its own kind for all that it does not take
        lines = [part.strip() for part in str(error).strip().splitlines()]
        answer = {"error": lines[0] if lines else type(error).__name__}
    print(json.dumps(answer), flush=True)
