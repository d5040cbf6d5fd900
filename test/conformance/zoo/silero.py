"""Converts the scripted, stateful silero_vad_v5.jit and compares it with its ONNX twin over chunks of a signal.

usage: silero.py [--cli "node dist/cli.js"] [--opset 17] [--tolerance 1e-5] silero_vad_v5.jit silero_vad_v5.onnx

Both carry their state from chunk to chunk (16 kHz, 512 samples each). Exit status: 0 where all agree, 1 otherwise.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

CHUNK, CONTEXT, RATE, CHUNKS = 512, 64, 16000, 60


def signal():
    """Something like speech: harmonics that come and go, and noise."""
    t = np.arange(CHUNK * CHUNKS) / RATE
    voice = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12))
    noise = np.random.default_rng(0).standard_normal(t.size)
    return (0.3 * voice * np.maximum(np.sin(2 * np.pi * 0.8 * t), 0) + 0.02 * noise).astype(np.float32)


def ours(path, chunks):
    session = onnxruntime.InferenceSession(path)
    state = {spec.name: np.zeros(spec.shape, np.float32) for spec in session.get_inputs() if spec.name != "x"}
    names = [spec.name for spec in session.get_outputs()]
    for chunk in chunks:
        results = dict(zip(names, session.run(None, {"x": chunk, **state})))
        state = {name: results[f"{name}_next"] for name in state}
        yield results[names[0]]


def theirs(path, chunks):
    session = onnxruntime.InferenceSession(path)
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, CONTEXT), np.float32)
    for chunk in chunks:
        whole = np.concatenate([context, chunk], axis=1)
        output, state = session.run(None, {"input": whole, "state": state, "sr": np.array(RATE)})
        context = chunk[:, -CONTEXT:]
        yield output


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default="node dist/cli.js")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("jit")
    parser.add_argument("onnx")
    options = parser.parse_args()
    chunks = signal().reshape(CHUNKS, 1, CHUNK)
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "made.onnx")
        given = ["--input", f"x:float32[1,{CHUNK}]", "--input", f"sr={RATE}"]
        call = [*shlex.split(options.cli), "convert", options.jit, "--to", "onnx", "--opset", str(options.opset)]
        subprocess.run([*call, "-o", made, *given], check=True, stdout=subprocess.DEVNULL)
        pairs = list(zip(ours(made, chunks), theirs(options.onnx, chunks), strict=True))
    worst = max(float(np.abs(a - b).max()) for a, b in pairs)
    voiced = sum(float(b.max()) > 0.5 for _, b in pairs)
    print(f"largest difference {worst:.1e} over {CHUNKS} chunks, of which {voiced} hold speech")
    sys.exit(worst > options.tolerance)


main()
