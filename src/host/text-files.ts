/** Models as text files of a scheme of their own: those of ONNX binaries are written back into the binary, others are read-only. */
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { InputError } from '../core/ir/errors.ts';
import { type DiskState, diskState } from './disk-state.ts';
import type { LanguageDocuments } from './language/documents.ts';
import type { Models } from './models.ts';
import { isOnnx, modelOf, TEXT_SCHEME } from './uris.ts';

/** VS Code's own limit for documents that extensions may read. */
const LARGEST_TEXT = 50_000_000;
/** Files are often written in several steps; a change is told when it has been quiet for this long. */
const SETTLE_MS = 150;
const AUTO_SAVE_LIMIT = 'autoSaveLimit';

/** Gives the texts of models. */
export interface TextSource {
  /** An ONNX binary, so that it can be written back. */
  binaryText(path: string): Promise<string>;
  /** A model of another format, to be read only. */
  readOnlyText(model: vscode.Uri): Promise<string>;
}

interface TextFile {
  /** As it was when it was last looked at. */
  state: DiskState | undefined;
  /** What stands in the binary, in the words of the user who saved it; as long as nobody else writes it. */
  saved?: { readonly stamp: string; readonly content: Uint8Array };
  /** Counts what changes the text beside the file. */
  revision: number;
  watching?: vscode.Disposable;
}

export class TextFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly files = new Map<string, TextFile>();
  /** Why a document is about to be saved, until it is. */
  private readonly reasons = new Map<string, vscode.TextDocumentSaveReason>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly texts: TextSource,
    private readonly documents: LanguageDocuments,
    models: Models,
  ) {
    this.subscriptions = [
      this.changed,
      vscode.workspace.registerFileSystemProvider(TEXT_SCHEME, this, { isCaseSensitive: true }),
      vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
        if (document.uri.scheme === TEXT_SCHEME) this.reasons.set(document.uri.toString(), reason);
      }),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => this.follow(uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.leave(uri)),
      models.onDidLoad((model) => this.readAgain(model)),
    ];
    for (const { uri } of vscode.workspace.textDocuments) this.follow(uri);
  }

  /** Open documents are watched by themselves; nobody looks at others. */
  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const model = modelFile(uri);
    const { mtime, size } = await this.look(uri, model);
    const stat = { type: vscode.FileType.File, ctime: 0, mtime, size };
    return isOnnx(model) ? stat : { ...stat, permissions: vscode.FilePermission.Readonly };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const model = modelFile(uri);
    const { stamp } = await this.look(uri, model);
    const { saved } = this.file(uri);
    if (saved?.stamp === stamp) return saved.content;
    const text = await (isOnnx(model) ? this.texts.binaryText(model.fsPath) : this.texts.readOnlyText(model)).catch(
      (error: unknown) => {
        throw readable(error);
      },
    );
    if (text.length > LARGEST_TEXT) {
      const megabytes = Math.round(text.length / 1e6);
      throw vscode.FileSystemError.Unavailable(
        `The text of this model has ${megabytes} MB, more than an editor takes. The graph shows it by module.`,
      );
    }
    return new TextEncoder().encode(text);
  }

  /** Writes the binary whole, or not at all. */
  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const model = modelFile(uri);
    const reason = this.reasons.get(uri.toString());
    this.reasons.delete(uri.toString());
    if (!isOnnx(model)) throw vscode.FileSystemError.NoPermissions('Only the text of an ONNX model can be saved.');
    if (reason !== undefined && reason !== vscode.TextDocumentSaveReason.Manual) await refuseLarge(model);
    try {
      await this.documents.save(uri, new TextDecoder().decode(content));
    } catch (error) {
      throw readable(error);
    }
    const { stamp } = await this.look(uri, model);
    this.file(uri).saved = { stamp, content };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    for (const each of this.files.values()) each.watching?.dispose();
    for (const each of this.subscriptions) each.dispose();
  }

  private file(uri: vscode.Uri): TextFile {
    const key = uri.toString();
    const known = this.files.get(key) ?? { state: undefined, revision: 0 };
    this.files.set(key, known);
    return known;
  }

  /** The state of the model's file now. */
  private async look(uri: vscode.Uri, model: vscode.Uri): Promise<DiskState> {
    const known = this.file(uri);
    try {
      known.state = await diskState(model.fsPath, known.state, known.revision);
    } catch (error) {
      throw error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? vscode.FileSystemError.FileNotFound(model)
        : error;
    }
    return known.state;
  }

  private follow(uri: vscode.Uri): void {
    const model = uri.scheme === TEXT_SCHEME && modelOf(uri)?.model;
    if (!model) return;
    const known = this.file(uri);
    known.watching?.dispose();
    const name = path.posix.basename(model.path).replace(/[[\]{}*?]/g, '[$&]');
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(model, '..'), name);
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    let settling: NodeJS.Timeout | undefined;
    const changed = () => {
      clearTimeout(settling);
      settling = setTimeout(() => void this.tell(uri, model), SETTLE_MS);
    };
    known.watching = vscode.Disposable.from(
      watcher,
      ...[watcher.onDidChange(changed), watcher.onDidCreate(changed), watcher.onDidDelete(changed)],
      { dispose: () => clearTimeout(settling) },
    );
  }

  /** Tells VS Code what became of a file, unless it was our own doing. */
  private async tell(uri: vscode.Uri, model: vscode.Uri): Promise<void> {
    const { state, revision, saved } = this.file(uri);
    const now = await diskState(model.fsPath, state, revision).catch(() => undefined);
    if (now && now.stamp === saved?.stamp) return;
    this.changed.fire([{ type: now ? vscode.FileChangeType.Changed : vscode.FileChangeType.Deleted, uri }]);
  }

  private leave(uri: vscode.Uri): void {
    this.files.get(uri.toString())?.watching?.dispose();
    this.files.delete(uri.toString());
    this.reasons.delete(uri.toString());
  }

  /** What the user says about a model (the shapes of its inputs, its operators) changes the text of other formats. */
  private readAgain(model: vscode.Uri): void {
    if (isOnnx(model)) return;
    for (const [key, file] of this.files) {
      const uri = vscode.Uri.parse(key);
      if (modelOf(uri)?.model.toString() !== model.toString()) continue;
      file.revision++;
      this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    }
  }
}

function modelFile(uri: vscode.Uri): vscode.Uri {
  const found = modelOf(uri);
  if (!found) throw vscode.FileSystemError.FileNotFound(uri);
  return found.model;
}

/** No large file is written because somebody paused while typing. */
async function refuseLarge(model: vscode.Uri): Promise<void> {
  const limit = vscode.workspace.getConfiguration('graphwright', model).get<number>(AUTO_SAVE_LIMIT, 0);
  const { size } = await fs.stat(model.fsPath).catch(() => ({ size: 0 }));
  if (size <= limit * 1e6) return;
  const name = path.posix.basename(model.path);
  throw new Error(
    `${name} has ${(size / 1e6).toFixed(1)} MB: it is not saved by itself above ${limit} MB (graphwright.autoSaveLimit). Save it yourself.`,
  );
}

/** VS Code shows the message of an error: the line that is wrong, what is wrong, and what to do. */
function readable(error: unknown): unknown {
  if (!(error instanceof InputError)) return error;
  const { place, message, next = '' } = error;
  const where = place?.line === undefined ? '' : `Line ${place.line}: `;
  return new Error(`${where}${message}${/[.!?]$/.test(message) ? '' : '.'} ${next}`.trim());
}
