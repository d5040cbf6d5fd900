import { describe, expect, test } from 'vitest';
import { type CaptureOptions, capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import type {
  Argument,
  ExportedGraph,
  ExportedNode,
  ExportedProgram,
  OutputSpec,
  TensorMeta,
} from '../../../../src/core/formats/torch/exported.ts';
import { InputError } from '../../../../src/core/ir/errors.ts';
import { Expression } from '../../../../src/core/ir/expression.ts';
import { boundsOf, type Dim, shapeText } from '../../../../src/core/ir/shape.ts';
import { exported as exportedFile, fixture, unzip, zipOf } from '../formats/torch/build.ts';
import { graphText, lines, stored } from './support.ts';

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

const run = (program: ExportedProgram, options: Partial<CaptureOptions> = {}) =>
  capture(program, { inputs: [], customOps: NO_CUSTOM_OPERATORS, ...options });

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

/** A program with a buffer `n` beside the input. */
function withBuffer(nodes: ExportedNode[], outputs: OutputSpec[]): ExportedProgram {
  const tensors = { x: meta(2), b_n: meta(2), add_: meta(2), add: meta(2), y: meta(2) };
  const program = exported(tensors, nodes, 'y');
  return {
    ...program,
    graph: {
      ...program.graph,
      inputs: [tensor('b_n'), tensor('x')],
      outputs: outputs.map((spec) => tensor('name' in spec ? spec.name : 'y')),
    },
    inputSpecs: [{ kind: 'buffer', name: 'b_n', target: 'stage.n', persistent: true }, ...program.inputSpecs],
    outputSpecs: outputs,
    weights: new Map([['stage.n', stored('float32', [2])]]),
  };
}

const relu = node('torch.ops.aten.relu.default', { self: tensor('x') }, tensor('y'));
const y: OutputSpec = { kind: 'user-output', argument: tensor('y') };

test('a buffer that is changed in place, or by the signature, goes where no output reads it', () => {
  const inPlace = node('torch.ops.aten.add_.Tensor', { self: tensor('b_n'), other: int(1n) }, tensor('add_'));
  const plain = node('torch.ops.aten.add.Tensor', { self: tensor('b_n'), other: int(1n) }, tensor('add'));
  const mutation: OutputSpec = { kind: 'buffer-mutation', name: 'add', target: 'stage.n' };
  for (const program of [withBuffer([inPlace, relu], [y]), withBuffer([plain, relu], [mutation, y])]) {
    const { model, problems } = run(program);
    expect(problems).toEqual([]);
    expect(graphText(model)).toBe('output_0 = aten::relu(x) : float32[2]\nreturn output_0');
  }
  const reads = node('torch.ops.aten.mul.Tensor', { self: tensor('x'), other: tensor('b_n') }, tensor('y'));
  for (const program of [withBuffer([inPlace, reads], [y]), withBuffer([reads, plain], [mutation, y])]) {
    expect(run(program).problems.map((each) => [each.code, each.details.attribute])).toEqual([
      ['state-carried', 'stage.n'],
    ]);
    expect(run(program).model.graph.inputs.map((each) => each.name)).toEqual(['x', 'stage.n']);
    expect(run(program).model.graph.outputs.map((each) => each.name)).toEqual(['output_0', 'stage.n_next']);
  }
});

test('a number in the place of a tensor takes the overload for numbers', () => {
  const scaled = node(
    'torch.ops.aten.mul.Tensor',
    { self: tensor('x'), other: { kind: 'float', value: 0.5 } },
    tensor('y'),
  );
  expect(graphText(run(exported({ x: meta(2), y: meta(2) }, [scaled], 'y')).model)).toBe(
    'output_0 = aten::mul.Scalar(x, other=0.5) : float32[2]\nreturn output_0',
  );
});

test('what the file records of a result is checked', () => {
  const { problems } = run(exported({ x: meta(2), y: meta(3) }, [relu], 'y'));
  expect(problems.map((each) => each.code)).toEqual(['invalid-model']);
  expect(problems[0]?.message).toContain(
    'the file records float32[3] for a result of aten::relu, which gives float32[2]',
  );
});

test('an operator without a rule has the shape that the file records', () => {
  const unknown = node(
    'torch.ops.acme.swish.default',
    { x: tensor('x'), beta: { kind: 'float', value: 1.5 } },
    tensor('y'),
  );
  const { model, problems } = run(exported({ x: meta(2), y: meta(2) }, [unknown], 'y'));
  expect(problems).toEqual([]);
  expect(graphText(model)).toBe('output_0 = acme::swish(x, beta=1.5) : float32[2]\nreturn output_0');
});

test('results of one operator are named together, and getitem picks one', () => {
  const split = node(
    'torch.ops.aten.split.Tensor',
    { self: tensor('x'), split_size: int(1n) },
    { kind: 'tensors', names: ['a', 'b'] },
  );
  const first = node('_operator.getitem', { list: { kind: 'tensors', names: ['a', 'b'] }, at: int(1n) }, tensor('c'));
  const neg = node('torch.ops.aten.neg.default', { self: tensor('c') }, tensor('y'));
  const program = exported({ x: meta(2), a: meta(1), b: meta(1), c: meta(1), y: meta(1) }, [split, first, neg], 'y');
  expect(graphText(run(program).model)).toBe(
    lines(`split_0.0, split_0.1 = aten::split.Tensor(x, split_size=1, dim=0) : float32[1], float32[1]
           output_0 = aten::neg(split_0.1) : float32[1]
           return output_0`),
  );
});

describe('sizes that vary', () => {
  const rows = Expression.symbol('s0');
  const varying = { ...meta(1, 3), shape: [rows, 3] };
  const size = node(
    'torch.ops.aten.sym_size.int',
    { self: tensor('x'), dim: int(0n) },
    { kind: 'sym-int', value: { kind: 'name', name: 'n' } },
  );
  const view = node(
    'torch.ops.aten.view.default',
    {
      self: tensor('x'),
      size: {
        kind: 'sym-ints',
        value: [
          { kind: 'value', value: 3n },
          { kind: 'name', name: 'n' },
        ],
      },
    },
    tensor('y'),
  );
  const program = {
    ...exported({ x: varying, y: { ...meta(3, 1), shape: [3, rows] } }, [size, view], 'y'),
    rangeConstraints: new Map([['s0', { min: 2n, max: 8n }]]),
  };
  const given = (...shape: Dim[]) => run(program, { inputs: [{ key: 'x', dtype: 'float32', shape }] });

  test('are fixed by the numbers that the user gives', () => {
    expect(graphText(given(5, 3).model)).toBe('output_0 = aten::view(x, size=[3, 5]) : float32[3, 5]\nreturn output_0');
    expect(() => given(5, 4)).toThrow('the program was exported for x as float32[s0, 3], not as float32[5, 4]');
    expect(() => given(9, 3)).toThrow('not as float32[9, 3]');
    expect(() => given(5, Expression.symbol('columns'))).toThrow('not as float32[5, columns]');
  });

  test('stay symbols where the user says nothing, or have the names that the user gives', () => {
    for (const [name, { model, problems }] of [
      ['s0', run(program)],
      ['batch', given(Expression.symbol('batch'), 3)],
    ] as const) {
      expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
        `size-bounded: The program was exported for axis 0 of x (${name}) at least 2 and at most 8; the converted model is right for such sizes alone.`,
      ]);
      expect(String(model.graph.inputs[0]?.shape)).toBe(`${name},3`);
      expect(model.graph.inputs[0]?.shape?.map((dim) => boundsOf(dim))[0]).toEqual({ least: 2, most: 8 });
      expect(graphText(model)).toBe(
        [
          'sym_size_0 = aten::sym_size.int(x, dim=0) : int64[]',
          `output_0 = aten::view(x, sym_size_0, size=[3, ${name}], symbols=[${name}]) : float32[3, ${name}]`,
          'return output_0',
        ].join('\n'),
      );
    }
  });
});

test('bounds are told where there are any, once for each size', () => {
  const rows = Expression.symbol('s0');
  const told = (min: bigint | undefined, max: bigint | undefined) => {
    const program = exported({ x: { ...meta(2, 3), shape: [rows, rows] }, y: meta(2, 3) }, [relu], 'y');
    return run({ ...program, rangeConstraints: new Map([['s0', { min, max }]]) })
      .problems.filter(({ code }) => code === 'size-bounded')
      .map(({ message }) => /\) (.*);/.exec(message)?.[1]);
  };
  expect(told(0n, undefined)).toEqual([]);
  expect(told(2n, 9223372036854775807n)).toEqual([]);
  expect(told(5n, undefined)).toEqual(['at least 5']);
  expect(told(1n, 63n)).toEqual(['at most 63']);
});

test('what torch.vmap maps is refused with how to export it', () => {
  const { problems } = run(exportedFile('mapped.pt2'));
  expect(problems.map(({ code, origin }) => [code, origin[0]?.kind])).toEqual([['export-not-lowered', 'python']]);
  expect(problems[0]?.message).toContain('.run_decompositions({})');
});

test.each([
  // Written by make.py: by Dim("length", min=2, max=64), and a bound that torch.export found in x[:, :64].
  ['bounded.pt2', 'at least 2 and at most 64'],
  ['bounded-found.pt2', 'at least 2 and at most 63'],
])('%s keeps the name that the user gives its size, and says its bounds', (file, bounds) => {
  const length = Expression.symbol('length');
  const inputs = [{ key: 'x', dtype: 'float32', shape: [2, length] }] as const;
  const { model, problems } = run(exportedFile(file), { inputs });
  expect(String(model.graph.inputs[0]?.shape)).toBe('2,length');
  expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    `warning: The program was exported for axis 1 of x (length) ${bounds}; the converted model is right for such sizes alone.`,
  ]);
  const beyond = [{ key: 'x', dtype: 'float32', shape: [2, 65] }] as const;
  expect(() => run(exportedFile(file), { inputs: beyond })).toThrow('not as float32[2, 65]');
});

test('a program holds for the sizes that it was exported for', () => {
  const program = exported({ x: meta(2), y: meta(2) }, [relu], 'y');
  expect(() => run(program, { inputs: [{ key: 0, dtype: 'float32', shape: [4] }] })).toThrow('not as float32[4]');
});

test('plain graphs of higher-order operators are inlined, conditions on data become If', () => {
  const inner: ExportedGraph = {
    ...exported(
      { z: meta(2), w: meta(2) },
      [node('torch.ops.aten.neg.default', { self: tensor('z') }, tensor('w'))],
      'w',
    ).graph,
    inputs: [tensor('z')],
  };
  const graph: Argument = { kind: 'graph', name: 'g', graph: inner };
  const wrap = node(
    'torch.ops.higher_order.wrap_with_set_grad_enabled',
    { enabled: { kind: 'bool', value: false }, graph, x: tensor('x') },
    { kind: 'tensors', names: ['y'] },
  );
  const tensors = { x: meta(2), y: meta(2), p: { ...meta(), dtype: 'bool' as const } };
  expect(graphText(run(exported(tensors, [wrap], 'y')).model)).toBe(
    'output_0 = aten::neg(x) : float32[2]\nreturn output_0',
  );
  const any = node('torch.ops.aten.any.default', { self: tensor('x') }, tensor('p'));
  const cond = node(
    'torch.ops.higher_order.cond',
    { pred: tensor('p'), yes: graph, no: graph, operands: { kind: 'tensors', names: ['x'] } },
    { kind: 'tensors', names: ['y'] },
  );
  const { model, problems } = run(exported(tensors, [any, cond], 'y'));
  expect(problems).toEqual([]);
  const [, choice] = [...model.graph.nodes];
  expect(choice?.operator).toBe('prim::If');
  expect(choice?.subgraphs().map((branch) => [...branch.nodes].map((each) => each.op))).toEqual([['neg'], ['neg']]);
});

describe('sizes that the user has named in a live capture', () => {
  const named = (text: string, place = 'extra/graphwright.sizes.json', inputs: CaptureOptions['inputs'] = []) => {
    const entries = unzip(fixture('bounded.pt2'));
    const [folder = ''] = Object.keys(entries)[0]?.match(/^[^/]+\//) ?? [];
    const program = exportedFile('bounded.pt2', zipOf({ ...entries, [`${folder}${place}`]: text }));
    return shapeText(capture(program, { inputs, customOps: NO_CUSTOM_OPERATORS }).model.graph.inputs[0]?.shape);
  };

  test('keep their names, in the files of every PyTorch', () => {
    expect(named('{"x": [null, "columns"]}')).toBe('[2, columns]');
    expect(named('{"x": [null, "columns"]}', 'extra_files/graphwright.sizes.json')).toBe('[2, columns]');
  });

  test('have the names and numbers that are given now', () => {
    const input = { key: 'x', dtype: 'float32' } as const;
    const shape = [2, Expression.symbol('n')];
    expect(named('{"x": [null, "columns"]}', undefined, [{ ...input, shape }])).toBe('[2, n]');
    expect(named('{"x": [null, "columns"]}', undefined, [{ ...input, shape: [2, 10] }])).toBe('[2, 10]');
  });

  test('have names that can be such', () => {
    const before = named('{}');
    for (const text of ['{"x": [null, "two words"]}', '{"x": ["rows", null]}', '{"x": ["a"]}', '{"y": [null, "a"]}'])
      expect(named(text)).toBe(before);
    expect(() => named('[]')).toThrow(InputError);
  });
});
