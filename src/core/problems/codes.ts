/** Every problem code, with its words. `{name}` is filled from the problem's details. docs/problems.md has a section for each. */
import { CAFFE_CODES } from './caffe-codes.ts';
import { CAPTURE_CODES } from './capture-codes.ts';
import { MODEL_CODES } from './model-codes.ts';
import { PROFILE_CODES } from './profile-codes.ts';

export type Severity = 'error' | 'warning' | 'information';

/** What a user can do about a problem; the user interface turns each into a quick fix. */
export type FixKind =
  | 'define-custom-operator'
  | 'raise-opset'
  | 'change-opset'
  | 'choose-target'
  | 'give-input-shape'
  | 'export-again'
  | 'accept-inexact'
  | 'add-forward'
  | 'choose-dialect'
  // Of a capture from a Python program.
  | 'choose-python'
  | 'give-arguments'
  | 'give-command-line'
  | 'choose-weights'
  | 'accept-weights'
  | 'accept-trace'
  | 'raise-limits'
  // Changes of the model's text.
  | 'add-opset-import'
  | 'rename-operator'
  | 'rename-attribute'
  | 'remove-node'
  | 'take-out-node'
  | 'insert-cast';

export interface CodeFacts {
  readonly severity: Severity;
  readonly message: string;
  readonly fixes: readonly FixKind[];
}

export const PROBLEM_CODES = {
  'unsupported-operator': {
    severity: 'error',
    message: '{target} has no operator for {operator}.',
    fixes: ['define-custom-operator', 'choose-target'],
  },
  'unknown-operator': {
    severity: 'error',
    message: '{operator} is not known to Graphwright: its shapes and meaning are missing.',
    fixes: ['define-custom-operator'],
  },
  'unsupported-attribute': {
    severity: 'error',
    message: '{target} cannot express {operator} with {attribute}: {reason}.',
    fixes: ['define-custom-operator', 'choose-target'],
  },
  'opset-too-old': {
    severity: 'error',
    message: '{operator} needs opset {needed}: {reason}.',
    fixes: ['raise-opset'],
  },
  'dtype-not-taken': {
    severity: 'error',
    message: '{target} does not take {dtype} for {operator}.',
    fixes: ['choose-target'],
  },
  'type-unknown': {
    severity: 'error',
    message: 'The element type of {value} is not known, and {operator} needs it.',
    fixes: ['give-input-shape', 'export-again'],
  },
  'shape-unknown': {
    severity: 'error',
    message: 'The shape that {operator} needs is not known: {reason}.',
    fixes: ['give-input-shape', 'export-again'],
  },
  'data-dependent': {
    severity: 'error',
    message: '{operator} depends on the data of a run: {reason}.',
    fixes: ['export-again'],
  },
  'alias-write': {
    severity: 'error',
    message: '{operator} writes through a value that may share memory with another: {reason}.',
    fixes: ['export-again'],
  },
  'state-write': {
    severity: 'error',
    message:
      '{operator} works on {attribute}, which the program changes for its next call: a graph keeps nothing between calls.',
    fixes: ['export-again'],
  },
  'nan-differs': {
    severity: 'information',
    message: '{operator} and the layers of {target} differ where its input is no number (NaN): {reason}.',
    fixes: [],
  },
  inexact: {
    severity: 'error',
    message: '{target} has only an approximation of {operator}: {reason}.',
    fixes: ['accept-inexact', 'choose-target'],
  },
  'outputs-differ': {
    severity: 'error',
    message: 'What was written gives other outputs than {reference}: {difference}.',
    fixes: [],
  },
  'custom-operator-mismatch': {
    severity: 'error',
    message: '{operator} does not fit its entry in {entry}: {reason}.',
    fixes: ['define-custom-operator'],
  },
  'parameter-left-out': {
    severity: 'warning',
    message:
      'The entry of {operator} in {entry} has no input for its parameter {attribute}: the node works without it.',
    fixes: [],
  },
  'state-carried': {
    severity: 'warning',
    message:
      'The program keeps {attribute} for its next call: it is an input of the graph, {first} before the first call, and comes back as the output {next}.',
    fixes: [],
  },
  'check-left-out': {
    severity: 'information',
    message: 'The program raises an error {when}, which the graph does not check: {reason}.',
    fixes: [],
  },
  'order-assumed': {
    severity: 'warning',
    message:
      'The file does not record in which order {operator} takes its {count} tensors: they stand in the order of their first use.',
    fixes: [],
  },
  'rounding-assumed': {
    severity: 'warning',
    message:
      'The file does not record how {operator} rounds: PyTorch 1.6 to 1.12 rounded towards zero, later ones round down, as is done here. That differs where a quotient is negative.',
    fixes: [],
  },
  'unknown-module': {
    severity: 'error',
    message: 'Nothing is known of what {operator} computes ({module}): a pickled module holds no code.',
    fixes: ['export-again', 'add-forward'],
  },
  'module-not-run': {
    severity: 'error',
    message: '{operator} ({module}) cannot be run as the file holds it: {reason}.',
    fixes: ['export-again'],
  },
  'constant-too-large': {
    severity: 'information',
    message: '{operator} could be computed beforehand, but its result would make the file {size} larger: it stays.',
    fixes: [],
  },
  'not-computed': {
    severity: 'information',
    message: '{operator} reads only constants, and is not computed beforehand: {reason}.',
    fixes: [],
  },
  'endless-rules': {
    severity: 'warning',
    message: '{reason}: what was done is right, but not all that could be done is done.',
    fixes: [],
  },
  'rule-differs': {
    severity: 'error',
    message: 'The rule {rule} changes what a model computes: {reason}.',
    fixes: [],
  },
  'rule-untested': {
    severity: 'error',
    message: 'The rule {rule} cannot be tested: {reason}.',
    fixes: [],
  },
  ...MODEL_CODES,
  ...CAFFE_CODES,
  ...CAPTURE_CODES,
  ...PROFILE_CODES,
} as const satisfies Record<string, CodeFacts>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
