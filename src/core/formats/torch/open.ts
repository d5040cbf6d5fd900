/** Tells PyTorch's files apart by content and opens those that hold a program; all others end with what to do about them. */
import type { ByteSource } from '../../ir/bytes.ts';
import { InputError } from '../../ir/errors.ts';
import { blankness } from '../blank.ts';
import { noProgram } from './advice.ts';
import type { PickledModule, TorchScriptArchive } from './archive.ts';
import type { ExportedProgram } from './exported.ts';
import { isExported, openExported } from './exported-program.ts';
import { isPickle, openLegacyModule, refuseOldPickle } from './legacy.ts';
import { findModule } from './pickled-module.ts';
import { Records } from './records.ts';
import { isTorchScript, openTorchScript } from './torchscript.ts';
import { isZip, ZipArchive } from './zip.ts';

/**
 * Opens a TorchScript archive, an exported program (`program` names one of several) or a whole pickled module. No weights
 * are read. Throws InputError for everything else: `weights-only` and `no-program` with the Python lines that save a usable
 * file, `unsafe-pickle` with the global, `format-unsupported`, `format-unknown`, `git-lfs-pointer`, `file-truncated`,
 * `file-malformed`.
 */
export function openTorchFile(
  source: ByteSource,
  program?: string,
): TorchScriptArchive | ExportedProgram | PickledModule {
  if (isZip(source)) return openArchive(new Records(ZipArchive.open(source)), program);
  if (isPickle(source)) return openLegacyModule(source);
  throw refuseUnknown(source);
}

function openArchive(
  records: Records,
  program: string | undefined,
): TorchScriptArchive | ExportedProgram | PickledModule {
  if (isTorchScript(records)) return openTorchScript(records);
  if (isExported(records)) return openExported(records, program);
  const saved = records.has('data.pkl') && !records.has('constants.pkl');
  const found = saved ? findModule(records.saved({ unchecked: true })) : undefined;
  if (found) return { kind: 'module', file: records.file, ...found, sources: new Map() };
  throw refuseArchive(records);
}

/** Archives of PyTorch that hold no program that can be read, by an entry that tells them. */
const OTHER_ARCHIVES: readonly (readonly [tell: RegExp, what: string, next: string])[] = [
  [
    /^bytecode\.pkl$/,
    'a TorchScript archive for mobile with bytecode but no code',
    'Save the model with torch.jit.save, which keeps the code, or with _save_for_lite_interpreter before code is stripped.',
  ],
  [/^constants\.pkl$/, 'a TorchScript archive without code', 'Save the model again with torch.jit.save.'],
  [
    /^model\.json$/,
    'a TorchScript archive of PyTorch 1.3 or older',
    'Save it again with a newer one: torch.jit.save(torch.jit.load("model.pt"), "new.pt").',
  ],
  [
    /^data\/aotinductor\//,
    'a program that was compiled for one machine (AOTInductor)',
    'Save the program itself with torch.export.save.',
  ],
  [
    /^\.data\/extern_modules$/,
    'a torch.package archive: Python source that only Python can run',
    'Load the model with torch.package and save it with torch.export.save.',
  ],
];

function refuseArchive(records: Records): InputError {
  const { file, names } = records;
  for (const [tell, what, next] of OTHER_ARCHIVES) {
    const inside = names.find((name) => tell.test(name));
    if (inside !== undefined) return new InputError('format-unsupported', `this is ${what}`, { file, inside }, next);
  }
  if (records.has('data.pkl')) return noProgram(file, records.saved({ unchecked: true }));
  const sample = [...records.zip.entries.keys()].slice(0, 3).join(', ');
  return new InputError(
    'format-unknown',
    `this is a zip archive, but not one of PyTorch (it holds ${sample || 'nothing'})`,
    { file },
    NAME_A_MODEL,
  );
}

const NAME_A_MODEL = 'Name a file that torch.export.save or torch.jit.save wrote.';

function refuseUnknown(source: ByteSource): InputError {
  const place = { file: source.name };
  const blank = blankness(source);
  if (blank) return blank;
  const text = Buffer.from(source.read(0, Math.min(source.size, 512))).toString('latin1');
  if (text.startsWith('ustar', 257)) {
    return new InputError(
      'format-unsupported',
      'this is a tar archive, as torch.save wrote before PyTorch 0.2',
      place,
      RESAVE,
    );
  }
  const pickle = refuseOldPickle(source);
  if (pickle) return pickle;
  return new InputError('format-unknown', 'this is no file of PyTorch', { ...place, offset: 0 }, NAME_A_MODEL);
}

const RESAVE = 'Load it with Python into the model that it belongs to, and save that with torch.export.save.';
