/** The inputs of a program: what the user said of them, else what the file's example inputs were. */

import { contiguousStrides } from '../dialects/aten/layout.ts';
import type { TensorInfo } from '../dialects/aten/rule.ts';
import type { PickleValue } from '../formats/torch/archive.ts';
import type { DataType } from '../ir/dtype.ts';
import { InputError } from '../ir/errors.ts';
import { isStatic, type Shape, shapeText } from '../ir/shape.ts';
import type { Recorder } from './recorder.ts';
import { Storage, TensorValue } from './tensor.ts';
import { type CapturedValue, DictValue, ListValue, TupleValue, UNKNOWN } from './values.ts';

/** The type of one input, by its name or by its position from 0. */
export interface InputSpec {
  readonly key: string | number;
  readonly dtype: DataType;
  readonly shape: Shape;
}

interface Declared {
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** What a user may write for an input: sizes that vary are 1. */
function example(name: string, { dtype, shape }: Declared): string {
  return `${name}:${dtype}[${shape.map((dim) => (typeof dim === 'number' ? dim : 1)).join(',')}]`;
}

/** Makes the graph's inputs, in the order in which they are asked for. */
export class Inputs {
  private readonly used = new Set<InputSpec>();
  private position = 0;

  constructor(
    private readonly recorder: Recorder,
    private readonly specs: readonly InputSpec[],
    /** What an input may be, from what the program first does with it: `float32[1,3,224,224]`. */
    private readonly guess: (position: number) => string | undefined = () => undefined,
  ) {}

  /** The next tensor input; `example` is what the file knows of it, `declared` its type, whose sizes may vary. */
  tensor(name: string, example: TensorInfo | undefined, declared?: Declared): TensorValue {
    const index = this.position++;
    const spec = this.specs.find(({ key }) => key === name || key === index);
    if (spec) this.used.add(spec);
    const info = spec ? this.fromSpec(spec, name) : example;
    if (!info && !spec) this.missing(name, index, declared);
    const input = this.recorder.graph.addInput({
      name,
      type: info && { kind: 'tensor', dtype: info.dtype, shape: info.shape },
    });
    return new TensorValue(new Storage(() => input), info);
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
    const names = this.recorder.graph.inputs.map((input, k) => `${k}: ${input.name}`);
    throw new InputError(
      'bad-argument',
      `the program has no input ${stray.key}`,
      undefined,
      `Its inputs are ${names.join(', ')}.`,
    );
  }

  private fromSpec({ dtype, shape }: InputSpec, name: string): TensorInfo | undefined {
    if (isStatic(shape)) return { dtype, shape, strides: contiguousStrides(shape) };
    this.recorder.report(
      'shape-unknown',
      { operator: `input ${name}` },
      {
        reason: `it is given as ${dtype}${shapeText(shape)}, and sizes that are names are not captured yet; give numbers, as in --input ${example(name, { dtype, shape })}`,
      },
    );
    return undefined;
  }

  private missing(name: string, index: number, declared: Declared | undefined): void {
    const guess = this.guess(index) ?? 'float32[1,3,224,224]';
    const reason = declared
      ? `its sizes vary (${declared.dtype}${shapeText(declared.shape)}), which is not captured yet; give numbers for them, as in --input ${example(name, declared)}`
      : `the file keeps no example of it; say what it is, as in --input ${name}:${guess}`;
    this.recorder.report('shape-unknown', { operator: `input ${name}` }, { reason, ...(!declared && { guess }) });
  }
}
