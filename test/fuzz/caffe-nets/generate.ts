/** Random Caffe networks of a dialect, the same for the same seed. Each layer runs in the reference interpreter as it is added. */
import { FRAMEWORKS } from '../../../src/core/dialects/caffe/frameworks.ts';
import type { CaffeDialect } from '../../../src/core/formats/caffe/dialects.ts';
import { type Blobs, blob, type Numbers, netOf, ran, weights } from '../../unit/core/runtime/caffe/support.ts';
import { Chance } from '../simplify/chance.ts';
import { RECIPE_TYPES, type Sketch, sketch } from './recipes.ts';

export interface Net {
  readonly seed: number;
  readonly dialect: CaffeDialect;
  /** Its layers, one a line, with Input layers and numbers. */
  readonly prototxt: string;
  readonly inputs: Blobs;
  /** Its layers one by one, each with what it is given. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly type: string;
  readonly layer: string;
  readonly given: Blobs;
}

/** Numbers beyond this would hide small differences, or make large ones of rounding. */
const LARGEST = 1e3;

/** `type`: a layer type that every other layer has, in a dialect that has it. */
export function generateNet(seed: number, dialects: readonly CaffeDialect[], type?: string): Net {
  const chance = new Chance(seed);
  const having = dialects.filter((dialect) => !type || knows(dialect, type));
  return new Growing(chance, chance.pick(having), type).grown(seed);
}

function knows(dialect: CaffeDialect, type: string): boolean {
  return (FRAMEWORKS[dialect].layers as readonly string[]).includes(type);
}

class Growing {
  private readonly blobs = new Map<string, Numbers>();
  private readonly steps: Step[] = [];
  private readonly known: readonly string[];

  constructor(
    private readonly chance: Chance,
    private readonly dialect: CaffeDialect,
    private readonly favourite?: string,
  ) {
    this.known = RECIPE_TYPES.filter((type) => knows(dialect, type));
  }

  grown(seed: number): Net {
    const inputs: Record<string, Numbers> = {};
    const batch = this.dialect === 'ncnn' ? 1 : this.chance.int(1, 2);
    for (let k = 0; k < this.chance.int(1, 2); k++) {
      const shape = [batch, this.chance.int(1, 6), this.chance.int(3, 8), this.chance.int(3, 8)];
      inputs[`in${k}`] = this.numbers(shape, false);
    }
    for (const [name, numbers] of Object.entries(inputs)) this.blobs.set(name, numbers);
    const wanted = this.chance.int(2, 8);
    for (let tries = 0; this.steps.length < wanted && tries < 60; tries++) this.grow();
    // OpenCV does not run a network with an input that nobody reads.
    const layers = this.steps.map(({ layer }) => layer).join('\n');
    const read = Object.fromEntries(Object.entries(inputs).filter(([name]) => layers.includes(`bottom: "${name}"`)));
    return { seed, dialect: this.dialect, prototxt: netOf(layers, read), inputs: read, steps: this.steps };
  }

  private grow(): void {
    const all = [...this.blobs].map(([name, { shape }]) => ({ name, shape }));
    const type = this.favourite && this.chance.flip() ? this.favourite : this.chance.pick(this.known);
    const found = sketch(type, this.chance, this.chance.late(all), all, this.dialect);
    if (!found) return;
    const name = `l${this.steps.length}`;
    const places = found.inPlace && this.chance.flip(0.3) && found.bottoms[0]?.name.startsWith('l');
    const tops = places ? [found.bottoms[0]?.name ?? name] : this.topsOf(name, found.tops ?? 1);
    const line = this.lineOf(found, name, tops);
    const given = this.given(found);
    if (found.type === 'MVN' && !Object.values(given).every(isSpread)) return;
    const made = this.tried(line, given, tops);
    if (!made) return;
    this.steps.push({ type: found.type, layer: line, given });
    if (found.last) return;
    for (const [top, numbers] of Object.entries(made)) this.blobs.set(top, numbers);
  }

  private topsOf(name: string, count: number): readonly string[] {
    return count === 1 ? [name] : Array.from({ length: count }, (_, k) => `${name}_${k}`);
  }

  private lineOf(found: Sketch, name: string, tops: readonly string[]): string {
    const names = (field: string, all: readonly string[]) => all.map((each) => `${field}: "${each}"`).join(' ');
    const bottoms = found.bottoms.map((each) => each.name);
    const blobs = (found.blobs ?? []).map(({ shape, positive = false }) => this.numbers(shape, positive));
    return `layer { name: "${name}" type: "${found.type}" ${names('bottom', bottoms)} ${names('top', tops)} ${found.parameters ?? ''} ${weights(...blobs)} }`;
  }

  private given({ bottoms }: Sketch): Blobs {
    return Object.fromEntries(
      bottoms.flatMap(({ name }) => {
        const numbers = this.blobs.get(name);
        return numbers ? [[name, numbers]] : [];
      }),
    );
  }

  /** What the layer makes, where it runs, and neither large numbers nor the last digits of what it is given decide. */
  private tried(line: string, given: Blobs, tops: readonly string[]): Blobs | undefined {
    try {
      const made = ran(line, given, this.dialect);
      const moved = ran(line, nearly(given), this.dialect);
      const fine = tops.every((top) => isSteady(made[top]?.values ?? [], moved[top]?.values ?? []));
      return fine ? Object.fromEntries(tops.map((top) => [top, made[top] ?? blob([], [])])) : undefined;
    } catch {
      return undefined;
    }
  }

  private numbers(shape: readonly number[], positive: boolean): Numbers {
    const count = shape.reduce((a, b) => a * b, 1);
    const one = () => (positive ? 0.5 + this.chance.number() : 2 * this.chance.number() - 1);
    return blob(
      shape,
      Array.from({ length: count }, () => Math.fround(one())),
    );
  }
}

/** The same numbers but for their last digits. */
function nearly(given: Blobs): Blobs {
  return Object.fromEntries(
    Object.entries(given).map(([name, { shape, values }]) => [
      name,
      blob(
        shape,
        values.map((value, k) => value * (1 + (k % 2 === 0 ? 1 : -1) * 1e-6)),
      ),
    ]),
  );
}

function isSteady(values: readonly number[], moved: readonly number[]): boolean {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return values.every((value, k) => Math.abs(value) < LARGEST && Math.abs(value - (moved[k] ?? 0)) < 2e-5 * largest);
}

/** Whether numbers are not all close together: OpenCV's variance is the mean of the squares less the square of the mean. */
function isSpread({ values }: Numbers): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return mean ** 2 < 10 * variance;
}
