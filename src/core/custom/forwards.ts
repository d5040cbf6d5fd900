/** The `modules` of graphwright.ops.json: what classes of pickled modules compute, as their user writes it down. */
import { findNodeAtLocation, type Node as JsonNode } from 'jsonc-parser';
import type { InputError } from '../ir/errors.ts';

/** The forward of a module class. */
export interface CustomForward {
  /** Such as `acme.net.Block`. */
  readonly className: string;
  /** `def forward(self, x): ...`, and further methods that it calls. */
  readonly code: string;
  /** What instances must look like (capture/objects/fit.ts); undefined where the class alone decides. */
  readonly fits: string | undefined;
  /** The file and line of the entry, for messages. */
  readonly file: string;
  readonly line: number;
}

const KEYS = new Set(['class', 'forward', 'fits']);

/** Reads one entry; `error` makes an error at a node. */
export function readForward(
  entry: JsonNode,
  place: { readonly file: string; readonly line: number },
  error: (node: JsonNode, message: string) => InputError,
): CustomForward {
  for (const property of entry.children ?? []) {
    const key = property.children?.[0];
    if (key && !KEYS.has(String(key.value))) throw error(key, `"${key.value}" is not a field of a module`);
  }
  const className = findNodeAtLocation(entry, ['class']);
  const forward = findNodeAtLocation(entry, ['forward']);
  const fits = findNodeAtLocation(entry, ['fits']);
  if (typeof className?.value !== 'string' || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/.test(className.value))
    throw error(className ?? entry, 'expected "class" to be a class with its package, such as acme.net.Block');
  const lines = forward?.type === 'array' ? forward.children?.map((line) => line.value as unknown) : [forward?.value];
  const code = lines?.every((line) => typeof line === 'string') ? lines.join('\n') : '';
  if (!/^def /.test(code))
    throw error(
      forward ?? entry,
      'expected "forward" to be code, or a list of its lines, that begins with def forward(self, x):',
    );
  if (fits && typeof fits.value !== 'string') throw error(fits, 'expected "fits" to be a text');
  return { className: className.value, code, fits: fits?.value as string | undefined, ...place };
}
