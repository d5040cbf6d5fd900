/** What each kind of fix means, in words: for the command line and for the titles of quick fixes. */
import type { FixKind } from './codes.ts';

interface FixFacts {
  /** The title of the quick fix. */
  readonly title: string;
  /** What a user of the command line can do. */
  readonly text: string;
}

const FIXES: Readonly<Record<FixKind, FixFacts>> = {
  'define-custom-operator': {
    title: 'Define custom operator…',
    text: 'Declare the operator in graphwright.ops.json: it then becomes one node of your own.',
  },
  'raise-opset': { title: 'Raise the opset…', text: 'Convert to a newer opset with --opset.' },
  'choose-target': {
    title: 'Choose another target…',
    text: 'Convert to another target: graphwright targets lists them.',
  },
  'give-input-shape': {
    title: 'Give the input shape…',
    text: 'Say what the inputs are, as in --input x:float32[1,3,224,224].',
  },
  'export-again': {
    title: 'How to export again…',
    text: 'Save the program again with torch.export.export or torch.jit.trace on inputs of the shape that you deploy.',
  },
  'accept-inexact': {
    title: 'Accept the approximation',
    text: 'Accept the approximation with --accept inexact, or --accept inexact:NODE for one node.',
  },
};

export function fixTitle(kind: FixKind): string {
  return FIXES[kind].title;
}

export function fixText(kind: FixKind): string {
  return FIXES[kind].text;
}
