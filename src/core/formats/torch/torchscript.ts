/** Opens TorchScript archives (torch.jit.save): objects now, code and debug records when they are asked for. */
import { InputError } from '../../ir/errors.ts';
import type { Frame, Origin } from '../../ir/origin.ts';
import type { PickleValue, ScriptObject, TorchScriptArchive } from './archive.ts';
import type { ClassDefinition, Definition, FunctionDefinition, SourceFile } from './ast.ts';
import { type FramesAt, readDebugRecords } from './debug-records.ts';
import { parseSource } from './parser.ts';
import { isRecord, stringEntries } from './pickle-machine.ts';
import type { Records } from './records.ts';
import { sourceFile } from './text.ts';

/** The newest version that is understood (kMaxSupportedFileFormatVersion of caffe2/serialize/versions.h is 10). */
const NEWEST_VERSION = 10;

/** Are these the records of a TorchScript archive with code? */
export function isTorchScript(records: Records): boolean {
  return records.has('data.pkl') && records.has('constants.pkl') && records.names.some(isCode);
}

export function openTorchScript(records: Records): TorchScriptArchive {
  return new OpenedArchive(records);
}

class OpenedArchive implements TorchScriptArchive {
  readonly kind = 'torchscript';
  readonly file: string;
  readonly version: number;
  readonly identified: boolean;
  readonly root: ScriptObject;
  readonly constants: readonly PickleValue[];
  readonly sourceEntries: readonly string[];
  private readonly sources = new Map<string, SourceFile>();
  private readonly definitions = new Map<string, ReadonlyMap<string, Definition>>();
  private readonly debug = new Map<string, FramesAt>();
  private inputs: ReadonlyMap<string, readonly PickleValue[]> | undefined;

  constructor(private readonly records: Records) {
    this.file = records.file;
    this.version = readVersion(records);
    this.identified = records.has('.data/serialization_id');
    this.root = this.readRoot();
    const constants = records.pickle('constants.pkl', 'constants/');
    this.constants = isRecord(constants) && constants.kind === 'tuple' ? constants.items : [];
    this.sourceEntries = records.names.filter(isCode);
  }

  get tracedInputs(): ReadonlyMap<string, readonly PickleValue[]> {
    this.inputs ??= this.readTracedInputs();
    return this.inputs;
  }

  source(entry: string): SourceFile {
    const known = this.sources.get(entry);
    if (known) return known;
    const source = sourceFile(entry, this.records.text(entry));
    this.sources.set(entry, source);
    return source;
  }

  classOf(qualifiedName: string): ClassDefinition | undefined {
    const found = this.definitionOf(qualifiedName);
    return found?.kind === 'class' ? found : undefined;
  }

  functionOf(qualifiedName: string): FunctionDefinition | undefined {
    const found = this.definitionOf(qualifiedName);
    return found?.kind === 'function' ? found : undefined;
  }

  originOf(source: SourceFile, offset: number): Origin {
    const { line, column } = source.place(offset);
    const end = source.text.indexOf('\n', offset);
    const text = source.text.slice(offset - column + 1, end < 0 ? undefined : end).trim();
    const own: Frame = { kind: 'torchscript', file: source.entry, line, column, text };
    return [...this.framesAt(source)(offset), own];
  }

  /** `__torch__.a.b.Net` is defined in `code/__torch__/a/b.py`. */
  private definitionOf(qualifiedName: string): Definition | undefined {
    const dot = qualifiedName.lastIndexOf('.');
    const entry = `code/${qualifiedName.slice(0, Math.max(dot, 0)).replaceAll('.', '/')}.py`;
    if (!this.records.has(entry)) return undefined;
    const parsed = this.definitions.get(entry) ?? parseSource(this.source(entry), this.file);
    this.definitions.set(entry, parsed);
    return parsed.get(qualifiedName);
  }

  private readRoot(): ScriptObject {
    const root = this.records.pickle('data.pkl', 'data/');
    if (isRecord(root) && root.kind === 'object') return root;
    throw new InputError(
      'file-malformed',
      'expected a module as the root of the archive',
      { file: this.file, inside: 'data.pkl' },
      'Save the model again with torch.jit.save.',
    );
  }

  /** A dict from method names to lists of arguments; older archives have none. */
  private readTracedInputs(): ReadonlyMap<string, readonly PickleValue[]> {
    if (!this.records.has('traced_inputs.pkl')) return new Map();
    const methods = this.records.pickle('traced_inputs.pkl', 'traced_inputs/', { withoutData: true });
    const inputs = new Map<string, readonly PickleValue[]>();
    for (const [method, values] of stringEntries(methods)) {
      if (isRecord(values) && (values.kind === 'list' || values.kind === 'tuple')) inputs.set(method, values.items);
    }
    return inputs;
  }

  private framesAt(source: SourceFile): FramesAt {
    const entry = `${source.entry}.debug_pkl`;
    const known = this.debug.get(entry);
    if (known) return known;
    const atByte = this.records.has(entry) ? readDebugRecords(this.records.pickle(entry, 'data/')) : () => [];
    const ascii = Buffer.byteLength(source.text) === source.text.length;
    // Records count bytes of UTF-8; code is almost always ASCII.
    const read: FramesAt = ascii ? atByte : (offset) => atByte(Buffer.byteLength(source.text.slice(0, offset)));
    this.debug.set(entry, read);
    return read;
  }
}

function readVersion(records: Records): number {
  const entry = ['version', '.data/version'].find((name) => records.has(name));
  const version = entry === undefined ? 1 : Number(records.text(entry).trim());
  if (Number.isInteger(version) && version >= 0 && version <= NEWEST_VERSION) return version;
  throw new InputError(
    'format-unsupported',
    `the archive says that its version is ${version}; versions up to ${NEWEST_VERSION} are understood`,
    { file: records.file, ...(entry !== undefined && { inside: entry }) },
    'Save the model with an older PyTorch, or use a newer Graphwright.',
  );
}

function isCode(name: string): boolean {
  return name.startsWith('code/') && name.endsWith('.py');
}
