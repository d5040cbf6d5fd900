/** How a program is named in one word: `model.py:Net`, `torchvision.models:resnet18`. */
import { InputError } from '../../ir/errors.ts';

/** A class or function, and the file or the installed module that it is in. */
export interface ProgramName {
  readonly file?: string;
  readonly module?: string;
  readonly name: string;
}

/** The file or the module, and the name. Throws InputError for what names no program. */
export function parseProgram(text: string): ProgramName {
  const [, place = '', name = ''] = /^(.+):([A-Za-z_][\w.]*)$/.exec(text) ?? [];
  if (/\.pyi?$/.test(place)) return { file: place, name };
  if (/^[A-Za-z_]\w*(\.\w+)*$/.test(place)) return { module: place, name };
  throw new InputError(
    'bad-argument',
    `"${text}" names no program`,
    undefined,
    'Name a class or function of a file or of an installed module: model.py:Net, torchvision.models:resnet18.',
  );
}
