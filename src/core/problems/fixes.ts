/** What each kind of fix means, in words: for the command line and for the titles of quick fixes. */
import type { FixKind } from './codes.ts';

interface FixFacts {
  /** The title of the quick fix. */
  readonly title: string;
  /** What a user of the command line can do. */
  readonly text: string;
  /** Whether it changes the text of the model where the problem stands. */
  readonly editsText?: true;
}

const FIXES: Readonly<Record<FixKind, FixFacts>> = {
  'define-custom-operator': {
    title: 'Define custom operator…',
    text: 'Declare the operator in graphwright.ops.json: it then becomes one node of your own.',
  },
  'raise-opset': { title: 'Raise the opset…', text: 'Convert to a newer opset with --opset.' },
  'change-opset': {
    title: 'Choose another opset…',
    text: 'Choose another opset with --opset, or leave it out: then one is chosen that the target takes.',
  },
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
    text: 'Accept the approximation with --accept inexact, or --accept inexact:NODE for one node, or module class.',
  },
  'add-forward': {
    title: 'Say what the class computes…',
    text: 'Say what the class computes in the list "modules" of graphwright.ops.json (docs/pickled-modules.md), or declare a custom operator for it.',
  },
  'choose-dialect': {
    title: 'Read as another Caffe dialect…',
    text: 'Say which dialect the network is of, as in --from caffe:ncnn (docs/caffe.md has the list).',
  },
  'choose-python': {
    title: 'Choose another Python…',
    text: 'Name the Python that has the packages of the program, as in --python .venv/bin/python.',
  },
  'give-arguments': {
    title: 'Give the arguments…',
    text: 'Give the arguments that the program is built with, as in --arg depth=4, and those of its command line with --argv.',
  },
  'give-command-line': {
    title: 'Give the command line…',
    text: 'Give the words that the program expects on its command line, as in --argv=--depth --argv 4.',
  },
  'choose-weights': {
    title: 'Choose other weights…',
    text: 'Name the weights of this program with --weights, or build the program as it was when they were saved (--arg).',
  },
  'accept-weights': {
    title: 'Take the weights that fit',
    text: 'Take the weights that fit with --accept weights-do-not-fit: the others stay as the program makes them.',
  },
  'accept-trace': {
    title: 'Take the trace of one run',
    text: 'Take what one run does, for all others, too, with --accept trace-depends-on-data.',
  },
  'raise-limits': {
    title: 'Raise the limits…',
    text: 'Give the program more time or memory: --timeout SECONDS, --memory MB.',
  },
  'add-opset-import': {
    title: 'Add the opset import',
    text: "Add the domain to the model's opset imports (graphwright text writes the model as text, where it can be changed).",
    editsText: true,
  },
  'rename-operator': {
    title: 'Rename the operator',
    text: 'Correct the name of the operator.',
    editsText: true,
  },
  'rename-attribute': {
    title: 'Rename the attribute',
    text: 'Correct the name of the attribute.',
    editsText: true,
  },
  'remove-node': {
    title: 'Remove the node',
    text: 'Remove the nodes that nothing uses, where they are not wanted (in the text of the model a quick fix does).',
    editsText: true,
  },
  'take-out-node': {
    title: 'Take out the node',
    text: 'The node does nothing: take it out, as graphwright simplify does (in the text of the model a quick fix does).',
    editsText: true,
  },
  'insert-cast': {
    title: 'Insert a Cast',
    text: 'Cast the input to a type that the operator takes.',
    editsText: true,
  },
};

export function fixTitle(kind: FixKind): string {
  return FIXES[kind].title;
}

export function fixText(kind: FixKind): string {
  return FIXES[kind].text;
}

/** Whether a fix changes the text of the model where the problem stands: only an editor of that text can do it. */
export function editsText(kind: FixKind): boolean {
  return FIXES[kind].editsText === true;
}
