"""Converts the scripted, stateful silero_vad_v5.jit and compares it with its ONNX twin over chunks of a signal.

usage: silero.py [--cli "node dist/cli.js"] [--opset 17] [--tolerance 1e-5] silero_vad_v5.jit silero_vad_v5.onnx

Both carry their state from chunk to chunk. Once with the rate given (16 kHz), once with the rate as an input of the model:
at 8, 16 and 48 kHz, of which the program takes every third sample, and with rates that change on the way, where it forgets
what it has heard. Exit status: 0 where all agree, 1 otherwise.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

# Samples of a chunk, and those before it that the program adds, by the rate that the model works at.
CHUNK, CONTEXT = {16000: 512, 8000: 256}, {16000: 64, 8000: 32}
CHUNKS = 60


def signal(rate, chunks=CHUNKS):
    """Something like speech: harmonics that come and go, and noise; in chunks."""
    inner = 8000 if rate == 8000 else 16000
    size = CHUNK[inner] * rate // inner
    t = np.arange(size * chunks) / rate
    voice = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12))
    noise = np.random.default_rng(0).standard_normal(t.size)
    whole = (0.3 * voice * np.maximum(np.sin(2 * np.pi * 0.8 * t), 0) + 0.02 * noise).astype(np.float32)
    return [(rate, chunk) for chunk in whole.reshape(chunks, 1, size)]


def ours(path, chunks):
    session = onnxruntime.InferenceSession(path)
    names = [spec.name for spec in session.get_outputs()]
    taken = {spec.name for spec in session.get_inputs()}
    state = {"_state": np.zeros((2, 1, 128), np.float32), "_last_sr": np.array(0)}
    state["_context"] = np.zeros((1, CONTEXT[8000 if chunks[0][0] == 8000 else 16000]), np.float32)
    state = {name: value for name, value in state.items() if name in taken}
    for rate, chunk in chunks:
        numbers = {"sr": np.array(rate)} if "sr" in taken else {}
        results = dict(zip(names, session.run(None, {"x": chunk, **numbers, **state})))
        state = {name: results[f"{name}_next"] for name in state}
        yield results[names[0]]


def theirs(path, chunks):
    session = onnxruntime.InferenceSession(path)
    last = None
    for rate, chunk in chunks:
        inner = 8000 if rate == 8000 else 16000
        if inner != last:
            state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, CONTEXT[inner]), np.float32)
        last = inner
        whole = np.concatenate([context, chunk[:, :: rate // inner]], axis=1)
        output, state = session.run(None, {"input": whole, "state": state, "sr": np.array(inner)})
        context = whole[:, -CONTEXT[inner] :]
        yield output


def compare(made, reference, title, chunks):
    pairs = list(zip(ours(made, chunks), theirs(reference, chunks), strict=True))
    worst = max(float(np.abs(a - b).max()) for a, b in pairs)
    voiced = sum(float(b.max()) > 0.5 for _, b in pairs)
    print(f"{title}: largest difference {worst:.1e} over {len(pairs)} chunks, of which {voiced} hold speech")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default="node dist/cli.js")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("jit")
    parser.add_argument("onnx")
    options = parser.parse_args()
    call = [*shlex.split(options.cli), "convert", options.jit, "--to", "onnx", "--opset", str(options.opset)]
    with tempfile.TemporaryDirectory() as folder:
        fixed, opened = os.path.join(folder, "fixed.onnx"), os.path.join(folder, "opened.onnx")
        for made, inputs in (fixed, ["x:float32[1,512]", "sr=16000"]), (opened, ["x:float32[1,samples]"]):
            given = [word for each in inputs for word in ("--input", each)]
            subprocess.run([*call, "-o", made, *given], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        changing = signal(16000, 20) + signal(8000, 20) + signal(48000, 20)
        worst = [compare(fixed, options.onnx, "16 kHz, given", signal(16000))]
        worst += [compare(opened, options.onnx, f"{rate // 1000} kHz", signal(rate)) for rate in (16000, 8000, 48000)]
        worst += [compare(opened, options.onnx, "16, 8 and 48 kHz in turn", changing)]
    sys.exit(max(worst) > options.tolerance)


main()
