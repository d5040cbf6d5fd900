"""Random programs that torch.jit.script takes, from a seed: what decides their course is data, sizes and plain numbers.

usage: generate.py SEED    prints one program

A program has one function `program(x: Tensor, y: Tensor, n: int)` that returns a tuple, and helper functions. Numbers stay
multiples of small powers of two, so that sums in any order are exact and a comparison never hangs on rounding. Every
program draws on a few of the FEATURES, so that short ones show how two of them go together.
"""
import random
import sys

# Kinds of variables: TorchScript's type, the names, and what they hold at first.
KINDS = {
    "tensor": ("Tensor", ["t0", "t1", "t2"], ["x * 2", "x + 1", "y - x", "x.clone()", "torch.relu(x)", "y + n"]),
    "row": ("Tensor", ["r0", "r1"], ["x[0]", "y[-1] + 1", "x.sum(0)", "t0[0]", "t1[-1]"]),
    "ragged": ("Tensor", ["g0", "g1"], ["x[x[:, 0] > 0]", "y[:n % 3]", "x[1:]", "torch.cat([x, y])"]),
    "int": ("int", ["i0", "i1", "i2"], ["n", "int(x[0, 0])", "x.size(0)", "2", "n % 3", "len(y)", "int(y.sum()) % 5"]),
    "float": ("float", ["f0", "f1"], ["float(x[0, 1])", "0.5", "float(x[0, 0]) * 0.5", "float(n)"]),
    "bool": ("bool", ["b0", "b1"], ["bool(x[0, 1] > 0)", "n > 2", "x.size(0) > 2", "True"]),
    "list": ("List[Tensor]", ["l0", "l1"], ["[x, y]", "[x]", "[t0, x + 1, y]"]),
    "ints": ("List[int]", ["k0", "k1"], ["[1, 2]", "[n, 3, x.size(0)]", "[0]"]),
    "dict": ("Dict[str, Tensor]", ["d0"], ["{'a': x, 'b': y}", "{'a': x + 1, 'b': t0}"]),
    "optional": ("Optional[Tensor]", ["o0", "o1"], ["None", "x + 3"]),
    "maybe": ("Optional[int]", ["m0"], ["None", "n", "4"]),
    "text": ("str", ["s0", "s1"], ["'add'", "'mul'", "'none'"]),
    "pair": ("Tuple[Tensor, int]", ["p0"], ["(x, 1)", "(t0, n)"]),
}
ALWAYS = ["tensor", "int", "bool"]
FEATURES = ["row", "ragged", "float", "list", "ints", "dict", "optional", "maybe", "text", "pair", "helpers", "writes",
            "loops", "returns"]

HEADER = "import torch\nfrom torch import Tensor\nfrom typing import Dict, List, Optional, Tuple\n"


class Program:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.features = set(self.random.sample(FEATURES, self.random.randint(3, 7)))
        self.kinds = [kind for kind in KINDS if kind in ALWAYS or kind in self.features]
        # What stands in scope: the names of each kind; loops add their own.
        self.scope = {kind: list(KINDS[kind][1]) if kind in self.kinds else [] for kind in KINDS}
        # Lists that are being gone through may not change.
        self.frozen = []
        self.depth = 0
        self.serial = 0
        self.lines = []
        self.helpers = self.make_helpers() if "helpers" in self.features else []

    def source(self):
        self.emit(0, "def program(x: Tensor, y: Tensor, n: int):")
        for kind in self.kinds:
            type_, names, starts = KINDS[kind]
            for name in names:
                self.emit(1, f"{name}: {type_} = {self.random.choice(starts)}")
        self.block(1, self.random.randint(3, 8), loop=False)
        self.emit(1, f"return {self.result()}")
        return HEADER + "".join(self.helpers) + "\n".join(self.lines) + "\n"

    # Expressions, by the kind of what they give.

    def any(self, kind):
        return self.random.choice(self.scope[kind])

    def pick(self, *choices):
        """One of several expressions, each a thunk, or a pair of a feature and a thunk that needs it."""
        able = [c for c in choices if not isinstance(c, tuple) or all(self.scope.get(k) for k in c[:-1])]
        chosen = self.random.choice(able)
        return (chosen[-1] if isinstance(chosen, tuple) else chosen)()

    def tensor(self):
        t = lambda: self.any("tensor")
        choices = [
            lambda: t(),
            lambda: f"{t()} + 1",
            lambda: f"({t()} - {t()}).clamp(-8, 8)",
            lambda: f"({t()} * {self.any('int')}).clamp(-8, 8)",
            lambda: f"{t()} * 0.5",
            lambda: f"torch.relu({t()})",
            lambda: f"-{t()}",
            lambda: f"torch.maximum({t()}, {t()})",
            lambda: f"torch.where({t()} > 0, {t()}, {t()})",
            lambda: f"{t()}.clone()",
            lambda: f"{t()}.view(-1, 3)",
            lambda: f"{t()}[:, :]",
            lambda: f"{t()}.t().reshape(3, -1).t()",
            lambda: f"{t()} + {self.any('int')}",
            lambda: f"torch.flip({t()}, [0])",
            ("row", lambda: f"{t()} + {self.any('row')}"),
            ("row", lambda: f"{self.any('row')}.expand(x.size(0), 3)"),
            ("float", lambda: f"{t()} + {self.any('float')}"),
            ("ragged", lambda: f"{t()} + {self.any('ragged')}.sum(0)"),
            ("list", lambda: f"{self.any('list')}[{self.random.choice(['0', '-1'])}]"),
            ("list", lambda: f"torch.stack({self.any('list')}).sum(0).clamp(-8, 8)"),
            ("list", self.item),
            ("dict", lambda: self.random.choice(["d0['a']", "d0['b']"])),
            ("optional", self.unwrapped),
            ("pair", lambda: "p0[0]"),
        ]
        if "helpers" in self.features:
            choices += [lambda: f"helper0({t()}, {self.int()})", lambda: f"helper1({t()}, {self.bool()})[0]"]
        return self.pick(*choices)

    def item(self):
        name = self.any("list")
        return f"{name}[{self.any('int')} % len({name})]"

    def unwrapped(self):
        name = self.any("optional")
        return f"({name} if {name} is not None else {self.any('tensor')})"

    def row(self):
        t = lambda: self.any("tensor")
        return self.pick(
            lambda: self.any("row"),
            lambda: f"{t()}[0]",
            lambda: f"{t()}[-1]",
            lambda: f"{t()}[{self.index()}]",
            lambda: f"{t()}.sum(0).clamp(-8, 8)",
            lambda: f"{self.any('row')} + 1",
            lambda: f"{t()}.max(0)[0]",
            ("ragged", lambda: f"{self.any('ragged')}.sum(0).clamp(-8, 8)"),
            ("list", lambda: f"{self.any('list')}[0][0]"),
        )

    def index(self):
        return self.random.choice(["0", "-1", f"({self.any('int')} % x.size(0))", f"({self.any('int')} % {self.any('tensor')}.shape[0])"])

    def ragged(self):
        t, g = lambda: self.any("tensor"), lambda: self.any("ragged")
        return self.pick(
            lambda: g(),
            lambda: f"{g()} + 1",
            lambda: f"{t()}[{t()}[:, 0] > 0]",
            lambda: f"{g()}[{g()}.size(0) // 2:]",
            lambda: f"{t()}[:{self.any('int')} % 4]",
            lambda: f"{t()}[{self.any('int')}:]",
            lambda: f"torch.cat([{g()}[:4], {t()}])",
            lambda: f"{g()}[1:]",
            ("list", lambda: f"torch.cat({self.any('list')})"),
        )

    def int(self):
        i = lambda: self.any("int")
        return self.pick(
            lambda: i(),
            lambda: f"{i()} + 1",
            lambda: f"{i()} - 1",
            lambda: f"{i()} % 3",
            lambda: f"({i()} + {i()}) // 2",
            lambda: f"min({i()}, 4)",
            lambda: f"max({i()}, {i()}) % 5",
            lambda: str(self.random.randint(0, 4)),
            lambda: f"int({self.any('tensor')}.sum()) % 4",
            lambda: f"abs({i()}) % 6",
            lambda: f"{self.any('tensor')}.size(0)",
            lambda: f"{self.any('tensor')}.numel() % 5",
            lambda: f"({i()} if {self.bool()} else {i()})",
            ("float", lambda: f"int({self.any('float')})"),
            ("ragged", lambda: f"{self.any('ragged')}.size(0)"),
            ("list", lambda: f"len({self.any('list')})"),
            ("ints", lambda: f"{self.any('ints')}[{self.random.choice(['0', '-1'])}]"),
            ("ints", lambda: f"len({self.any('ints')})"),
            ("maybe", lambda: "(m0 if m0 is not None else 1)"),
            ("pair", lambda: "p0[1]"),
        )

    def float(self):
        f = lambda: self.any("float")
        return self.pick(
            lambda: f"{f()} * 0.5",
            lambda: f"min(max({f()} + {self.any('int')}, -8.0), 8.0)",
            lambda: f"float({self.any('tensor')}[0, 0])",
            lambda: f"float({self.any('int')})",
            lambda: f"float({self.any('tensor')}.sum()) * 0.25",
            lambda: self.random.choice(["0.25", "1.5", "-2.0"]),
        )

    def bool(self):
        return self.pick(
            lambda: self.any("bool"),
            lambda: f"not {self.any('bool')}",
            lambda: f"bool({self.any('tensor')}.sum() > {self.random.randint(-3, 3)})",
            lambda: f"bool({self.any('tensor')}[0, 0] > 0)",
            lambda: f"{self.any('int')} > {self.random.randint(0, 3)}",
            lambda: f"{self.any('int')} == {self.any('int')}",
            lambda: f"({self.any('bool')} and {self.any('int')} < 3)",
            lambda: f"({self.any('bool')} or {self.any('int')} > 1)",
            lambda: f"{self.any('tensor')}.size(0) > {self.random.randint(1, 3)}",
            ("float", lambda: f"{self.any('float')} < {self.random.choice(['0.5', '1.0', '-1.0'])}"),
            ("ragged", lambda: f"{self.any('ragged')}.size(0) > {self.random.randint(0, 2)}"),
            ("list", lambda: f"len({self.any('list')}) > {self.random.randint(1, 3)}"),
            ("ints", lambda: f"{self.any('int')} in {self.any('ints')}"),
            ("optional", lambda: f"{self.any('optional')} is None"),
            ("maybe", lambda: "m0 is not None"),
            ("text", lambda: f"{self.any('text')} == '{self.random.choice(['add', 'mul'])}'"),
            ("dict", lambda: "'c' in d0"),
        )

    def list(self):
        l = lambda: self.any("list")
        return self.pick(
            lambda: l(),
            lambda: f"[{self.tensor()}, {self.tensor()}]",
            lambda: f"[{self.tensor()}]",
            lambda: f"{l()} + [{self.tensor()}]",
            lambda: f"{l()}[:{self.random.randint(1, 2)}]",
            lambda: f"{l()}[-1:]",
            lambda: f"[e + 1 for e in {l()}]",
            lambda: f"[e for e in {l()}]",
            lambda: f"list({l()})",
        )

    def ints(self):
        k = lambda: self.any("ints")
        return self.pick(
            lambda: k(),
            lambda: f"[{self.int()}, {self.int()}]",
            lambda: f"{k()} + [{self.int()}]",
            lambda: f"{k()}[:{self.random.randint(1, 3)}]",
            lambda: f"[e + 1 for e in {k()}]",
            lambda: "[0] * (abs(%s) %% 3 + 1)" % self.any("int"),
            lambda: f"[{self.int()}]",
        )

    def value(self, kind):
        if kind in ("tensor", "row", "ragged", "int", "float", "bool", "list", "ints"):
            return getattr(self, kind)()
        if kind == "dict":
            return "{'a': %s, 'b': %s}" % (self.tensor(), self.tensor())
        if kind == "optional":
            return self.random.choice(["None", self.tensor(), self.any("optional")])
        if kind == "maybe":
            return self.random.choice(["None", self.int()])
        if kind == "text":
            return self.random.choice(["'add'", "'mul'", "'none'", self.any("text")])
        return f"({self.tensor()}, {self.int()})"

    # Statements.

    def emit(self, indent, line):
        self.lines.append("    " * indent + line)

    def block(self, indent, count, loop):
        before = len(self.lines)
        for _ in range(count):
            self.statement(indent, loop)
        if len(self.lines) == before:
            self.emit(indent, "pass")

    def statement(self, indent, loop):
        able = ["assign"] * 5 + ["change"] * 3
        if self.depth < 3:
            able += ["branch"] * 4
        if self.depth < 2 and "loops" in self.features:
            able += ["count", "through", "until"] * 1 + ["count"]
        getattr(self, f"make_{self.random.choice(able)}")(indent, loop)

    def make_assign(self, indent, _):
        kind = self.random.choice(self.kinds)
        names = [name for name in KINDS[kind][1] if name not in self.frozen]
        if names:
            self.emit(indent, f"{self.random.choice(names)} = {self.value(kind)}")

    def make_change(self, indent, _):
        """A change of what several names may share."""
        t = lambda: self.any("tensor")
        changes = []
        if "writes" in self.features:
            changes += [
                f"{t()}.add_(1)",
                f"{t()}.mul_(0.5)",
                f"{t()}[0] = {t()}[-1]",
                f"{t()}[:, 1] = {self.random.randint(-2, 2)}",
                f"{t()}[0, 0] += 1",
                f"{t()}[{self.index()}, 0] = {self.random.randint(-2, 2)}",
                f"{t()}[1:].neg_()",
                f"{t()}.copy_({t()})",
                f"{t()}.t()[0].add_(1)",
                f"{t()}.masked_fill_({t()} > 2, 0.0)",
                f"{t()}[{t()} > 3] = 1.0",
                f"{t()} += {self.any('int')}",
            ]
            if self.scope["row"]:
                changes += [f"{self.any('row')}.add_(1)", f"{self.any('row')}[0] = 2", f"{t()}[0] = {self.any('row')}"] * 2
        for name in self.scope["list"]:
            if name in self.frozen:
                continue
            changes += [
                f"{name}.append({self.tensor()})",
                f"{name}[0] = {self.tensor()}",
                f"{name}[-1] = {self.tensor()}",
                f"{name}.extend([{self.tensor()}])",
                f"{name}.insert(0, {self.tensor()})",
                f"if len({name}) > 1: {name}.pop()",
                f"if len({name}) > 1: {name}.pop(0)",
                f"{name} += [{self.tensor()}]",
                f"{name}.reverse()",
            ]
        for name in self.scope["ints"]:
            if name in self.frozen:
                continue
            changes += [
                f"{name}.append({self.int()})",
                f"{name}[0] = {self.int()}",
                f"{name}.extend([{self.int()}, 2])",
                f"if len({name}) > 1: {name}.pop()",
                f"{name}[-1] += 1",
            ]
        if self.scope["dict"]:
            changes += [f"d0['a'] = {self.tensor()}", f"d0['c'] = {self.tensor()}", f"d0['b'] = d0['a'] + 1"] * 2
        if self.scope["optional"]:
            name = self.any("optional")
            changes += [f"if {name} is not None: t0 = {name} + 1"] * 2
        if self.scope["maybe"]:
            changes += ["if m0 is not None: i0 = m0 + 1"]
        if self.scope["text"]:
            changes += [f"if {self.any('text')} == 'add': t0 = t0 + 1"] * 2
        if changes:
            self.emit(indent, self.random.choice(changes))

    def make_branch(self, indent, loop):
        self.depth += 1
        self.emit(indent, f"if {self.bool()}:")
        self.block(indent + 1, self.random.randint(1, 3), loop)
        chance = self.random.random()
        if loop and chance < 0.25:
            self.emit(indent + 1, self.random.choice(["break", "continue"]))
        elif "returns" in self.features and chance < 0.3:
            self.emit(indent + 1, f"return {self.result()}")
        if self.random.random() < 0.6:
            self.emit(indent, "else:")
            self.block(indent + 1, self.random.randint(1, 3), loop)
        self.depth -= 1

    def loop_body(self, indent):
        self.depth += 1
        self.block(indent + 1, self.random.randint(1, 3), loop=True)
        self.depth -= 1

    def fresh(self, prefix):
        self.serial += 1
        return f"{prefix}{self.serial}"

    def make_count(self, indent, _):
        name = self.fresh("c")
        spans = ["2", "x.size(0)", f"{self.any('int')} % 3", f"min({self.any('int')}, 3)", f"abs({self.any('int')}) % 4",
                 f"0, {self.any('int')} % 5, 2", f"1, {self.any('int')} % 4", f"{self.any('int')} % 3, 0, -1"]
        self.emit(indent, f"for {name} in range({self.random.choice(spans)}):")
        self.within("int", name, indent)

    def within(self, kind, name, indent):
        self.scope[kind].append(name)
        self.loop_body(indent)
        self.scope[kind].remove(name)

    def make_through(self, indent, _):
        kind = self.random.choice(["list", "ints", "tensor", "dict"])
        if not self.scope[kind]:
            return self.make_count(indent, _)
        name = self.fresh("e")
        source = self.any(kind)
        if kind == "dict":
            self.emit(indent, f"for key{name}, {name} in d0.items():" if self.random.random() < 0.5 else f"for {name} in d0.values():")
            self.frozen_within("tensor", name, "d0", indent)
        elif kind == "tensor":
            self.emit(indent, f"for {name} in {source}:")
            if self.scope["row"]:
                self.frozen_within("row", name, source, indent)
            else:
                self.emit(indent + 1, f"t0 = (t0 + {name}).clamp(-8, 8)")
        elif self.random.random() < 0.3:
            at = self.fresh("c")
            self.emit(indent, f"for {at}, {name} in enumerate({source}):")
            self.scope["int"].append(at)
            self.frozen_within("tensor" if kind == "list" else "int", name, source, indent)
            self.scope["int"].remove(at)
        else:
            self.emit(indent, f"for {name} in {source}:")
            self.frozen_within("tensor" if kind == "list" else "int", name, source, indent)

    def frozen_within(self, kind, name, source, indent):
        """A body during which no list or dict changes: another name may be the one that is gone through."""
        self.scope[kind].append(name)
        held = self.frozen
        self.frozen = held + self.scope["list"] + self.scope["ints"] + self.scope["dict"]
        dicts, self.scope["dict"] = self.scope["dict"], []
        self.loop_body(indent)
        self.scope["dict"] = dicts
        self.frozen = held
        self.scope[kind].remove(name)

    def make_until(self, indent, _):
        name = self.fresh("w")
        self.emit(indent, f"{name} = 0")
        self.emit(indent, f"while {name} < {self.random.randint(1, 4)} and {self.bool()}:")
        self.emit(indent + 1, f"{name} += 1")
        self.loop_body(indent)

    def result(self):
        parts = ["t0", "t1", "t2", "i0", "i1", "b0"]
        more = {
            "row": ["r0", "r1"],
            "ragged": ["g0", "g1"],
            "float": ["f0"],
            "list": ["torch.stack(l0).sum(0)", "len(l1)", "l1[-1]"],
            "ints": ["len(k0)", "k0[0]", "k1[-1]"],
            "dict": ["d0['a']", "d0['b']", "len(d0)"],
            "optional": ["o0 if o0 is not None else x", "o1 is None"],
            "maybe": ["m0 if m0 is not None else -1"],
            "text": ["1 if s0 == 'add' else (2 if s0 == 'mul' else 3)"],
            "pair": ["p0[0]", "p0[1]"],
        }
        return ", ".join(parts + [each for kind in self.kinds for each in more.get(kind, [])])

    # Helper functions.

    def make_helpers(self):
        way = self.random.randint(0, 2)
        first = [
            "    if k > 2:\n        return torch.relu(a)\n    return a + k\n",
            "    for j in range(k % 3):\n        a = a + j\n        if j > 0:\n            return a\n    return a - 1\n",
            "    while k > 2:\n        a = a * 0.5\n        k -= 2\n    return a\n",
        ][way]
        second = self.random.choice([
            "    if c:\n        return a.clone(), 1\n    return a + 1, 2\n",
            "    k = 0\n    if c:\n        k = int(a.sum()) % 3\n    else:\n        a = -a\n    return a, k\n",
        ])
        return [
            f"def helper0(a: Tensor, k: int) -> Tensor:\n{first}\n",
            f"def helper1(a: Tensor, c: bool) -> Tuple[Tensor, int]:\n{second}\n",
        ]


if __name__ == "__main__":
    print(Program(int(sys.argv[1])).source())
