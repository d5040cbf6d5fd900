/** Small programs for tests of the capture: a TorchScript archive out of source text, and the graph as text. */
import { type CaptureOptions, type CaptureResult, capture } from '../../../../src/core/capture/capture.ts';
import { NO_CUSTOM_OPERATORS } from '../../../../src/core/custom/definition.ts';
import { contiguousStrides } from '../../../../src/core/dialects/aten/layout.ts';
import type {
  PickledTensor,
  PickleValue,
  ScriptObject,
  TorchScriptArchive,
} from '../../../../src/core/formats/torch/archive.ts';
import { parseSource } from '../../../../src/core/formats/torch/parser.ts';
import { sourceFile } from '../../../../src/core/formats/torch/text.ts';
import type { Attribute } from '../../../../src/core/ir/attribute.ts';
import type { DataType } from '../../../../src/core/ir/dtype.ts';
import type { Model } from '../../../../src/core/ir/model.ts';
import { elementCount } from '../../../../src/core/ir/shape.ts';
import { Tensor } from '../../../../src/core/ir/tensor.ts';
import { typeText } from '../../../../src/core/ir/type.ts';
import type { Value } from '../../../../src/core/ir/value.ts';

export interface Program {
  /** The classes and functions of `code/__torch__.py`; the root module is class `M`. */
  readonly code: string;
  /** Attributes of the root: tensors, plain values, and `object(...)` for submodules. */
  readonly attributes?: Readonly<Record<string, PickleValue>>;
  readonly constants?: readonly PickleValue[];
  /** Example inputs of forward. */
  readonly inputs?: readonly PickleValue[];
  /** Of the archive: what its operators mean. Today's, unless given. */
  readonly version?: number;
  readonly identified?: boolean;
}

/** A module class `M` whose forward has the given parameters and body. */
export function forward(parameters: string, body: string, members = ''): string {
  const lines = body
    .trim()
    .split('\n')
    .map((line) => `    ${line}`);
  return `class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n${members}  def forward(self: __torch__.M, ${parameters}) -> Tensor:\n${lines.join('\n')}\n`;
}

let storages = 0;

export function stored(dtype: DataType, shape: readonly number[], values?: readonly number[]): PickledTensor {
  const numbers = values ?? new Array<number>(elementCount(shape)).fill(0);
  const tensor = Tensor.of(dtype, shape, numbers);
  const storage = { key: `data/${storages++}`, dtype, count: numbers.length, source: tensor.source };
  return {
    kind: 'tensor',
    dtype,
    shape,
    strides: contiguousStrides(shape),
    offset: 0,
    storage,
    requiresGrad: false,
    isParameter: false,
    tensor,
    quantization: undefined,
  };
}

export function object(className: string, attributes: Readonly<Record<string, PickleValue>> = {}): ScriptObject {
  return {
    kind: 'object',
    className: `__torch__.${className}`,
    attributes: new Map(Object.entries(attributes)),
    state: undefined,
  };
}

export function archive({
  code,
  attributes,
  constants = [],
  inputs,
  version = 10,
  identified = true,
}: Program): TorchScriptArchive {
  const source = sourceFile('code/__torch__.py', code);
  const definitions = parseSource(source, 'test.pt');
  return {
    kind: 'torchscript',
    file: 'test.pt',
    root: object('M', attributes),
    constants,
    tracedInputs: new Map(inputs ? [['forward', inputs]] : []),
    version,
    identified,
    sourceEntries: [source.entry],
    source: () => source,
    classOf: (name) => {
      const found = definitions.get(name);
      return found?.kind === 'class' ? found : undefined;
    },
    functionOf: (name) => {
      const found = definitions.get(name);
      return found?.kind === 'function' ? found : undefined;
    },
    originOf: (file, offset) => [{ kind: 'torchscript', file: file.entry, ...file.place(offset) }],
  };
}

export function captured(program: Program, options: Partial<CaptureOptions> = {}): CaptureResult {
  return capture(archive(program), { inputs: [], customOps: NO_CUSTOM_OPERATORS, ...options });
}

/** The graph, a line a node: `relu_0 = aten::relu(x) : float32[2]`, and its outputs. */
export function graphText({ graph }: Model): string {
  const lines: string[] = [];
  for (const node of graph.nodes) {
    const args = [
      ...node.inputs.map(nameOf),
      ...[...node.attributes].map(([name, attribute]) => `${name}=${attributeText(attribute)}`),
    ];
    const overload = node.overload === '' ? '' : `.${node.overload}`;
    lines.push(
      `${node.outputs.map(nameOf).join(', ')} = ${node.operator}${overload}(${args.join(', ')}) : ${node.outputs.map((value) => typeText(value.type)).join(', ')}`,
    );
  }
  lines.push(`return ${graph.outputs.map(nameOf).join(', ')}`);
  return lines.join('\n');
}

function nameOf(value: Value | undefined): string {
  return value?.name ?? 'None';
}

function attributeText(attribute: Attribute): string {
  if (attribute.type === 'none') return 'None';
  return Array.isArray(attribute.value) ? `[${attribute.value.join(', ')}]` : String(attribute.value);
}

/** Text without the indentation of a template. */
export function lines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}
