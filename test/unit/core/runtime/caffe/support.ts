/** Runs a few lines of prototxt in the reference interpreter, and holds its tops against numbers computed by hand. */
import { expect } from 'vitest';
import { Tensor } from '../../../../../src/core/ir/tensor.ts';
import { runCaffe } from '../../../../../src/core/runtime/caffe/run.ts';
import { caught, readText } from '../../formats/caffe/support.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export type Blobs = Readonly<Record<string, Numbers>>;

/** A blob with its numbers in order; fewer than its elements stand for the last one again and again. */
export function blob(shape: readonly number[], values: readonly number[]): Numbers {
  const count = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Array.from({ length: count }, (_, k) => values[Math.min(k, values.length - 1)] ?? 0) };
}

/** 1, 2, 3, ... */
export function counted(...shape: readonly number[]): Numbers {
  return blob(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => k + 1),
  );
}

/** A sine that another language makes alike: `height` times that of 12.9898 k + `seed`. */
export function waves(height: number, seed: number, ...shape: readonly number[]): Numbers {
  const count = shape.reduce((a, b) => a * b, 1);
  return blob(
    shape,
    Array.from({ length: count }, (_, k) => Math.fround(height * Math.sin(k * 12.9898 + seed))),
  );
}

/** The blobs of a layer, as they may stand in a prototxt. */
export function weights(...blobs: readonly Numbers[]): string {
  return blobs
    .map(({ shape, values }) => `blobs { ${dims(shape)} ${values.map((value) => `data: ${value}`).join(' ')} }`)
    .join('\n');
}

export function dims(shape: readonly number[]): string {
  return `shape { ${shape.map((size) => `dim: ${size}`).join(' ')} }`;
}

/** The network of some layers, with an Input layer for each blob that it is given and does not declare. */
export function netOf(layers: string, inputs: Blobs): string {
  const given = Object.entries(inputs).flatMap(([name, { shape }]) =>
    layers.includes(`input: "${name}"`)
      ? []
      : `layer { name: "${name}" type: "Input" top: "${name}" input_param { ${dims(shape)} } }`,
  );
  return [...given, layers].join('\n');
}

/** A layer from `x` to `y`, or from and to what is named; its own name is that of its first top, as OpenCV wants it. */
export function layer(type: string, parameters = '', bottoms = ['x'], tops = ['y']): string {
  const names = (field: string, all: readonly string[]) => all.map((name) => `${field}: "${name}"`).join(' ');
  return `layer { name: "${tops[0] ?? 'none'}" type: "${type}" ${names('bottom', bottoms)} ${names('top', tops)} ${parameters} }`;
}

export function tensorsOf(inputs: Blobs): ReadonlyMap<string, Tensor> {
  return new Map(
    Object.entries(inputs).map(([name, { shape, values }]) => [name, Tensor.of('float32', shape, values)]),
  );
}

/** What a network gives that is read as one of a dialect. */
export function ran(layers: string, inputs: Blobs, dialect = 'bvlc'): Blobs {
  const { model } = readText(netOf(layers, inputs), { dialect });
  const tops = [...runCaffe(model, tensorsOf(inputs))];
  return Object.fromEntries(
    tops.map(([name, tensor]) => [name, { shape: tensor.shape, values: tensor.numbers().map(Number) }]),
  );
}

/** Runs a network and expects its tops, each number to six places. */
export function gives(layers: string, inputs: Blobs, expected: Blobs, dialect = 'bvlc'): void {
  same(ran(layers, inputs, dialect), expected);
}

export function same(found: Blobs, expected: Blobs): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { shape, values }] of Object.entries(expected)) {
    expect(found[name]?.shape, `sizes of ${name}`).toEqual(shape);
    const rounded = found[name]?.values.map((value, k) => (near(value, values[k] ?? 0) ? values[k] : value));
    expect(rounded, name).toEqual(values);
  }
}

/** Single precision, computed in whatever order. */
function near(found: number, expected: number): boolean {
  return Math.abs(found - expected) <= 2e-6 * Math.max(1, Math.abs(expected));
}

/** Why a network is refused. */
export function refused(layers: string, inputs: Blobs, dialect = 'bvlc'): string {
  const { code, message } = caught(() => ran(layers, inputs, dialect));
  expect(code).toBe('runtime-failed');
  return message;
}
