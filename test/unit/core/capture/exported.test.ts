import { expect, test } from 'vitest';
import { capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import type {
  Argument,
  ExportedNode,
  ExportedProgram,
  TensorMeta,
} from '../../../../src/core/formats/torch/exported.ts';
import { graphText, lines } from './support.ts';

const tensor = (name: string): Argument => ({ kind: 'tensor', name });
const int = (value: bigint): Argument => ({ kind: 'int', value });

function meta(...shape: number[]): TensorMeta {
  return {
    dtype: 'float32',
    scalarType: 7,
    shape,
    strides: shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1)),
    storageOffset: 0,
    requiresGrad: false,
    device: { type: 'cpu', index: undefined },
    layout: 'Strided',
  };
}

function node(target: string, inputs: Readonly<Record<string, Argument>>, ...outputs: Argument[]): ExportedNode {
  const named = Object.entries(inputs).map(([name, value]) => ({ name, value, keyword: false }));
  return { target, name: target, inputs: named, outputs, origin: [], scope: [], metadata: new Map() };
}

/** A program of one input `x`, as `.pt2` files give it: arguments by name, defaults left out. */
function exported(
  tensors: Readonly<Record<string, TensorMeta>>,
  nodes: ExportedNode[],
  output: string,
): ExportedProgram {
  return {
    kind: 'exported',
    file: 'net.pt2',
    graph: {
      inputs: [tensor('x')],
      outputs: [tensor(output)],
      nodes,
      tensors: new Map(Object.entries(tensors)),
      symInts: new Map(),
      symFloats: new Map(),
      symBools: new Map(),
    },
    inputSpecs: [{ kind: 'user-input', argument: tensor('x') }],
    outputSpecs: [{ kind: 'user-output', argument: tensor(output) }],
    weights: new Map(),
    argumentNames: ['x'],
    rangeConstraints: new Map(),
    opsetVersions: new Map(),
    torchVersion: '2.13.0',
    schemaVersion: { major: 8, minor: 0 },
  };
}

const run = (program: ExportedProgram) => capture(program, { inputs: [], customOps: NO_CUSTOM_OPERATORS });

test('a comparison of a tensor is an operator, not a comparison of Python values', () => {
  const program = exported(
    { x: meta(2, 3), eq: { ...meta(2, 3), dtype: 'bool', scalarType: 12 } },
    [node('torch.ops.aten.eq.Scalar', { self: tensor('x'), other: int(0n) }, tensor('eq'))],
    'eq',
  );
  const { model, problems } = run(program);
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe(
    lines(`
      output_0 = aten::eq.Scalar(x, other=0) : bool[2, 3]
      return output_0`),
  );
});

test('arguments behind one that is left out keep their names', () => {
  const program = exported(
    { x: meta(2, 3), y: meta(2, 2) },
    [node('torch.ops.aten.slice.Tensor', { self: tensor('x'), dim: int(1n), end: int(2n) }, tensor('y'))],
    'y',
  );
  const { model } = run(program);
  expect(graphText(model)).toBe(
    lines(`
      output_0 = aten::slice.Tensor(x, dim=1, start=None, end=2, step=1) : float32[2, 2]
      return output_0`),
  );
});
