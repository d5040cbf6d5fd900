"""Writes the models that the ONNX suite measures: the standard's node tests, the models inside the Python package onnx,
other files that are named, models that together have every feature of a file, and models with one defect each.

    FOLDER/node/NAME/{model.onnx, test_data_set_0/*.pb}     one operator each, with inputs and outputs
    FOLDER/package/KIND/NAME/...                            pytorch-converted, pytorch-operator, simple: in the same layout
    FOLDER/real/NAME.onnx                                   whole networks
    FOLDER/features/NAME.onnx                               what features.py makes
    FOLDER/defects/NAME.onnx                                what defects.py makes
"""

import argparse
import pathlib
import shutil

import onnx.backend.test
import onnx.backend.test.case.node as node_cases
import onnx.backend.test.cmd_tools as cmd_tools

import defects
import features

PACKAGE = pathlib.Path(onnx.backend.test.__file__).parent / "data"
#: Kinds whose models are single files.
FLAT = ["real", "features", "defects"]
KINDS = ["pytorch-converted", "pytorch-operator", "simple"]


def write_node_tests(folder):
    cases = node_cases.collect_testcases(None)
    # generate_data collects model tests too, whose networks it would fetch.
    cmd_tools.model_test = argparse.Namespace(collect_testcases=lambda: cases)
    cmd_tools.generate_data(argparse.Namespace(output=str(folder)))


def write_models(folder, others):
    """Makes all of them anew. `others` are files or folders with more networks."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    write_node_tests(folder)
    for kind in KINDS:
        shutil.copytree(PACKAGE / kind, folder / "package" / kind)
    (folder / "real").mkdir()
    for file in [*PACKAGE.glob("light/*.onnx"), *files_of(others)]:
        shutil.copyfile(file, folder / "real" / file.name)
    write_features(folder / "features")
    write_defects(folder / "defects")


def files_of(places):
    for place in map(pathlib.Path, places):
        yield from sorted(place.glob("*.onnx")) if place.is_dir() else [place]


def write_features(folder):
    folder.mkdir()
    for name, model in features.features():
        onnx.save(model, folder / f"{name}.onnx")


def write_defects(folder):
    folder.mkdir()
    for name, data in defects.defects():
        (folder / f"{name}.onnx").write_bytes(data)
    (folder / "data.bin").write_bytes(bytes(64))
    for name in defects.links():
        (folder / name).symlink_to("data.bin")


def beyond_onnx():
    """Defects that onnx.checker accepts and that are errors to us, by name, and why."""
    return defects.BEYOND_ONNX


def find_models(folder):
    """Every model as (name, path), sorted: `node/test_abs`, `real/light_resnet50`, `defects/cycle`."""
    paths = [*folder.glob("node/*/model.onnx"), *folder.glob("package/*/*/model.onnx")]
    paths += [path for kind in FLAT for path in folder.glob(f"{kind}/*.onnx")]
    for path in sorted(paths):
        name = path.parent if path.name == "model.onnx" else path.with_suffix("")
        yield str(name.relative_to(folder)), path
