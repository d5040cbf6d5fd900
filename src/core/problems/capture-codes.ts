/** Problems of a capture from the user's own Python program. docs/problems.md has a section for each. */
import type { CodeFacts } from './codes.ts';

export const CAPTURE_CODES = {
  // The interpreter and its PyTorch.
  'python-unusable': {
    severity: 'error',
    message: '{python} cannot be run as Python: {reason}.',
    fixes: ['choose-python'],
  },
  'torch-missing': {
    severity: 'error',
    message: '{python} has no PyTorch.',
    fixes: ['choose-python'],
  },
  'torch-unusable': {
    severity: 'error',
    message: 'The PyTorch of {python} cannot be used: {reason}.',
    fixes: ['choose-python'],
  },

  // The program.
  'program-not-imported': {
    severity: 'error',
    message: 'The program cannot be imported: {reason}.',
    fixes: ['give-arguments'],
  },
  'import-missing': {
    severity: 'error',
    message: 'The program imports {module}, which {python} does not have.',
    fixes: ['choose-python'],
  },
  'program-exits': {
    severity: 'error',
    message: 'While Graphwright was {doing} the program ended itself with {reason}.',
    fixes: ['give-command-line'],
  },
  'program-name-missing': {
    severity: 'error',
    message: '{module} has no {name}: it has {offered}.',
    fixes: [],
  },
  'program-not-built': {
    severity: 'error',
    message: '{name} cannot be built: {reason}.',
    fixes: ['give-arguments'],
  },
  'arguments-missing': {
    severity: 'error',
    message: '{name} needs arguments that were not given: {missing}.',
    fixes: ['give-arguments'],
  },
  'no-module-built': {
    severity: 'error',
    message: '{name} is no torch.nn.Module: {reason}.',
    fixes: [],
  },
  'program-fails': {
    severity: 'error',
    message: 'The program itself fails on the inputs {inputs}: {reason}.',
    fixes: ['give-input-shape'],
  },
  'device-missing': {
    severity: 'error',
    message: 'The program asks for {device}, which this machine does not have: {reason}.',
    fixes: ['give-arguments'],
  },

  // Weights and inputs.
  'weights-unreadable': {
    severity: 'error',
    message: 'The weights in {file} cannot be read: {reason}.',
    fixes: ['choose-weights'],
  },
  'weights-do-not-fit': {
    severity: 'error',
    message: 'The weights in {file} do not fit the program: {reason}.{lists}',
    fixes: ['choose-weights', 'accept-weights'],
  },
  'inputs-unknown': {
    severity: 'error',
    message: 'The inputs of the program are not known: {reason}.{takes}',
    fixes: ['give-input-shape'],
  },

  // What PyTorch cannot capture.
  'capture-depends-on-data': {
    severity: 'error',
    message: 'The way of the program depends on the numbers of a run, which PyTorch cannot capture: {reason}.',
    fixes: ['define-custom-operator'],
  },
  'capture-unsupported': {
    severity: 'error',
    message: 'The program does something here that PyTorch cannot capture: {reason}.',
    fixes: ['define-custom-operator'],
  },
  'size-fixed': {
    severity: 'error',
    message: 'The program fixes a size that was to stay open: {reason}.',
    fixes: ['give-input-shape'],
  },
  'export-not-lowered': {
    severity: 'error',
    message:
      'torch.export leaves open here what {operator} maps: export the program with torch.export.export(...).run_decompositions({}).',
    fixes: [],
  },
  'size-bounded': {
    severity: 'warning',
    message:
      'The program was exported for {place} ({size}) {bounds}; the converted model is right for such sizes alone.',
    fixes: [],
  },
  'trace-depends-on-data': {
    severity: 'error',
    message: 'A trace would keep what this run does and be wrong for others: {reason}, which depends on the inputs.',
    fixes: ['define-custom-operator', 'accept-trace'],
  },

  // How it ended.
  'capture-timed-out': {
    severity: 'error',
    message: 'The program was stopped after {seconds} s; Graphwright was {doing}.',
    fixes: ['raise-limits'],
  },
  'capture-out-of-memory': {
    severity: 'error',
    message: 'The program needs more than the {megabytes} MB that it may take; Graphwright was {doing}.',
    fixes: ['raise-limits'],
  },
  'capture-died': {
    severity: 'error',
    message: "The program's Python ended without a word ({reason}); Graphwright was {doing}.",
    fixes: ['choose-python'],
  },

  // What the user should know of a capture that went on.
  'capture-assumed': { severity: 'information', message: '{text}.', fixes: [] },
  'weights-loaded': { severity: 'information', message: '{text}.', fixes: [] },
  'outputs-left-out': { severity: 'warning', message: '{text}.', fixes: [] },
  'weights-in-part': { severity: 'warning', message: '{text}.', fixes: ['choose-weights'] },
  'captured-otherwise': { severity: 'information', message: '{text}.', fixes: [] },
  'trace-of-one-run': { severity: 'warning', message: '{text}.', fixes: [] },
} as const satisfies Record<string, CodeFacts>;
