"""Small words about tensors and lists."""


def a_kind(value):
    name = type(value).__name__
    return "None" if value is None else f"an object of {name}"


def shape_text(tensor):
    return "[" + ",".join(str(size) for size in tensor.shape) + "]"


def listed(names, most=12):
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def dtype_name(dtype):
    return str(dtype).replace("torch.", "")


def short(value):
    text = repr(value) if isinstance(value, (bool, int, float, str, list, tuple)) else a_kind(value)
    return text if len(text) <= 60 else text[:57] + "..."


def counted(things, noun):
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"
