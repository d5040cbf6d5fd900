"""Spoils models at random and writes what onnx.checker (full) says of each, for campaign.ts to compare with ours.

usage: python mutate.py FOLDER COUNT SEED       FOLDER holds the models that reference.py has made

Writes FOLDER/mutations.bin, all spoiled models behind each other, and FOLDER/mutations.jsonl, a line for each: where it is in
that file, what was done to which model, and the checker's verdict (null where it accepts). One process judges them all; where
the checker itself ends it, a copy goes on behind that model.
"""

import json
import os
import pathlib
import random
import sys

import onnx
from models import find_models
from mutations import mutated
from onnx import checker, numpy_helper

LARGEST = 100_000
MESSAGE_LENGTH = 400


def sources(folder):
    """The models that are spoiled, with the tensors of their inputs: no networks, which cost much and show little."""
    for name, path in find_models(folder):
        if path.stat().st_size <= LARGEST and not name.startswith("real/"):
            yield name, path.read_bytes(), inputs_of(path)


def inputs_of(path):
    found = []
    for index in range(16):
        file = path.parent / "test_data_set_0" / f"input_{index}.pb"
        if not file.exists():
            break
        found.append(file)
    return found


def data_of(model, files):
    """Small tensors by the name of the input; sequences and the like cannot be spelled."""
    data = {}
    for value, file in zip(model.graph.input, files):
        if value.type.HasField("tensor_type") and file.stat().st_size <= LARGEST:
            tensor = onnx.TensorProto()
            try:
                tensor.ParseFromString(file.read_bytes())
                numpy_helper.to_array(tensor)
            except Exception:  # stored in another form
                continue
            data[value.name] = tensor
    return data


def write_mutations(folder, count, seed):
    """Every one has its own seed, `SEED:INDEX`."""
    models = list(sources(folder))
    rows = []
    with open(folder / "mutations.bin", "wb") as file:
        for index in range(count):
            chance = random.Random(f"{seed}:{index}")
            name, data, files = chance.choice(models)
            model = onnx.load_from_string(data)
            said = mutated(chance, model, data_of(model, files))
            made = model.SerializeToString()
            rows.append({"of": name, "said": said, "offset": file.tell(), "length": len(made)})
            file.write(made)
    return rows


def verdict(data):
    try:
        checker.check_model(data, full_check=True)
        return None
    except Exception as error:  # whatever it throws is its verdict
        return f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]


def judge(folder, rows):
    """Appends a line a model; a copy of this process judges, so that what ends it costs one model."""
    done = 0
    while done < len(rows):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            judge_from(folder, rows, done, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answers:
            for line in answers:
                rows[done]["theirs"] = json.loads(line)
                done += 1
        os.waitpid(child, 0)
        if done < len(rows):
            rows[done]["theirs"] = "the checker crashed"
            done += 1
    with open(folder / "mutations.jsonl", "w") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")


def judge_from(folder, rows, start, write):
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)  # experimental operators are told on standard output
    data = (folder / "mutations.bin").read_bytes()
    with os.fdopen(write, "w", buffering=1) as answers:
        for row in rows[start:]:
            answers.write(json.dumps(verdict(data[row["offset"] : row["offset"] + row["length"]])) + "\n")


def main():
    folder, count, seed = sys.argv[1:]
    rows = write_mutations(pathlib.Path(folder), int(count), seed)
    judge(pathlib.Path(folder), rows)
    rejected = sum(row["theirs"] is not None for row in rows)
    print(f"{len(rows)} mutations, seed {seed}: onnx rejects {rejected}")


if __name__ == "__main__":
    main()
