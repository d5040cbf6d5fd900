import { expect, test } from 'vitest';
import { moduleClasses } from '../../../../../src/core/language/python/module-classes.ts';

const names = (text: string) => moduleClasses(text).map(({ name }) => name);

test('classes that derive from nn.Module, however it is called, with their lines', () => {
  const text = `import torch
import torch.nn as tnn
from torch import nn
from torch.nn import (
    Module as M,  # the base
    Sequential,
)

class A(nn.Module):
    pass
class B(torch.nn.Module): pass
class C(tnn.Module): pass
class D(M): pass
class E(Sequential): pass
`;
  expect(moduleClasses(text)).toEqual([
    { name: 'A', line: 8 },
    { name: 'B', line: 10 },
    { name: 'C', line: 11 },
    { name: 'D', line: 12 },
    { name: 'E', line: 13 },
  ]);
});

test('what derives from a class of the file derives from its bases, in whatever order they stand', () => {
  expect(
    names(`from torch import nn
class Leaf(Middle): pass
class Middle(Mixin, Base): pass
class Base(nn.Module): pass
class Mixin: pass
class Config(object): pass
`),
  ).toEqual(['Leaf', 'Middle', 'Base']);
});

test('classes in classes are named by both; those in functions have no name', () => {
  expect(
    names(`from torch import nn
class Outer(nn.Module):
    class Block(nn.Module):
        def forward(self, x): return x
    class Wide(Block): pass
    def make(self):
        class Hidden(nn.Module): pass
        return Hidden()
def factory():
    class Inner(nn.Module):
        class Deep(nn.Module): pass
if True:
    class Late(nn.Module): pass
`),
  ).toEqual(['Outer', 'Outer.Block', 'Outer.Wide', 'Late']);
});

test('a class of another file is a module where it has a forward of its own', () => {
  expect(
    names(`from .blocks import Base
from enum import Enum
class Net(Base):
    def forward(self, x):
        return x
class Kind(Enum):
    A = 1
class Plain:
    def forward(self, x): ...
class Old(object):
    def forward(self, x): ...
class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x): ...
`),
  ).toEqual(['Net']);
});

test('parameters, and what only looks like a module, are none', () => {
  expect(
    names(`from torch import nn
class P(nn.Parameter): pass
class D(torch.utils.data.Dataset): pass
class S(nn.utils.rnn.PackedSequence): pass
`),
  ).toEqual([]);
});

test('strings, comments and lines that go on do not confuse it', () => {
  expect(
    names(`"""
class Doc(nn.Module):
    it's a text
"""
from torch import nn
# class Comment(nn.Module): pass
text = 'class Text(nn.Module): pass'
long = """\\"""
class InText(nn.Module): pass
"""
class Wide(
    Generic[T, Dict[str, int]],  # of ')'
    nn.Module,
    metaclass=Meta,
):
    """Its own
class Lines(nn.Module): pass"""
    def forward(self, x): return x
class \\
    Continued(nn.Module): pass
class Typed[T](nn.Module): pass
class Made(make_base()): pass
`),
  ).toEqual(['Wide', 'Continued', 'Typed']);
});

test('names that are given to what is imported, and stars', () => {
  expect(
    names(`from torch.nn import *
import pytorch_lightning as pl
Base = pl.LightningModule
class A(Module): pass
class B(Base): pass
class C(Thing): pass
`),
  ).toEqual(['A', 'B']);
});

test('classes of libraries that are modules', () => {
  expect(
    names(`from torchvision.models import ResNet
from transformers import PreTrainedModel, PretrainedConfig
from timm.models.vision_transformer import VisionTransformer
class A(ResNet): pass
class B(PreTrainedModel): pass
class C(VisionTransformer): pass
class D(PretrainedConfig): pass
`),
  ).toEqual(['A', 'B', 'C']);
});

test('circles and text that is half written end', () => {
  expect(names('class A(B): pass\nclass B(A): pass\n')).toEqual([]);
  expect(names('from torch import nn\nclass A(nn.Module')).toEqual([]);
  expect(names('from torch import nn\nclass A(nn.Module):\n  x = "open\n  y = """')).toEqual(['A']);
});

test('a long file costs time by its length alone', () => {
  const text = `from torch import nn\n${'class A(nn.Module):\n    """Text "of" one."""\n    x = (1,\n  2)\n'.repeat(5000)}`;
  const started = performance.now();
  expect(names(text)).toHaveLength(5000);
  expect(performance.now() - started).toBeLessThan(5000);
});
