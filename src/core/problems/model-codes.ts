/**
 * Problems of an ONNX model itself, whatever it is converted to: what the checker finds. Words are for people who do not
 * know how ONNX files are built inside. docs/problems.md has a section for each.
 */
import type { CodeFacts } from './codes.ts';

export const MODEL_CODES = {
  'invalid-model': {
    severity: 'error',
    message: 'The model is not valid: {reason}.',
    fixes: [],
  },
  'syntax-error': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'ir-version': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },

  // Names and order.
  'value-undefined': {
    severity: 'error',
    message: "{operator} reads '{value}', which nothing defines{suggestion}.",
    fixes: [],
  },
  'used-before-defined': {
    severity: 'error',
    message: "{operator} reads '{value}', which {maker} makes only later: a node stands behind those that it reads.",
    fixes: [],
  },
  cycle: {
    severity: 'error',
    message: "{operator} reads '{value}', which is made from its own output: a graph has no cycles.",
    fixes: [],
  },
  'output-undefined': {
    severity: 'error',
    message: "The output '{value}' of {graph} is not made in it: {reason}.",
    fixes: [],
  },
  'value-redefined': {
    severity: 'error',
    message: "'{value}' is defined twice, {reason}: a name stands for one value, in graphs within too.",
    fixes: [],
  },
  'name-missing': {
    severity: 'error',
    message: '{what} has no name.',
    fixes: [],
  },
  'dead-node': {
    severity: 'information',
    message: 'Nothing uses what {operator} makes.',
    fixes: ['remove-node'],
  },
  'unused-initializer': {
    severity: 'information',
    message: "Nothing uses the constant '{value}'.",
    fixes: [],
  },

  // Opsets and operators.
  'opset-missing': {
    severity: 'error',
    message: '{user} needs the opset of {domain}, which {importer} does not import.',
    fixes: ['add-opset-import'],
  },
  'opset-unknown': {
    severity: 'error',
    message: '{importer} imports version {version} of {domain}; known are versions 1 to {newest}.',
    fixes: [],
  },
  'opset-conflict': {
    severity: 'error',
    message:
      '{importer} imports two versions of {domain}, {version} and {other}: which one its operators mean is open.',
    fixes: [],
  },
  'no-such-operator': {
    severity: 'error',
    message: '{opset} has no operator {operator}{suggestion}.',
    fixes: ['rename-operator'],
  },
  'operator-deprecated': {
    severity: 'error',
    message: '{operator} is no longer part of {opset}{replacement}.',
    fixes: [],
  },
  'operator-kept': {
    severity: 'warning',
    message: '{operator} is of a domain that is not known, and nothing defines it: it is kept as it is.',
    fixes: ['define-custom-operator'],
  },
  'operator-experimental': {
    severity: 'warning',
    message: '{operator} was an experiment of the first ONNX versions: no rules say what it takes and gives.',
    fixes: [],
  },
  'node-malformed': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'wrong-arity': {
    severity: 'error',
    message: '{operator} {reason}.',
    fixes: [],
  },

  // Attributes.
  'attribute-unknown': {
    severity: 'error',
    message: '{operator} has no attribute {attribute} in {opset}{suggestion}.',
    fixes: ['rename-attribute'],
  },
  'attribute-missing': {
    severity: 'error',
    message: '{operator} needs the attribute {attribute} ({wanted}).',
    fixes: [],
  },
  'attribute-type': {
    severity: 'error',
    message: 'The attribute {attribute} of {operator} is {found}, expected {wanted}.',
    fixes: [],
  },
  'attribute-malformed': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'attribute-value': {
    severity: 'warning',
    message: '{operator} does not know {value} for {attribute}{suggestion}: expected one of {allowed}.',
    fixes: [],
  },

  // Types and shapes.
  'type-mismatch': {
    severity: 'error',
    message: '{operator} does not {verb} {found} for {input}{reason}: expected {wanted}.',
    fixes: ['insert-cast'],
  },
  'shape-mismatch': {
    severity: 'error',
    message: 'What {operator} reads does not fit: {reason}.',
    fixes: [],
  },
  'declared-type-wrong': {
    severity: 'error',
    message: "'{value}' is declared as {wanted}, but is {found}.",
    fixes: [],
  },
  'type-missing': {
    severity: 'error',
    message: "The {role} '{value}' has no {what}.",
    fixes: [],
  },
  'size-invalid': {
    severity: 'error',
    message: "The type of '{value}' has a size of {size}: a size is 0 or more, a name, or open.",
    fixes: [],
  },

  // Functions.
  'function-malformed': {
    severity: 'error',
    message: 'The function {function} {reason}.',
    fixes: [],
  },
  'function-recursive': {
    severity: 'error',
    message: 'The function {function} calls itself{reason}: functions must be such that they can be written out.',
    fixes: [],
  },
  'function-opset': {
    severity: 'error',
    message:
      '{operator} in the function {function} is of version {version} of {domain}, but the model imports {other}, where {operator} is another one.',
    fixes: [],
  },

  'onnx-rejects': {
    severity: 'warning',
    message: 'The model is right, but onnx.checker rejects {operator}: {reason}. {advice}',
    fixes: [],
  },

  'default-contradicts': {
    severity: 'warning',
    message: 'With the defaults of the inputs, {operator} does not fit: {reason}.',
    fixes: [],
  },

  // Tensors and files beside the model.
  'tensor-malformed': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'external-data-missing': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'external-data-outside': {
    severity: 'error',
    message: '{reason}.',
    fixes: [],
  },
  'external-data-linked': {
    severity: 'warning',
    message: "The data of {tensor} is in '{location}', which is a link to another file: other tools may refuse it.",
    fixes: [],
  },
} as const satisfies Record<string, CodeFacts>;
