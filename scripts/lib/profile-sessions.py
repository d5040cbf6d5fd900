"""Makes sessions of onnxruntime: see scripts/lib/profile-python.mjs.

Reads models from the standard input, each behind its length in 4 bytes (big endian), and answers each with a line of JSON:
what went wrong, or null. The first line is the version.
"""

import json
import struct
import sys

import onnxruntime

options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 4
options.intra_op_num_threads = 1


def said(model):
    try:
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return None
    except Exception as error:  # whatever it says is the answer
        return str(error)


print(json.dumps(onnxruntime.__version__), flush=True)
while True:
    head = sys.stdin.buffer.read(4)
    if len(head) < 4:
        break
    model = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
    print(json.dumps(said(model)), flush=True)
