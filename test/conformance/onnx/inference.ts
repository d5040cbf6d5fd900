/**
 * Our inference beside onnx.shape_inference (strict, with data propagation): both get a model without the types of its
 * outputs and of values in between. Ours must not contradict stored outputs, and must say all that ONNX's says.
 */
import { inferModel } from '../../../src/core/dialects/onnx/infer.ts';
import { closeDataFiles } from '../../../src/core/formats/onnx/external.ts';
import { readOnnx } from '../../../src/core/formats/onnx/read.ts';
import { FileBytes } from '../../../src/core/ir/bytes.ts';
import type { Graph } from '../../../src/core/ir/graph.ts';
import { contradiction, LEVELS, lacking, levelOf, plainType } from './plain-types.ts';
import type { ModelReference, PlainType } from './reference.ts';

export interface InferenceResult {
  /** Every way in which ours falls short: empty where the model passes. */
  readonly failures: readonly string[];
  /** Values that nodes of the main graph make, by how much is known of each (an index of LEVELS, plus one). */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** How stored outputs stand to what was inferred. */
  readonly stored: { readonly ours: StoredCounts; readonly theirs: StoredCounts };
}

export interface StoredCounts {
  /** Type and all sizes are inferred, and are the stored ones. */
  equal: number;
  /** What is inferred holds, and leaves something open. */
  open: number;
  contradicted: number;
}

/** Infers one model and compares. Nothing it meets is thrown: a fault of ours is a failure of the model. */
export function measureInference(file: string, reference: ModelReference): InferenceResult {
  const theirs = reference.inference?.types ?? {};
  const stored = reference.stored ?? {};
  const failures: string[] = [];
  const ours = inferred(file, failures);
  const names = [...ours.keys()];
  for (const name of names) {
    const found = ours.get(name) ?? null;
    const against = contradiction(found, stored[name] ?? null);
    if (against) failures.push(`'${name}' contradicts the stored output: ${against}`);
    // Where the stored output shows that ONNX's inference errs, ours need not follow.
    const right = contradiction(theirs[name] ?? null, stored[name] ?? null) ? null : (theirs[name] ?? null);
    const other = contradiction(found, right);
    if (other) failures.push(`'${name}' is other than ONNX infers: ${other}`);
    const less = other ? undefined : lacking(found, right);
    if (less) failures.push(`'${name}' lacks ${less}`);
  }
  return {
    failures,
    ours: countLevels(names.map((name) => ours.get(name) ?? null)),
    theirs: countLevels(names.map((name) => theirs[name] ?? null)),
    stored: {
      ours: againstStored(stored, (name) => ours.get(name) ?? null),
      theirs: againstStored(stored, (name) => theirs[name] ?? null),
    },
  };
}

/** The types of what the nodes of the main graph make, by name. */
function inferred(file: string, failures: string[]): Map<string, PlainType> {
  const types = new Map<string, PlainType>();
  const bytes = new FileBytes(file);
  try {
    const model = readOnnx(bytes);
    forgetTypes(model.graph);
    for (const { message } of inferModel(model)) failures.push(`reported: ${message}`);
    for (const node of model.graph.nodes) {
      for (const value of node.outputs) if (value.name) types.set(value.name, plainType(value.type));
    }
    closeDataFiles(model);
  } catch (error) {
    failures.push(`thrown: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    bytes.close();
  }
  return types;
}

/** As reference.py does: nothing that inference could copy stays. */
function forgetTypes(graph: Graph): void {
  for (const node of graph.allNodes()) for (const value of node.outputs) value.type = undefined;
}

function countLevels(types: readonly PlainType[]): number[] {
  const counts = Array.from({ length: LEVELS.length + 1 }, () => 0);
  for (const type of types) {
    const level = levelOf(type);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}

function againstStored(stored: Readonly<Record<string, PlainType>>, found: (name: string) => PlainType): StoredCounts {
  const counts: StoredCounts = { equal: 0, open: 0, contradicted: 0 };
  for (const [name, type] of Object.entries(stored)) {
    if (contradiction(found(name), type)) counts.contradicted++;
    else if (lacking(found(name), type)) counts.open++;
    else counts.equal++;
  }
  return counts;
}
