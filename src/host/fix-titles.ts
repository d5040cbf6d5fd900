/** The words on the buttons of fixes, by name: what panels get, which know nothing of the core. */
import { fixTitle } from '../core/problems/fixes.ts';
import type { FixName } from '../shared/problems.ts';

export const FIX_TITLES: Readonly<Record<FixName, string>> = {
  'define-custom-operator': fixTitle('define-custom-operator'),
  'raise-opset': fixTitle('raise-opset'),
  'change-opset': fixTitle('change-opset'),
  'choose-target': fixTitle('choose-target'),
  'give-input-shape': fixTitle('give-input-shape'),
  'export-again': fixTitle('export-again'),
  'accept-inexact': fixTitle('accept-inexact'),
  'add-forward': fixTitle('add-forward'),
  'choose-dialect': fixTitle('choose-dialect'),
  'add-opset-import': fixTitle('add-opset-import'),
  'rename-operator': fixTitle('rename-operator'),
  'rename-attribute': fixTitle('rename-attribute'),
  'remove-node': fixTitle('remove-node'),
  'take-out-node': fixTitle('take-out-node'),
  'insert-cast': fixTitle('insert-cast'),
  'choose-python': fixTitle('choose-python'),
  'give-arguments': fixTitle('give-arguments'),
  'give-command-line': fixTitle('give-command-line'),
  'choose-weights': fixTitle('choose-weights'),
  'accept-weights': fixTitle('accept-weights'),
  'accept-trace': fixTitle('accept-trace'),
  'raise-limits': fixTitle('raise-limits'),
};
