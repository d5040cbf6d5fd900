"""Runs models in onnxruntime as they are written, with no optimisation of its own, and compares what they give."""
import os
import sys

import numpy as np
import onnxruntime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "zoo"))
import score

# What stands for the sizes that networks without input sets of their own leave open, by input; elsewhere it is 1.
OPEN_SIZES = {"input": {1: 576}}
# Inputs that only take certain numbers.
FIXED = {"sr": 16000}
NUMBERS = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


def session(path):
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    settings.log_severity_level = 4
    return onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])


def input_sets(case, made):
    """Both input sets of a case of the zoo, else two that are made from a seed for the inputs of the session `made`."""
    if case is not None:
        return [score.arrays(os.path.join(case, f"data_{k}"), "input") for k in range(2)]
    return [[_values(spec, np.random.default_rng(seed)) for spec in made.get_inputs()] for seed in range(2)]


def _values(spec, generator):
    given = OPEN_SIZES.get(spec.name, {})
    shape = [size if isinstance(size, int) else given.get(axis, 1) for axis, size in enumerate(spec.shape)]
    dtype = NUMBERS[spec.type]
    if spec.name in FIXED:
        return np.full(shape, FIXED[spec.name], dtype)
    return generator.standard_normal(shape).astype(dtype) if np.issubdtype(dtype, np.floating) else generator.integers(0, 3, shape, dtype)


def outputs(made, sets):
    return [made.run(None, {spec.name: array for spec, array in zip(made.get_inputs(), inputs)}) for inputs in sets]


def interface(made):
    """What callers rely on: names and types of inputs and outputs, in order."""
    return [[(spec.name, spec.type) for spec in specs] for specs in (made.get_inputs(), made.get_outputs())]


def largest_error(mine, theirs):
    """The largest relative error (as the zoo scores it) over all outputs of all input sets; NaN agrees with NaN alone."""
    return max((_error(a, b) for ours, others in zip(mine, theirs) for a, b in zip(ours, others, strict=True)), default=0.0)


def _error(mine, theirs):
    if mine.dtype == theirs.dtype and mine.shape == theirs.shape and np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f"):
        return 0.0
    return score.relative_error(mine, theirs)
