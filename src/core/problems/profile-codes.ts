/** Problems of targets that are known by a profile (docs/targets.md). docs/problems.md has a section for each. */
import type { CodeFacts } from './codes.ts';

export const PROFILE_CODES = {
  'opset-not-taken': {
    severity: 'error',
    message: '{target} takes opset {range} of {domain}, and the model imports {version}.',
    fixes: ['change-opset', 'choose-target'],
  },
  'ir-version-not-taken': {
    severity: 'error',
    message: '{target} reads IR version {most} at most, and what the model holds needs {version}.',
    fixes: ['choose-target'],
  },
  'open-size-not-taken': {
    severity: 'error',
    message: "{target} takes no open sizes: the input '{value}' is {type}.",
    fixes: ['give-input-shape', 'choose-target'],
  },
  'operator-version-not-taken': {
    severity: 'error',
    message: '{target} has {operator} as opset {versions} brought it, not as opset {version} did.',
    fixes: ['change-opset', 'choose-target'],
  },
  'input-not-taken': {
    severity: 'error',
    message: "{target} does not take the input '{input}' of {operator} as it is: {reason}.",
    fixes: ['choose-target'],
  },
  'output-not-taken': {
    severity: 'error',
    message: "{target} does not give the output '{output}' of {operator}.",
    fixes: ['choose-target'],
  },
  'rank-not-taken': {
    severity: 'error',
    message: "{target} takes {operator} of {range} axes: '{value}' has {rank}.",
    fixes: ['choose-target'],
  },
  'dtype-narrowed': {
    severity: 'warning',
    message: '{target} reads {dtype} as {narrowed} and clamps what does not fit: {operator} is the first with it.',
    fixes: [],
  },
  'support-not-checked': {
    severity: 'information',
    message: '{target} takes {operator} under a condition that is not checked here: {reason}.',
    fixes: [],
  },
  'support-unknown': {
    severity: 'information',
    message: 'Whether {target} takes {operator} is not known: its profile says nothing of the domain.',
    fixes: [],
  },
} as const satisfies Record<string, CodeFacts>;
