/** Models and the sources within them as text. */
import type { NodeId } from './identifiers.ts';

export interface LinePage {
  /** From 1. */
  readonly first: number;
  readonly count: number;
}

export interface TextPage {
  readonly text: string;
  readonly first: number;
  readonly totalLines: number;
  /** Where each node stands that begins on these lines. */
  readonly nodes: readonly { readonly node: NodeId; readonly name: string; readonly line: number }[];
}

export interface SourceText {
  readonly entry: string;
  readonly language: 'torchscript' | 'json' | 'plaintext';
  readonly text: string;
}
