/** What drafts of entries share: the editor drafts some itself, and is to load no schemas of PyTorch for it. */
import type { OpsEntry } from './ops-file.ts';

export interface DraftEntry {
  readonly entry: OpsEntry;
  /** Whether the source records no shapes, so that the user must say a rule for each output. */
  readonly needsShape: boolean;
}

/** `SwishGate` of `swish_gate`: what operators of ONNX are called. */
export function pascalCase(name: string): string {
  const joined = name.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  return /^[A-Za-z]/.test(joined) ? joined : `Op${joined}`;
}
