"""Makes sessions of models in a release of onnxruntime for Python, and says what each minds: see scripts/lib/profile-process.mjs.

A model comes on the standard input as its length, 4 bytes little-endian, and its bytes. What was said goes to the standard output
in the same form, with no bytes where a session could be made.
"""

import os
import struct
import sys

import onnxruntime

answers = os.fdopen(os.dup(1), "wb")
# Some releases print what they mind as well.
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(1, 2)
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.log_severity_level = 4
options.intra_op_num_threads = 1
while head := sys.stdin.buffer.read(4):
    model = sys.stdin.buffer.read(struct.unpack("<I", head)[0])
    try:
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        said = b""
    except Exception as error:  # whatever it says is the answer
        said = (str(error) or type(error).__name__).encode(errors="replace")
    answers.write(struct.pack("<I", len(said)) + said)
    answers.flush()
