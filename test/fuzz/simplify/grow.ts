/** Grows a random model node by node: each is inferred and run as it is added, so that only models that work come about. */
import { inferModel } from '../../../src/core/dialects/onnx/infer.ts';
import { operatorSchema } from '../../../src/core/dialects/onnx/operators.ts';
import { encodeOnnx } from '../../../src/core/formats/onnx/write.ts';
import { type DataType, isFloat } from '../../../src/core/ir/dtype.ts';
import { sameShape } from '../../../src/core/ir/shape.ts';
import { Tensor } from '../../../src/core/ir/tensor.ts';
import type { Chance } from './chance.ts';
import { comparesWide } from './oddities.ts';
import {
  type Body,
  type Constant,
  type Known,
  type Line,
  type LocalFunction,
  programModel,
  readsOf,
} from './program.ts';
import { runAll } from './running.ts';
import { constantLike, randomTensor, tensorOf, typical } from './tensors.ts';

/** Larger values make a model slow, and say nothing that small ones do not. */
const MOST_ELEMENTS = 4000;
const EMPTY = Tensor.scalar('float32', 0);

export type AttributeGiven =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export interface Options {
  readonly attributes?: Readonly<Record<string, AttributeGiven | undefined>>;
  /** Numbers that are an attribute at some opsets and an input at others: `axes`. */
  readonly settings?: Readonly<Record<string, Setting | undefined>>;
  readonly outputs?: number;
  readonly bodies?: readonly Body[];
}

export interface Setting {
  readonly values: readonly number[];
  readonly dtype?: DataType;
  /** One number, as an input a scalar. */
  readonly scalar?: boolean;
}

/** What the parts of one program share. */
export interface Growing {
  readonly chance: Chance;
  readonly opset: number;
  readonly irVersion: number;
  names: number;
  readonly functions: LocalFunction[];
  /** How often each operator was taken, and refused. */
  readonly taken: Map<string, number>;
  readonly refused: Map<string, number>;
}

export class Grow {
  readonly inputs: Known[] = [];
  readonly constants: Constant[] = [];
  readonly lines: Line[] = [];
  private readonly made: Known[] = [];
  /** What was made and later nodes do not read. */
  readonly hidden: Known[] = [];

  constructor(
    readonly shared: Growing,
    readonly around?: Grow,
  ) {}

  get chance(): Chance {
    return this.shared.chance;
  }

  get opset(): number {
    return this.shared.opset;
  }

  /** Every value that a node here may read, in the order in which they came. */
  get pool(): readonly Known[] {
    return [...(this.around?.pool ?? []), ...this.inputs, ...this.constants, ...this.made];
  }

  /** Whether the opset has this operator. */
  has(op: string): boolean {
    const schema = operatorSchema('', op, this.opset);
    return schema !== undefined && !schema.deprecated;
  }

  name(stem = 'v'): string {
    return `${stem}${this.shared.names++}`;
  }

  /** A value at hand; late ones are likelier. */
  find(fits: (tensor: Tensor) => boolean): Known | undefined {
    const found = this.pool.filter(({ tensor }) => fits(tensor));
    return found.length > 0 ? this.chance.late(found) : undefined;
  }

  /** A value at hand of a rank between two, else a new input or constant. */
  any(dtypes: readonly DataType[], least = 0, most = 6): Known {
    const fits = ({ dtype, shape }: Tensor) => dtypes.includes(dtype) && shape.length >= least && shape.length <= most;
    return this.find(fits) ?? this.fresh(this.chance.pick(typical(dtypes)), this.chance.int(least, Math.min(most, 4)));
  }

  fresh(dtype: DataType, rank: number): Known {
    return this.source(randomTensor(this.chance, dtype, rank));
  }

  /** A new graph input, or within a body a constant. */
  source(tensor: Tensor): Known {
    if (this.around || this.inputs.length >= 4) return this.constant(tensor);
    const input = { name: this.name('x'), tensor };
    this.inputs.push(input);
    return input;
  }

  constant(tensor: Tensor): Known {
    const form = this.chance.flip(0.3) ? 'node' : this.around || this.chance.flip(0.95) ? 'initializer' : 'default';
    const constant: Constant = { name: this.name('c'), tensor, form };
    this.constants.push(constant);
    return constant;
  }

  /** A constant that fits an elementwise partner. */
  partner(known: Known): Known {
    return this.constant(constantLike(this.chance, known.tensor));
  }

  /** Lets later nodes read only the last of what was made so far: rules look for values that nobody else reads. */
  hideInner(): void {
    this.hidden.push(...this.made.splice(0, this.made.length - 1));
  }

  /** Adds a node if it works; gives its outputs. */
  async add(op: string, inputs: readonly (Known | undefined)[], options: Options = {}): Promise<Known[] | undefined> {
    const schema = operatorSchema('', op, this.opset);
    if (!schema || schema.deprecated) return undefined;
    const attributes = new Map(Object.entries(options.attributes ?? {}));
    const given = inputs.map((known) => known?.name ?? '');
    const before = this.constants.length;
    for (const [name, setting] of Object.entries(options.settings ?? {})) {
      if (!setting) continue;
      const at = schema.inputs.findIndex((formal) => formal.name === name);
      const facts = schema.attributes.get(name);
      if (facts) {
        const numbers = facts.type === 'float' || facts.type === 'floats' ? { floats: setting.values } : setting.values;
        const single = setting.scalar || facts.type === 'float' || facts.type === 'int';
        attributes.set(name, single ? scalarOf(numbers) : numbers);
      } else if (at >= 0) {
        while (given.length <= at) given.push('');
        given[at] = this.constant(settingTensor(setting)).name;
      } else {
        this.constants.length = before;
        return undefined;
      }
    }
    while (given.at(-1) === '') given.pop();
    const line: Line = {
      op,
      inputs: given,
      outputs: Array.from({ length: options.outputs ?? 1 }, () => this.name()),
      attributes: [...attributes].flatMap(([name, value]) =>
        value === undefined || !schema.attributes.has(name) ? [] : `${name} = ${attributeText(value)}`,
      ),
      bodies: options.bodies ?? [],
    };
    const outputs = await this.take(line);
    if (!outputs) this.constants.length = before;
    return outputs;
  }

  /** Adds a node of another domain, of which nothing is known but what it gives when it runs. `op` has its domain. */
  async addForeign(
    op: string,
    inputs: readonly Known[],
    attributes: Readonly<Record<string, AttributeGiven>> = {},
    outputs = 1,
  ): Promise<Known[] | undefined> {
    return this.take({
      op,
      inputs: inputs.map(({ name }) => name),
      outputs: Array.from({ length: outputs }, () => this.name()),
      attributes: Object.entries(attributes).map(([name, value]) => `${name} = ${attributeText(value)}`),
      bodies: [],
    });
  }

  /** Adds a node that there is already once more. */
  async again(line: Line): Promise<Known[] | undefined> {
    return this.take({ ...line, outputs: line.outputs.map(() => this.name()) });
  }

  private async take(line: Line): Promise<Known[] | undefined> {
    const outputs = await this.run(line);
    const called = this.shared.functions.some(({ domain, name }) => line.op === `${domain}.${name}`);
    count(outputs ? this.shared.taken : this.shared.refused, called ? 'local function' : line.op);
    if (!outputs) return undefined;
    this.lines.push(line);
    this.made.push(...outputs);
    return outputs;
  }

  /** A body that is grown by `grow`, which gives its outputs; undefined where that fails. */
  async body(
    attribute: string,
    inputs: readonly Known[],
    grow: (inner: Grow) => Promise<readonly Known[] | undefined>,
  ): Promise<Body | undefined> {
    const inner = new Grow(this.shared, this);
    inner.made.push(...inputs);
    const outputs = await grow(inner);
    if (!outputs) return undefined;
    // An output of a body is made in it, and once.
    const results: Known[] = [];
    for (const output of outputs) {
      const own = inner.lines.some((line) => line.outputs.includes(output.name)) && !results.includes(output);
      const [copy] = own ? [output] : ((await inner.add('Identity', [output])) ?? []);
      if (!copy) return undefined;
      results.push(copy);
    }
    return { attribute, inputs, constants: inner.constants, lines: inner.lines, outputs: results };
  }

  /** What a line gives for the values at hand; undefined where it does not work, or gives what is of no use. */
  private async run(line: Line): Promise<Known[] | undefined> {
    const { opset, irVersion, functions } = this.shared;
    const pool = new Map(this.pool.map((known) => [known.name, known]));
    const reads = [...readsOf(line)].flatMap((name) => pool.get(name) ?? []);
    const constants = reads
      .filter((each): each is Constant => 'form' in each)
      .map((each) => ({ ...each, form: 'initializer' as const }));
    const inputs = reads.filter((each) => !('form' in each));
    const outputs = line.outputs.map((name) => ({ name, tensor: EMPTY }));
    try {
      const model = programModel({
        opset,
        irVersion,
        inputs,
        constants,
        lines: [line],
        outputs,
        declared: new Map(),
        functions,
      });
      for (const output of model.graph.outputs) output.type = undefined;
      if (inferModel(model).length > 0) return undefined;
      const inferred = model.graph.outputs.map(({ shape }) => shape);
      if (comparesWide(line.op, reads)) return undefined;
      const [results] = await runAll(encodeOnnx(model), [new Map(inputs.map(({ name, tensor }) => [name, tensor]))]);
      if (!results || typeof results === 'string') return undefined;
      const made = [...results].map(([name, tensor]) => ({ name, tensor }));
      // Some kernels of onnxruntime give empty tensors other shapes than ONNX says.
      const right = made.every(({ tensor }, k) => sameShape(tensor.shape, inferred[k]) !== false);
      return right && made.every(({ tensor }) => this.isOfUse(tensor)) ? made : undefined;
    } catch {
      // Most often a kernel that onnxruntime does not have for the type.
      return undefined;
    }
  }

  private isOfUse(tensor: Tensor): boolean {
    if (tensor.count > MOST_ELEMENTS) return false;
    if (!isFloat(tensor.dtype)) return true;
    const odd = tensor.numbers().some((value) => !Number.isFinite(value) || Math.abs(value) > 1e4);
    return !odd || this.chance.flip(0.1);
  }
}

function scalarOf(value: AttributeGiven): AttributeGiven {
  if (typeof value === 'object' && 'floats' in value) return { float: value.floats[0] ?? 0 };
  return Array.isArray(value) ? (value[0] ?? 0) : value;
}

function settingTensor({ values, dtype = 'int64', scalar }: Setting): Tensor {
  return tensorOf(dtype, scalar ? [] : [values.length], values);
}

function attributeText(value: AttributeGiven): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if ('float' in value) return floatLiteral(value.float);
  if ('floats' in value) return `[${value.floats.map(floatLiteral).join(', ')}]`;
  // An empty list has no type of its own in the text.
  return `[${value.join(', ')}]`;
}

/** With a point, so that it is no integer. */
function floatLiteral(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function count(counts: Map<string, number>, op: string): void {
  counts.set(op, (counts.get(op) ?? 0) + 1);
}
