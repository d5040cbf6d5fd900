/** Texts of attributes and tensors, which files hold as bytes. */
import type { Node } from '../../../ir/node.ts';
import { Tensor } from '../../../ir/tensor.ts';
import { tooOld } from '../adapter.ts';

/** A list of texts; refuses one that is no UTF-8, and would be another when it is written. */
export function textsOf(node: Node, name: string): readonly string[] | undefined {
  return node.attribute(name, 'strings')?.map((text) => textOf(node, text));
}

export function textOf(node: Node, text: string | Uint8Array): string {
  if (typeof text === 'string') return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return tooOld(node, 1, 'it has texts that are no UTF-8');
  }
}

export function textTensor(texts: readonly string[]): Tensor {
  const encoder = new TextEncoder();
  return Tensor.ofStrings(
    [texts.length],
    texts.map((text) => encoder.encode(text)),
  );
}
