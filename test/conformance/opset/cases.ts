/** The tests that cases.py wrote, and which of them a run takes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Case {
  /** `node/test_abs`, `package/simple/test_expand_shape_model1`. */
  readonly name: string;
  readonly imports: Readonly<Record<string, number>>;
  /** Of the graph and of those within it; others than ONNX's own with their domain. */
  readonly operators: readonly string[];
  readonly rtol: number;
  readonly atol: number;
}

export interface Selection {
  /** Patterns of names, with `*`; the last part of the name is enough. */
  readonly tests?: readonly string[];
  /** A test has one of these. */
  readonly operators?: readonly string[];
  /** Every how many-th test. */
  readonly every?: number;
}

/** Tests without an opset of ai.onnx have nothing to convert, and are left out. */
export function readCases(folder: string, { tests, operators, every = 1 }: Selection = {}): readonly Case[] {
  // cases.py writes the file so.
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly Case[];
  const patterns = tests?.map(patternOf);
  return cases
    .filter(({ imports }) => opsetOf(imports) !== undefined)
    .filter(({ name }) => patterns?.some((pattern) => pattern.test(name)) ?? true)
    .filter((each) => operators?.some((op) => each.operators.includes(op)) ?? true)
    .filter((_, index) => index % every === 0);
}

/** That of ai.onnx; where no operator is of it, the newest that was released with the version of ai.onnx.ml. */
export function opsetOf(imports: Case['imports']): number | undefined {
  return imports[''] ?? imports['ai.onnx'] ?? LAST_WITH_ML[imports['ai.onnx.ml'] ?? 0];
}

const LAST_WITH_ML: Readonly<Record<number, number>> = { 1: 10, 2: 15, 3: 19, 4: 20, 5: 28 };

export function modelFile(folder: string, name: string): string {
  return join(folder, 'tests', name, 'model.onnx');
}

function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`(^|/)${escaped}$`);
}
