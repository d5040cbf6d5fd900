import { expect, test } from 'vitest';
import { readScope } from '../../../../../src/core/formats/torch/exported-graph.ts';
import { openTorchFile } from '../../../../../src/core/formats/torch/open.ts';
import { MemoryBytes } from '../../../../../src/core/ir/bytes.ts';
import { shapeText } from '../../../../../src/core/ir/shape.ts';
import { EXPECTED, errorOf, exported, fixture, lineOf, refusal, unzip, zipOf } from './build.ts';

const LAYOUTS = ['exported.pt2', 'exported-2.8.pt2', 'exported-2.7.pt2', 'exported-2.4.pt2'];

test.each(LAYOUTS)('%s has the weights that PyTorch has', (name) => {
  const { weights } = exported(name);
  for (const [path, { dtype, shape, values }] of Object.entries(EXPECTED)) {
    const tensor = weights.get(path)?.tensor;
    expect([path, `torch.${tensor?.dtype}`, tensor?.shape, tensor?.numbers()]).toEqual([path, dtype, shape, values]);
  }
  expect(weights.get('lifted_tensor_0')?.tensor.numbers()).toEqual([1, 2, 3]);
  expect(weights.get('head.weight')?.storage).toBe(weights.get('tied.weight')?.storage);
  // PyTorch 2.4 kept parameters as plain tensors.
  if (name !== 'exported-2.4.pt2') expect(weights.get('head.weight')?.isParameter).toBe(true);
  expect(weights.get('scale')?.isParameter).toBe(false);
  expect(weights.get('blocks.0.conv.weight')).toMatchObject({ strides: [27, 1, 9, 3] });
});

test('a program of PyTorch 2.1 has its weights, its constants and its signature', () => {
  const { weights, graph, inputSpecs, outputSpecs, schemaVersion } = exported('exported-2.1.pt2');
  const paths = {
    'blocks.0.conv.weight': 'getattr_L__self___blocks___0___conv.weight',
    'tied.bias': 'L__self___tied.bias',
    scale: 'L__self___scale',
  };
  for (const [path, old] of Object.entries(paths)) {
    expect(weights.get(old)?.tensor.numbers()).toEqual(EXPECTED[path]?.values);
  }
  expect(weights.get('_tensor_constant0')?.tensor.numbers()).toEqual([1, 2, 3]);
  expect(inputSpecs.slice(4)).toEqual([
    { kind: 'parameter', name: 'arg4_1', target: 'L__self___tied.bias' },
    { kind: 'buffer', name: 'arg5_1', target: 'L__self___scale', persistent: true },
    { kind: 'user-input', argument: { kind: 'tensor', name: 'arg6_1' } },
    { kind: 'tensor-constant', name: '_tensor_constant0', target: '_tensor_constant0' },
  ]);
  expect(outputSpecs).toEqual([{ kind: 'user-output', argument: { kind: 'tensor', name: 'mul' } }]);
  expect(schemaVersion).toEqual({ major: 1, minor: 0 });
  expect(shapeText(graph.tensors.get('arg6_1')?.shape)).toMatch(/^\[1, 3, s0, 4\]$/);
  expect(graph.tensors.get('arg0_1')).toMatchObject({ strides: [27, 1, 9, 3], storageOffset: 0 });
  // That version kept no lines.
  expect(graph.nodes[0]).toMatchObject({
    name: 'convolution',
    origin: [],
    scope: [
      { path: 'blocks', type: 'torch.nn.modules.container.Sequential' },
      { path: 'blocks.0', type: 'net.Block' },
      { path: 'blocks.0.conv', type: 'torch.nn.modules.conv.Conv2d' },
    ],
  });
});

test('what schema 1 said otherwise', () => {
  const { graph, outputSpecs } = edited(
    unzip(fixture('exported-2.1.pt2')),
    (json) => {
      const { graph, signature } = json.graph_module;
      graph.nodes[0].inputs = [
        {
          name: 'a',
          arg: {
            as_optional_tensors: [
              { as_tensor: 'x', as_none: null },
              { as_tensor: null, as_none: [] },
            ],
          },
        },
        { name: 'b', arg: { as_none: null, as_custom_obj: { blob: 'AAAA' } } },
      ];
      graph.sym_bool_values = { b: { as_expr: 's0 > 1', as_bool: null } };
      graph.sym_int_values = { i: { as_expr: { expr_str: '2*s0', hint: 8 }, as_int: null } };
      signature.buffers_to_mutate = { mul: 'L__self___scale' };
    },
    'serialized_exported_program.json',
  );
  expect(graph.nodes[0]?.inputs.map(({ value }) => value)).toEqual([
    { kind: 'optional-tensors', names: ['x', undefined] },
    { kind: 'custom-object', name: '', className: '' },
  ]);
  expect(graph.symBools.get('b')).toEqual({ kind: 'expr', text: 's0 > 1', hint: undefined });
  expect(graph.symInts.get('i')).toMatchObject({ text: '2*s0', hint: 8n });
  expect(outputSpecs).toEqual([{ kind: 'buffer-mutation', name: 'mul', target: 'L__self___scale' }]);
});

test('paths of modules that PyTorch 2.1 wrote as Python', () => {
  const path = "getattr(getattr(L['self'].layers, '0').blocks, '12').conv";
  expect(readScope(`a:(${path},torch.nn.modules.conv.Conv2d);b:(L['self'],net.Net)`)).toEqual([
    { path: 'layers.0.blocks.12.conv', type: 'torch.nn.modules.conv.Conv2d' },
    { path: '', type: 'net.Net' },
  ]);
});

test('a path that nests without end is left as it is', () => {
  const nested = `${'getattr('.repeat(50_000)}L['self']${", 'a')".repeat(50_000)}`;
  expect(readScope(`a:(${nested},net.Net)`)[0]?.path.length).toBeGreaterThan(100_000);
});

test('arguments keep their types, and 64-bit integers their value', () => {
  const { graph } = exported('exported.pt2');
  const slice = graph.nodes.find((node) => node.target === 'torch.ops.aten.slice.Tensor');
  expect(slice).toMatchObject({
    name: 'slice_1',
    inputs: [
      { name: 'self', value: { kind: 'tensor', name: 'linear_1' }, keyword: false },
      { name: 'dim', value: { kind: 'int', value: 1n } },
      { name: 'start', value: { kind: 'int', value: 1n } },
      { name: 'end', value: { kind: 'int', value: 9223372036854775807n } },
    ],
    outputs: [{ kind: 'tensor', name: 'slice_1' }],
  });
  const convolution = graph.nodes[0];
  expect(convolution?.inputs[3]).toEqual({ name: 'stride', value: { kind: 'ints', value: [1n, 1n] }, keyword: false });
  const cast = graph.nodes.find((node) => node.target === 'torch.ops.aten.to.dtype');
  expect(cast?.inputs[1]?.value).toEqual({ kind: 'scalar-type', dtype: 'float32', scalarType: 7 });
});

test('sizes are numbers or expressions, with the ranges of their symbols', () => {
  const { graph, rangeConstraints } = exported('exported.pt2');
  expect(shapeText(graph.tensors.get('x')?.shape)).toMatch(/^\[1, 3, 2\*s\d+, 4\]$/);
  expect(graph.tensors.get('p_blocks_0_conv_weight')).toMatchObject({
    dtype: 'float32',
    shape: [4, 3, 3, 3],
    strides: [27, 1, 9, 3],
    storageOffset: 0,
    layout: 'Strided',
    device: { type: 'cpu', index: undefined },
  });
  const [symbol] = [...rangeConstraints].filter(([name]) => /^s\d+$/.test(name));
  expect(symbol?.[1]).toEqual({ min: 2n, max: 64n });
});

test('the signature says what inputs and outputs are', () => {
  const program = exported('exported.pt2');
  expect(program.argumentNames).toEqual(['x']);
  expect(program.inputSpecs).toContainEqual({ kind: 'parameter', name: 'p_head_weight', target: 'head.weight' });
  expect(program.inputSpecs).toContainEqual({ kind: 'buffer', name: 'b_scale', target: 'scale', persistent: true });
  expect(program.inputSpecs.at(-1)).toEqual({ kind: 'user-input', argument: { kind: 'tensor', name: 'x' } });
  expect(program.outputSpecs).toEqual([{ kind: 'user-output', argument: { kind: 'tensor', name: 'mul' } }]);
  expect(program).toMatchObject({ torchVersion: '2.13.0+cpu', schemaVersion: { major: 8 } });
});

test('nodes know their line and their modules', () => {
  const { graph } = exported('exported.pt2');
  const [convolution] = graph.nodes;
  expect(convolution?.origin[0]).toEqual({
    kind: 'python',
    file: 'net.py',
    line: lineOf('x = self.conv(x)'),
    function: 'forward',
    text: 'x = self.conv(x)',
  });
  expect(convolution?.origin.at(-1)?.file).toContain('/torch/');
  expect(convolution?.scope).toEqual([
    { path: '', type: 'net.Net' },
    { path: 'blocks', type: 'torch.nn.modules.container.Sequential' },
    { path: 'blocks.0', type: 'net.Block' },
    { path: 'blocks.0.conv', type: 'torch.nn.modules.conv.Conv2d' },
  ]);
});

test('commas in brackets, repeated calls and old type names of module stacks', () => {
  expect(readScope("L__self__,,net.Net;L['self'].a[0, 1],a.0@1,<class 'net.Block'>;broken")).toEqual([
    { path: '', type: 'net.Net' },
    { path: 'a.0', type: 'net.Block' },
  ]);
});

test('graphs of higher-order operators are arguments', () => {
  const cond = exported('branches.pt2').graph.nodes.find((node) => node.target === 'torch.ops.higher_order.cond');
  const graphs = cond?.inputs.flatMap(({ value }) => (value.kind === 'graph' ? [value.graph] : [])) ?? [];
  expect(graphs.map((graph) => graph.nodes.map((node) => node.target))).toEqual([
    ['torch.ops.aten.add.Tensor'],
    ['torch.ops.aten.mul.Tensor'],
  ]);
});

test('every member of the unions is read', () => {
  const entries = unzip(fixture('branches.pt2'));
  const arguments_ = {
    as_tensors: [{ name: 'x' }],
    as_optional_tensors: [{ as_tensor: { name: 'x' } }, { as_none: true }],
    as_optional_tensor: { as_none: true },
    as_nested_tensors: [[{ name: 'x' }], []],
    as_float: 'NaN',
    as_floats: [1, 0.5, '-Infinity'],
    as_float_lists: [[1.5]],
    as_int_lists: [[1], []],
    as_string: 'mean',
    as_strings: ['a'],
    as_bools: [true],
    as_complex: { real: 1, imag: -2.5 },
    as_sym_int: { as_name: 's' },
    as_sym_ints: [{ as_name: 's' }, { as_int: 3 }],
    as_sym_float: { as_float: 1.5 },
    as_sym_floats: [{ as_name: 'f' }],
    as_sym_bool: { as_name: 'b' },
    as_sym_bools: [{ as_bool: true }],
    as_memory_format: 2,
    as_layout: 7,
    as_device: { type: 'cuda', index: 1 },
    as_custom_obj: { name: 'o', class_fqn: 'acme.Box' },
    as_operator: 'torch.ops.aten.add.Tensor',
    as_string_to_argument: { k: { as_bool: true } },
    as_none: true,
  };
  const inputs = Object.entries(arguments_).map(([kind, value]) => ({ name: kind, arg: { [kind]: value }, kind: 2 }));
  const program = edited(entries, (json) => {
    json.graph_module.graph.nodes[0].inputs = inputs;
  });
  expect(program.graph.nodes[0]?.inputs.map((input) => [input.value, input.keyword])).toEqual(
    [
      { kind: 'tensors', names: ['x'] },
      { kind: 'optional-tensors', names: ['x', undefined] },
      { kind: 'optional-tensor', name: undefined },
      { kind: 'nested-tensors', names: [['x'], []] },
      { kind: 'float', value: Number.NaN },
      { kind: 'floats', value: [1, 0.5, Number.NEGATIVE_INFINITY] },
      { kind: 'float-lists', value: [[1.5]] },
      { kind: 'int-lists', value: [[1n], []] },
      { kind: 'string', value: 'mean' },
      { kind: 'strings', value: ['a'] },
      { kind: 'bools', value: [true] },
      { kind: 'complex', real: 1, imaginary: -2.5 },
      { kind: 'sym-int', value: { kind: 'name', name: 's' } },
      {
        kind: 'sym-ints',
        value: [
          { kind: 'name', name: 's' },
          { kind: 'value', value: 3n },
        ],
      },
      { kind: 'sym-float', value: { kind: 'value', value: 1.5 } },
      { kind: 'sym-floats', value: [{ kind: 'name', name: 'f' }] },
      { kind: 'sym-bool', value: { kind: 'name', name: 'b' } },
      { kind: 'sym-bools', value: [{ kind: 'value', value: true }] },
      { kind: 'memory-format', format: 'ChannelsLast' },
      { kind: 'layout', layout: 'Strided' },
      { kind: 'device', device: { type: 'cuda', index: 1 } },
      { kind: 'custom-object', name: 'o', className: 'acme.Box' },
      { kind: 'operator', name: 'torch.ops.aten.add.Tensor' },
      { kind: 'map', entries: new Map([['k', { kind: 'bool', value: true }]]) },
      { kind: 'none' },
    ].map((value) => [value, true]),
  );
});

test('a program of a newer schema, and one that is damaged, say so', () => {
  const entries = unzip(fixture('branches.pt2'));
  const newer = errorOf(() =>
    edited(entries, (json) => {
      json.schema_version.major = 9;
    }),
  );
  expect([newer.code, newer.message]).toEqual(['format-unsupported', expect.stringContaining('9.')]);
  const damaged = errorOf(() =>
    edited(entries, (json) => {
      json.graph_module.graph.nodes[1].inputs[0].arg = { as_wonder: 1 };
    }),
  );
  expect([damaged.code, damaged.message]).toEqual([
    'file-malformed',
    expect.stringContaining('program.graph_module.graph.nodes[1].inputs[0].arg'),
  ]);
});

test('a weight that does not lie within its payload is refused', () => {
  const entries = unzip(fixture('exported.pt2'));
  const error = refusal(zipOf({ ...entries, 'exported/data/weights/weight_2': new Uint8Array(60) }), 'a.pt2');
  expect([error.code, error.message]).toEqual(['file-malformed', expect.stringContaining('weight_2')]);
});

test('of several programs one is named', () => {
  const entries = unzip(fixture('branches.pt2'));
  const [program = ''] = Object.keys(entries).filter((name) => name.endsWith('models/model.json'));
  const { [program]: json = '', ...rest } = entries;
  const both = zipOf({
    ...rest,
    [program.replace('model.json', 'a.json')]: json,
    [program.replace('model.json', 'b.json')]: json,
  });
  const open = (name?: string) => openTorchFile(new MemoryBytes('two.pt2', both), name);
  expect(open('b').kind).toBe('exported');
  const none = errorOf(() => open());
  expect([none.code, none.message, none.next]).toEqual([
    'format-unsupported',
    'the archive holds a, b, but no program called model',
    'Name the one to convert: --method a',
  ]);
  expect(errorOf(() => open('c')).code).toBe('bad-argument');
});

type Edit = Parameters<typeof JSON.parse>[0] extends string ? (json: ReturnType<typeof JSON.parse>) => void : never;

/** The program after a change of its JSON. */
function edited(entries: Record<string, Uint8Array>, edit: Edit, program = 'models/model.json') {
  const name = Object.keys(entries).find((entry) => entry.endsWith(program)) ?? '';
  const json = JSON.parse(Buffer.from(entries[name] ?? []).toString());
  edit(json);
  return exported('edited.pt2', zipOf({ ...entries, [name]: JSON.stringify(json) }));
}
