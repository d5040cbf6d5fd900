/** Problems of a Caffe network itself, whatever it is converted to. docs/problems.md has a section for each. */
import type { CodeFacts } from './codes.ts';

export const CAFFE_CODES = {
  'caffe-dialect': {
    severity: 'information',
    message: 'Read as the Caffe dialect {dialect}: {reason}.',
    fixes: ['choose-dialect'],
  },
  'field-unknown': {
    severity: 'error',
    message: '{message} has no field {field} in the Caffe dialect {dialect}{knows}.',
    fixes: ['choose-dialect'],
  },
  'fields-kept': {
    severity: 'warning',
    message: '{operator} has {fields}, unknown to the Caffe dialect {dialect}{knows}: kept byte for byte.',
    fixes: ['choose-dialect'],
  },
  'parameter-misfit': {
    severity: 'error',
    message:
      '{operator} has {field} (number {number} of the Caffe dialect {dialect}), which layers of its type do not read{knows}.',
    fixes: ['choose-dialect'],
  },
  'parameter-unread': {
    severity: 'warning',
    message: '{operator} has {field}, which layers of its type do not read.',
    fixes: [],
  },
  'layers-upgraded': {
    severity: 'information',
    message: 'The layers are written as they were before {year}: they are read as what they are called today.',
    fixes: [],
  },
  'training-layer': {
    severity: 'error',
    message: '{operator} belongs to training ({reason}): the network that is deployed has {instead}.',
    fixes: [],
  },
  'python-layer': {
    severity: 'error',
    message: '{operator} runs Python code ({module}), which is in no file of the model.',
    fixes: ['define-custom-operator'],
  },
  'layer-undefined': {
    severity: 'warning',
    message: '{operator} becomes the operator {made}, which the runtime must know: {reason}.',
    fixes: ['define-custom-operator'],
  },
  'output-without-shape': {
    severity: 'warning',
    message:
      "The output '{value}' has no shape, since nothing says what a layer before it makes; ONNX wants the number of its axes at least.",
    fixes: ['define-custom-operator'],
  },
  'top-redefined': {
    severity: 'error',
    message:
      "{operator} makes the blob '{value}', which {other} makes already: only a layer that reads it may write it again.",
    fixes: [],
  },
  'bottom-undefined': {
    severity: 'error',
    message: "Layer {layer} reads the blob '{value}', which no layer before it makes{hint}.",
    fixes: [],
  },
  'net-malformed': {
    severity: 'error',
    message: 'The network cannot be read: {reason}.',
    fixes: [],
  },
  'layer-without-type': {
    severity: 'error',
    message: 'Layer {layer} has no type.',
    fixes: [],
  },
  'layer-type-unknown': {
    severity: 'error',
    message: 'The Caffe dialect {dialect} has no layer type {type}{knows}{hint}.',
    fixes: ['choose-dialect'],
  },
  'rules-contradict': {
    severity: 'error',
    message: '{operator} has rules of inclusion and of exclusion: Caffe takes one kind.',
    fixes: [],
  },
  'weights-missing': {
    severity: 'error',
    message:
      'The network has no weights, which {count} of its layers need ({layers}): name the .caffemodel, with the .prototxt as --prototxt.',
    fixes: [],
  },
  'blobs-missing': {
    severity: 'error',
    message: '{operator} needs blobs ({wanted}): {source} has none for it.',
    fixes: [],
  },
  'blobs-mismatch': {
    severity: 'error',
    message: 'The blobs of {operator} do not fit its parameters: {reason}.',
    fixes: [],
  },
  'layer-unmatched': {
    severity: 'warning',
    message:
      'The .caffemodel has blobs of a layer {layer} ({type}), which the .prototxt does not have: they are left out.',
    fixes: [],
  },
} as const satisfies Record<string, CodeFacts>;
