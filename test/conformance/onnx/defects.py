"""Models with one defect each: a valid model in ONNX text and the change that spoils it (defects.json).

Beside them (`oddities`) stand models that are right by the definition and that onnx.checker rejects all the same.

A change is a path into the protobuf message and what stands there afterwards: a number, a text, a message as an object,
null to take it away; `name[+]` adds to a list, `name[+0]` inserts at its start. Bytes are written as base64.
"""

import functools
import json
import pathlib
import re

from google.protobuf import json_format
from onnx import parser


@functools.cache
def table():
    return json.loads(pathlib.Path(__file__).with_name("defects.json").read_text())


def defects():
    """Every spoiled model as (name, bytes)."""
    bases = table()["bases"]
    for row in table()["defects"] + table()["oddities"]:
        model = parser.parse_model(bases[row["base"]])
        for path, value in row["edits"].items():
            edit(model, path, value)
        yield row["name"], model.SerializeToString()


def bases():
    """The valid models as (name, bytes)."""
    for name, text in table()["bases"].items():
        yield name, parser.parse_model(text).SerializeToString()


def links():
    """Names of links that models read their data from."""
    return [row["link"] for row in table()["oddities"] if "link" in row]


def edit(message, path, value):
    *steps, last = path.split(".")
    for step in steps:
        name, index = split(step)
        message = getattr(message, name) if index is None else getattr(message, name)[int(index)]
    name, index = split(last)
    if index is None:
        assign(message, name, value)
    else:
        change_list(getattr(message, name), index, value)


def split(step):
    """`node[3]` is the item 3 of the field node."""
    return re.fullmatch(r"(\w+)(?:\[(.+)\])?", step).groups()


def assign(message, name, value):
    message.ClearField(name)
    if value is None:
        return
    if isinstance(value, (dict, list)):
        json_format.ParseDict({name: value}, message)
    else:
        setattr(message, name, int(value) if isinstance(value, str) and name == "i" else value)


def change_list(items, index, value):
    if value is None:
        del items[int(index)]
    elif not isinstance(value, dict):
        if index == "+":
            items.append(value)
        else:
            items[int(index)] = int(value) if isinstance(items[int(index)], int) else value
    elif index == "+":
        json_format.ParseDict(value, items.add())
    elif index == "+0":
        items.insert(0, json_format.ParseDict(value, type(items.add())()))
        del items[-1]
    else:
        items[int(index)].Clear()
        json_format.ParseDict(value, items[int(index)])


#: Defects that onnx.checker accepts, and why each is an error all the same.
BEYOND_ONNX = {row["name"]: row["beyond"] for row in table()["defects"] if "beyond" in row}
