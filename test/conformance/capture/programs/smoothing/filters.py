"""A filter in plain Python, as a call into scipy would be: numbers go out of the tensor and come back."""
import torch


def leading_difference(signal, weight=0.5):
    """y[t] = x[t] - weight * x[t - 1] along the last axis, where nothing is before the first."""
    rows = []
    for row in signal.reshape(-1, signal.shape[-1]).tolist():
        last, made = 0.0, []
        for value in row:
            made.append(value - weight * last)
            last = value
        rows.append(made)
    return torch.tensor(rows, dtype=signal.dtype).reshape(signal.shape)
