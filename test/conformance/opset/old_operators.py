"""The operators of opsets 1 to 6 that newer opsets say in another way, for onnx.reference, which has the newer ones alone.

Written from the operator changelog of ONNX (versions 1 to 6), and strict: what is not asked for in the model is an error, such as
shapes that differ without `broadcast`.
"""

import numpy
from onnx import TensorProto, defs, helper
from onnx.reference.op_run import OpRun
from onnx.reference.ops import op_loop
from onnx.reference.ops.op_gru import GRU
from onnx.reference.ops.op_lstm import LSTM
from onnx.reference.ops.op_rnn import RNN_14 as RNN

#: The last opset that these are for.
NEWEST = 6


def fitted(a, b, axis, broadcast):
    """The second operand in a shape that numpy spreads over the first, and no other way."""
    if not broadcast:
        if a.shape != b.shape:
            raise ValueError(f"{a.shape} and {b.shape} differ, and nothing asks to broadcast")
        return b
    if b.size == 1 and b.ndim <= a.ndim:
        return b.reshape(())
    start = a.ndim - b.ndim if axis is None else axis % max(a.ndim, 1)
    if start < 0 or a.shape[start : start + b.ndim] != b.shape:
        raise ValueError(f"{b.shape} does not stand in {a.shape} from axis {start} on")
    return b.reshape(b.shape + (1,) * (a.ndim - start - b.ndim))


def divided(a, b):
    if a.dtype.kind == "f":
        return a / b
    return (numpy.sign(a) * numpy.sign(b) * (abs(a) // abs(b))).astype(a.dtype)


PAIRWISE = {
    "Add": numpy.add,
    "And": numpy.logical_and,
    "Div": divided,
    "Equal": numpy.equal,
    "Greater": numpy.greater,
    "Less": numpy.less,
    "Mul": numpy.multiply,
    "Or": numpy.logical_or,
    "Pow": numpy.power,
    "Sub": numpy.subtract,
    "Xor": numpy.logical_xor,
}


def pairwise(compute):
    def run(_, a, b, axis=None, broadcast=0, consumed_inputs=None):
        return (compute(a, fitted(a, b, axis, broadcast)),)

    return run


def gemm(_, a, b, c, alpha=1.0, beta=1.0, broadcast=0, transA=0, transB=0):
    product = numpy.matmul(a.T if transA else a, b.T if transB else b)
    return ((alpha * product + beta * fitted(product, c, None, broadcast)).astype(a.dtype),)


def prelu(_, x, slope, consumed_inputs=None):
    if slope.size == 1:
        slope = slope.reshape(())
    elif slope.shape == x.shape[1:2]:
        slope = slope.reshape(slope.shape + (1,) * (x.ndim - 2))
    else:
        raise ValueError(f"slopes of {slope.shape} are not those of the channels of {x.shape}")
    return (numpy.where(x < 0, x * slope, x).astype(x.dtype),)


def normalization(_, x, scale, bias, mean, variance, epsilon=1e-5, is_test=0, momentum=0.9, spatial=1, consumed_inputs=None):
    if not is_test or not spatial:
        raise NotImplementedError("training, or places on their own")
    channels = (-1,) + (1,) * (x.ndim - 2)
    scale, bias, mean, variance = (each.reshape(channels) for each in (scale, bias, mean, variance))
    return ((scale * (x - mean) / numpy.sqrt(variance + epsilon) + bias).astype(x.dtype),)


def dropout(_, x, is_test=0, ratio=0.5, consumed_inputs=None):
    if not is_test:
        raise NotImplementedError("training")
    return (x,)


def cast(_, x, to=None):
    return (x.astype(helper.tensor_dtype_to_np_dtype(TensorProto.DataType.Value(to))),)


def clip(_, x, min=None, max=None, consumed_inputs=None):
    low = x if min is None else numpy.maximum(x, numpy.asarray(min, x.dtype))
    return (low if max is None else numpy.minimum(low, numpy.asarray(max, x.dtype)),)


def reshape(_, x, shape=None, consumed_inputs=None):
    return (x.reshape([x.shape[k] if size == 0 else size for k, size in enumerate(shape)]),)


def tile(_, x, tiles, axis):
    if tiles.dtype != x.dtype or axis.dtype != x.dtype or tiles.size != 1 or axis.size != 1:
        raise TypeError("how often, and along which axis, are numbers of the type of the data")
    return (numpy.concatenate([x] * int(tiles.item()), int(axis.item())),)


def concat(_, *values, axis=None):
    return (numpy.concatenate(values, 1 if axis is None else axis),)


def split(self, x, axis=None, split=None):
    parts = len(self.onnx_node.output)
    if axis is None:
        raise ValueError("no axis")
    if split is None:
        return tuple(numpy.split(x, parts, axis))
    return tuple(numpy.split(x, numpy.cumsum(split)[:-1], axis))


def pad(_, x, mode="constant", paddings=None, pads=None, value=0.0):
    widths = numpy.reshape(pads if paddings is None else paddings, (2, -1)).T
    if (widths < 0).any():
        raise NotImplementedError("cutting")
    if mode == "constant":
        return (numpy.pad(x, widths, constant_values=numpy.asarray(value, x.dtype)),)
    return (numpy.pad(x, widths, mode),)


def upsample(_, x, height_scale=None, width_scale=None, mode="nearest"):
    if mode != "nearest":
        raise NotImplementedError(mode)
    for axis, scale in [(2, height_scale), (3, width_scale)]:
        places = numpy.floor(numpy.arange(int(numpy.floor(x.shape[axis] * scale))) / scale).astype(int)
        x = numpy.take(x, places, axis)
    return (x,)


def windows(x, kernel_shape, auto_pad, pads, strides, combine):
    """What `combine` makes of the part of each window that lies within the input."""
    rank = len(kernel_shape)
    strides = strides or [1] * rank
    sizes = x.shape[2:]
    before, after = numpy.reshape(pads or [0] * 2 * rank, (2, -1)).tolist()
    if auto_pad.startswith("SAME"):
        counts = [-(-size // stride) for size, stride in zip(sizes, strides)]
        whole = [max(0, (n - 1) * s + k - size) for n, s, k, size in zip(counts, strides, kernel_shape, sizes)]
        less, more = [each // 2 for each in whole], [each - each // 2 for each in whole]
        before, after = (less, more) if auto_pad == "SAME_UPPER" else (more, less)
    counts = [(size + b + a - k) // s + 1 for size, b, a, k, s in zip(sizes, before, after, kernel_shape, strides)]
    found = numpy.zeros(x.shape[:2] + tuple(counts), x.dtype)
    for place in numpy.ndindex(*counts):
        starts = [k * s - b for k, s, b in zip(place, strides, before)]
        window = tuple(slice(max(start, 0), start + k) for start, k in zip(starts, kernel_shape))
        found[(slice(None), slice(None), *place)] = combine(x[(slice(None), slice(None), *window)], tuple(range(2, x.ndim)))
    return (found,)


def average(_, x, kernel_shape=None, auto_pad="NOTSET", pads=None, strides=None):
    """Padding is not counted."""
    return windows(x, kernel_shape, auto_pad, pads, strides, numpy.mean)


def norm(_, x, kernel_shape=None, auto_pad="NOTSET", pads=None, strides=None, p=2.0):
    return windows(x, kernel_shape, auto_pad, pads, strides, lambda part, axes: (abs(part) ** p).sum(axes) ** (1 / p))


class Stacking:
    """numpy, as the evaluator's Loop needs it: what rounds make is joined along a new axis, whatever its rank."""

    def __getattr__(self, name):
        return numpy.stack if name == "vstack" else getattr(numpy, name)


def loop(self, *inputs, **attributes):
    before, op_loop.np = op_loop.np, Stacking()
    try:
        return op_loop.Loop._run(self, *inputs, **attributes)
    finally:
        op_loop.np = before


def matrix(x, axis):
    return x.reshape((int(numpy.prod(x.shape[:axis])), -1))


def softmax(_, x, axis=1):
    flat = matrix(x, axis)
    shares = numpy.exp(flat - flat.max(axis=1, keepdims=True))
    return ((shares / shares.sum(axis=1, keepdims=True)).reshape(x.shape),)


def log_softmax(_, x, axis=1):
    flat = matrix(x, axis)
    shifted = flat - flat.max(axis=1, keepdims=True)
    return ((shifted - numpy.log(numpy.exp(shifted).sum(axis=1, keepdims=True))).reshape(x.shape),)


def hardmax(_, x, axis=1):
    flat = matrix(x, axis)
    found = numpy.zeros_like(flat)
    found[numpy.arange(len(flat)), flat.argmax(axis=1)] = 1
    return (found.reshape(x.shape),)


def recurrent(base):
    def run(self, *inputs, output_sequence=0, **attributes):
        attributes.pop("clip", None)
        whole, *states = base._run(self, *inputs, **attributes, layout=0)
        return (whole if output_sequence else whole[:0], *states)

    return run


#: By operator: the version from which on, and what it computes.
RUNS = {
    **{name: [(1, pairwise(compute))] for name, compute in PAIRWISE.items()},
    "AveragePool": [(1, average)],
    "BatchNormalization": [(1, normalization)],
    "Cast": [(1, cast), (6, None)],
    "Clip": [(1, clip)],
    "Concat": [(1, concat)],
    "Dropout": [(1, dropout)],
    "GRU": [(1, recurrent(GRU))],
    "Gemm": [(1, gemm)],
    "Hardmax": [(1, hardmax)],
    "LSTM": [(1, recurrent(LSTM))],
    "LogSoftmax": [(1, log_softmax)],
    "Loop": [(1, loop)],
    "LpPool": [(1, norm)],
    "PRelu": [(1, prelu)],
    "Pad": [(1, pad)],
    "RNN": [(1, recurrent(RNN))],
    "Reshape": [(1, reshape), (5, None)],
    "Softmax": [(1, softmax)],
    "Split": [(1, split)],
    "Tile": [(1, tile), (6, None)],
    "Upsample": [(1, upsample)],
}
BASES = {"GRU": GRU, "Loop": op_loop.Loop, "LSTM": LSTM, "RNN": RNN}


def old_operators(opset):
    """Classes for the evaluator of a model of that opset; none where its own are as old."""
    if opset > NEWEST:
        return []
    found = []
    for name, versions in RUNS.items():
        run = [each for first, each in versions if first <= opset][-1]
        if run:
            parts = {"op_domain": "", "op_schema": defs.get_schema(name, opset, ""), "_run": run}
            found.append(type(name, (BASES.get(name, OpRun),), parts))
    return found
