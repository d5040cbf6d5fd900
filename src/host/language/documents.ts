/** The texts of models that are open for editing, and questions about them. */
import * as vscode from 'vscode';
import { CancelledError } from '../../core/ir/errors.ts';
import type { Watch } from '../../shared/engine.ts';
import type { DocumentId, LanguageCalls } from '../../shared/language.ts';
import type { Log } from '../log.ts';
import type { Readings } from '../readings.ts';
import { CAFFE_PROTOTXT, isEditedText, isTextLanguage, ONNX_TEXT, sourceOf } from '../uris.ts';
import { DocumentSync, type LanguageEngine } from './sync.ts';
import { plainChange } from './values.ts';

/** Asks the engine about a document, as it is now. */
export type Question<T> = (calls: LanguageCalls, document: DocumentId, watch: Watch) => Promise<T>;

/** Where our features stand: files, texts that are not saved yet, and the texts of ONNX binaries. */
export const EDITED_ONNX = ['file', 'untitled', 'graphwright-text'].map((scheme) => ({ language: ONNX_TEXT, scheme }));
export const EDITED_CAFFE = ['file', 'untitled'].map((scheme) => ({ language: CAFFE_PROTOTXT, scheme }));
export const EDITED: vscode.DocumentSelector = [...EDITED_ONNX, ...EDITED_CAFFE];

/** Dialects of the user's own, and their schemas. */
const OWN_DIALECTS = '**/{graphwright.caffe.json,*.proto}';

export class LanguageDocuments implements vscode.Disposable {
  private readonly sync: DocumentSync;
  private readonly opened = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly changed = new vscode.EventEmitter<vscode.TextDocument>();
  private readonly closed = new vscode.EventEmitter<vscode.TextDocument>();
  readonly onDidOpen = this.opened.event;
  readonly onDidChange = this.changed.event;
  readonly onDidClose = this.closed.event;
  private readonly reread = new vscode.EventEmitter<void>();
  /** Texts mean something else now, though nobody has changed them. */
  readonly onDidReadAgain = this.reread.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    engine: LanguageEngine,
    /** What the user has said of files: as which dialect a Caffe network is to be read. */
    private readonly readings: Readings,
    private readonly log: Log,
  ) {
    this.sync = new DocumentSync(engine);
    const dialects = vscode.workspace.createFileSystemWatcher(OWN_DIALECTS);
    const again = () => this.readAgain();
    this.subscriptions = [
      ...[dialects, dialects.onDidChange(again), dialects.onDidCreate(again), dialects.onDidDelete(again)],
      ...[this.opened, this.changed, this.closed, this.reread],
      readings.onDidKeep((uri) => this.readAgain(uri)),
      vscode.workspace.onDidOpenTextDocument((document) => this.open(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !this.follows(document)) return;
        this.sync.changed(idOf(document), contentChanges.map(plainChange));
        this.changed.fire(document);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (!this.follows(document)) return;
        this.sync.leave(idOf(document));
        this.closed.fire(document);
      }),
    ];
  }

  /** Follows what is open already; the listeners of this object must be there. */
  start(): void {
    for (const document of vscode.workspace.textDocuments) this.open(document);
  }

  follows(document: Pick<vscode.TextDocument, 'uri'>): boolean {
    return this.sync.follows(idOf(document));
  }

  /** Asks about a document; fails as the engine fails. Undefined where it is not followed. */
  ask<T>(document: Pick<vscode.TextDocument, 'uri'>, question: Question<T>, watch: Watch = {}): Promise<T | undefined> {
    const id = idOf(document);
    return this.sync.ask(id, (calls) => {
      if (watch.signal?.aborted) throw new CancelledError();
      return question(calls, id, watch);
    });
  }

  /** Asks for something to show. Where that fails the log has it: the user wants to write, not to read messages. */
  async look<T>(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
    question: Question<T>,
  ): Promise<T | undefined> {
    if (token.isCancellationRequested) return undefined;
    const stop = new AbortController();
    const listening = token.onCancellationRequested(() => stop.abort());
    try {
      return await this.ask(document, question, { signal: stop.signal });
    } catch (error) {
      if (!(error instanceof CancelledError)) this.log.warn(`${document.uri.path}: ${error}`);
      return undefined;
    } finally {
      listening.dispose();
    }
  }

  /** Writes the binary of a text, whole or not at all; of one that no editor shows, too. */
  async save(uri: vscode.Uri, text: string): Promise<void> {
    const unseen = !this.follows({ uri });
    if (unseen) this.sync.follow({ id: uri.toString(), path: sourceOf(uri).fsPath, version: 0, getText: () => text });
    try {
      await this.ask({ uri }, (calls, id) => calls.saveBinary(id, text));
    } finally {
      if (unseen) this.sync.leave(uri.toString());
    }
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  /** What a Caffe network means depends on its dialect: of one file, or of all. */
  private readAgain(source?: vscode.Uri): void {
    for (const document of vscode.workspace.textDocuments) {
      const own = !source || document.uri.toString() === source.toString();
      if (!own || document.languageId !== CAFFE_PROTOTXT || !this.follows(document)) continue;
      this.sync.restart(idOf(document));
      this.changed.fire(document);
      this.reread.fire();
    }
  }

  private open(document: vscode.TextDocument): void {
    if (!isEditedText(document)) return;
    const source = sourceOf(document.uri);
    const { languageId } = document;
    const { readings } = this;
    this.sync.follow({
      id: idOf(document),
      path: source.fsPath,
      ...(isTextLanguage(languageId) && { language: languageId }),
      get dialect() {
        return caffeDialect(readings.of(source).from);
      },
      get version() {
        return document.version;
      },
      getText: () => document.getText(),
    });
    this.opened.fire(document);
  }
}

/** `ncnn` of `caffe:ncnn`. */
function caffeDialect(from: string | undefined): string | undefined {
  return from?.startsWith('caffe:') ? from.slice('caffe:'.length) : undefined;
}

function idOf({ uri }: Pick<vscode.TextDocument, 'uri'>): DocumentId {
  return uri.toString();
}
