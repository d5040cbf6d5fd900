/** What reference.py writes of each model: the verdicts and types of ONNX's own tools, as plain data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A type as value_types.py writes it; null where it is unknown. Sizes are numbers, names, or null. */
export type PlainType =
  | { readonly tensor: string; readonly dims?: readonly PlainDim[] }
  | { readonly sparse: string; readonly dims?: readonly PlainDim[] }
  | { readonly sequence: PlainType }
  | { readonly optional: PlainType }
  | { readonly map: readonly [key: string, value: PlainType] }
  | null;

export type PlainDim = number | string | null;

export interface ModelReference {
  /** `node/test_abs`, `real/light_resnet50`: the kind, then the model. */
  readonly name: string;
  /** Below the folder of the suite. */
  readonly path: string;
  /** Null where the checker accepts it. */
  readonly checker: string | null;
  /** Of a defect that the checker accepts: why it is an error to us. */
  readonly beyond?: string | null;
  /** Absent for models with a defect: those are only checked. */
  readonly stored?: Readonly<Record<string, PlainType>>;
  readonly inference?: { readonly types: Readonly<Record<string, PlainType>>; readonly error?: string };
  /** What onnx.parser makes of onnx.printer's text: whether it is the same model, or why it does not parse. */
  readonly printer?: { readonly same?: boolean; readonly error?: string };
}

export function readReference(folder: string): readonly ModelReference[] {
  // The scripts of this folder write the file in the same run.
  return JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as readonly ModelReference[];
}
