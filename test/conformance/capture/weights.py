"""Makes the weights of classifier.py from a seed and saves them in the ways that people save weights.

usage: weights.py FOLDER
"""
import collections
import json
import os
import struct
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs"))

from classifier import Classifier  # noqa: E402


def prefixed(weights, prefix):
    return collections.OrderedDict((prefix + name, value) for name, value in weights.items())


def save_safetensors(weights, file):
    """A table in JSON behind its length, then the bytes: https://huggingface.co/docs/safetensors."""
    types = {torch.float32: "F32", torch.int64: "I64"}
    table, data = {}, b""
    for name, value in weights.items():
        raw = value.contiguous().numpy().tobytes()
        table[name] = {"dtype": types[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    head = json.dumps(table).encode()
    with open(file, "wb") as opened:
        opened.write(struct.pack("<Q", len(head)) + head + data)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    in_folder = lambda name: os.path.join(folder, name)
    torch.manual_seed(77)
    model = Classifier()
    # Statistics as after training: what a fresh model has would not show whether they were loaded.
    model.stem[1].running_mean.uniform_(-1, 1)
    model.stem[1].running_var.uniform_(0.5, 2)
    weights = model.state_dict()
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(2, 3, 8, 8)).sum().backward()
    optimizer.step()
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    other = {name: value + 1 for name, value in weights.items()}
    files = {
        "plain.pth": weights,
        "data-parallel.pth": prefixed(weights, "module."),
        "checkpoint.tar": {"epoch": 9, "model_state_dict": weights, "optimizer_state_dict": optimizer.state_dict(), "loss": 0.1},
        "lightning.ckpt": {
            "epoch": 3,
            "global_step": 100,
            "pytorch-lightning_version": "2.1.0",
            "state_dict": prefixed(weights, "model."),
            "hyper_parameters": {"classes": 6, "lr": 0.01},
        },
        "compiled.pth": {"model": prefixed(weights, "_orig_mod.")},
        "average.pth": {"params": weights, "params_ema": other},
        "average-beside.pth": {"epoch": 4, "model": weights, "ema": {"decay": 0.99, "module": other}, "optimizer": optimizer.state_dict()},
        "averaged-model.pth": torch.optim.swa_utils.AveragedModel(model).state_dict(),
        "wrong-classes.pth": Classifier(classes=9).state_dict(),
        "incomplete.pth": {name: value for name, value in weights.items() if not name.startswith("neck")},
        "other-model.pth": torch.nn.LSTM(3, 4).state_dict(),
        "whole-model.pth": model,
        "no-weights.pth": {"epoch": 3, "notes": ["nothing"]},
    }
    for name, stored in files.items():
        torch.save(stored, in_folder(name))
    torch.save(weights, in_folder("legacy.pth"), _use_new_zipfile_serialization=False)
    save_safetensors(weights, in_folder("plain.safetensors"))
    with open(in_folder("text.pth"), "w") as opened:
        opened.write("version https://example.org/large-file\nsize 1234\n")
    torch.save(dict(weights), in_folder("expected.pth"))


if __name__ == "__main__":
    main()
