/** The inputs of a program: what the user said of them, else what the file's example inputs were. */

import { contiguousStrides } from '../dialects/aten/layout.ts';
import type { TensorInfo } from '../dialects/aten/rule.ts';
import type { PickleValue } from '../formats/torch/archive.ts';
import { SIZE_BOUNDS } from '../ir/bounds.ts';
import type { DataType } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import { Expression } from '../ir/expression.ts';
import type { Shape } from '../ir/shape.ts';
import type { Recorder } from './recorder.ts';
import { Storage, TensorValue } from './values/tensor.ts';
import { type CapturedValue, DictValue, ListValue, TupleValue, UNKNOWN } from './values/values.ts';

/** The type of one input, by its name or by its position from 0. */
export interface InputSpec {
  readonly key: string | number;
  readonly dtype: DataType;
  readonly shape: Shape;
  /** A plain value that it has in every run: it is no input of the graph. */
  readonly value?: PlainValue | undefined;
}

type PlainValue = bigint | number | boolean | string | null;

/**
 * Makes the graph's inputs, in the order in which they are asked for. Positions count all that a call takes, also numbers
 * that the user gives a value.
 */
export class Inputs {
  private readonly used = new Set<InputSpec>();
  /** The names of those that have been asked for. */
  private readonly names: string[] = [];

  constructor(
    private readonly recorder: Recorder,
    private readonly specs: readonly InputSpec[],
    /** What an input may be, from what the program first does with it: `float32[1,3,224,224]`. */
    private readonly guess: (position: number) => string | undefined = () => undefined,
  ) {}

  /** The next tensor input; `example` is what the file knows of it. */
  tensor(name: string, example: TensorInfo | undefined): TensorValue {
    const index = this.position;
    const spec = this.take(name);
    const info = spec ? this.fromSpec(spec) : example;
    if (spec && example) this.remember(spec.shape, example.shape);
    if (!info && !spec) this.missing(name, index);
    return this.input(name, info);
  }

  /** What the sizes that have names now were when the program was traced. */
  private remember(given: Shape, recorded: Shape): void {
    given.forEach((dim, axis) => {
      const before = recorded[axis];
      if (dim instanceof Expression && typeof before === 'number')
        this.recorder.symbols.examples.set(dim.toString(), before);
    });
  }

  private input(name: string, info: TensorInfo | undefined): TensorValue {
    const input = this.recorder.graph.addInput({
      name,
      type: info && { kind: 'tensor', dtype: info.dtype, shape: info.shape },
    });
    this.recorder.declareSizes(input, info?.shape ?? []);
    return new TensorValue(new Storage(() => input), info);
  }

  /** The next tensor input, of which the file knows all: what the user said of it agrees with that. */
  recorded(name: string, info: TensorInfo | undefined): TensorValue {
    const index = this.position;
    this.take(name);
    if (!info) this.missing(name, index);
    return this.input(name, info);
  }

  /** The plain value that the user gives the next input; undefined where he gives none. */
  value(name: string): PlainValue | undefined {
    const spec = this.specOf(name);
    return spec?.value === undefined ? undefined : this.take(name)?.value;
  }

  /** A plain value that was fixed when the program was saved: what the user gives for it must be that. */
  fixed(name: string, value: PlainValue): void {
    const given = this.specs.find(({ key }) => key === name);
    if (!given) return;
    this.used.add(given);
    const same = typeof given.value === 'bigint' ? Number(given.value) : given.value;
    if (same === (typeof value === 'bigint' ? Number(value) : value)) return;
    throw new InputError(
      'bad-argument',
      `the program was exported for ${name} = ${value}`,
      undefined,
      `Export it again with the value that you want, or with dynamic_shapes={"${name}": torch.export.Dim.DYNAMIC, ...} where it is an int.`,
    );
  }

  /** What the user says of the next input. */
  private specOf(name: string): InputSpec | undefined {
    return this.specs.find(({ key }) => key === name || key === this.position);
  }

  private take(name: string): InputSpec | undefined {
    const spec = this.specOf(name);
    if (spec) this.used.add(spec);
    this.names.push(name);
    return spec;
  }

  private get position(): number {
    return this.names.length;
  }

  /** Whether the user has named a size so. */
  namesSize(name: string): boolean {
    return this.specs.some(({ shape }) => shape.some((size) => size instanceof Expression && size.symbols().has(name)));
  }

  /** Whether the user says something of an input, or of one within it. */
  speaksOf(name: string): boolean {
    return this.specOf(name) !== undefined || this.keysWithin(name).length > 0;
  }

  /** What stands behind `name_` in the names that the user gives, in his order. */
  keysWithin(name: string): string[] {
    const names = this.specs.flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
    return names.flatMap((key) => (key.startsWith(`${name}_`) ? [key.slice(name.length + 1)] : []));
  }

  /** The value of an input of which nothing is known; it has been reported. */
  unknown(): CapturedValue {
    this.recorder.incomplete = true;
    return UNKNOWN;
  }

  /** A parameter of the program with the structure of its example: tensors within containers are inputs each. */
  structure(name: string, example: PickleValue | undefined): CapturedValue {
    if (example === undefined) return this.tensor(name, undefined);
    if (example === null || typeof example !== 'object') return example;
    if (example instanceof Uint8Array) return UNKNOWN;
    switch (example.kind) {
      case 'tensor':
        return this.tensor(name, { dtype: example.dtype, shape: example.shape, strides: example.strides });
      case 'list':
        return new ListValue(example.items.map((item, k) => this.structure(`${name}_${k}`, item)));
      case 'tuple':
        return new TupleValue(example.items.map((item, k) => this.structure(`${name}_${k}`, item)));
      case 'dict': {
        const dict = new DictValue();
        for (const [key, item] of example.entries) {
          if (key !== null && typeof key === 'object') continue;
          dict.entries.set(key, this.structure(`${name}_${key}`, item));
        }
        return dict;
      }
      default:
        return UNKNOWN;
    }
  }

  /** Throws InputError `bad-argument` where the user named an input that the program does not have. */
  checkAllUsed(): void {
    const stray = this.specs.find((spec) => !this.used.has(spec));
    if (!stray) return;
    const names = this.names.map((name, k) => `${k}: ${name}`);
    throw new InputError(
      'bad-argument',
      `the program has no input ${stray.key}`,
      undefined,
      `Its inputs are ${names.join(', ')}.`,
    );
  }

  private fromSpec({ dtype, shape }: InputSpec): TensorInfo {
    const sizes = shape.map((dim) => (dim instanceof Expression ? Expression.symbol(String(dim), SIZE_BOUNDS) : dim));
    return { dtype, shape: sizes, strides: contiguousStrides(sizes) };
  }

  private missing(name: string, index: number): void {
    const guess = this.guess(index) ?? 'float32[1,3,224,224]';
    const reason = `the file keeps no example of it; say what it is, as in --input ${name}:${guess}`;
    this.recorder.report('shape-unknown', { operator: `input ${name}` }, { reason, guess });
  }
}
