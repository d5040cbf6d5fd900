/** Problems as diagnostics: on the lines of a model's text, of TorchScript inside its archive, and of the user's Python. */
import * as vscode from 'vscode';
import { OPS_FILE } from '../core/custom/ops-path.ts';
import { InputError } from '../core/ir/errors.ts';
import type { SourceFrame } from '../shared/node.ts';
import type { PlacedProblem } from '../shared/problems.ts';
import { targetTitle } from '../shared/target-text.ts';
import type { LanguageDocuments } from './language/documents.ts';
import type { Check, Models } from './models.ts';
import { PythonPlaces } from './python-places.ts';
import { isTextFile, sourceOf, textUri, torchscriptUri } from './uris.ts';

const SOURCE = 'Graphwright';
const SEVERITY = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

const MOVED = '(The file has changed since the model was saved: the line may have moved.)';

/** A problem of a model on one line of a document. */
export interface PlacedDiagnostic {
  readonly model: vscode.Uri;
  /** Absent where it is the check itself that failed. */
  readonly problem: PlacedProblem | undefined;
  readonly diagnostic: vscode.Diagnostic;
}

/** The diagnostics of one model by document. */
type ByDocument = ReadonlyMap<string, readonly PlacedDiagnostic[]>;

export class Diagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('graphwright');
  private readonly byModel = new Map<string, ByDocument>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly models: Models,
    /** Texts that are edited have marks of their own, which follow every key. */
    private readonly edited: LanguageDocuments,
    /** The page that explains every code. */
    private readonly codes: vscode.Uri,
  ) {
    this.subscriptions = [
      this.collection,
      models.onDidCheck((uri) => void this.update(uri)),
      models.onDidClose((uri) => this.put(uri, new Map())),
      // TorchScript is marked only while it is shown: the same problem stands on the model's text already.
      vscode.workspace.onDidOpenTextDocument((document) => this.updateFor(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.updateFor(document)),
      edited.onDidOpen(({ uri }) => void this.update(sourceOf(uri))),
      edited.onDidClose(({ uri }) => void this.update(sourceOf(uri))),
    ];
  }

  /** The problems on the lines of a range. */
  at(document: vscode.Uri, range: vscode.Range): readonly PlacedDiagnostic[] {
    const key = document.toString();
    return [...this.byModel.values()]
      .flatMap((documents) => documents.get(key) ?? [])
      .filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined);
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private updateFor({ uri, languageId }: vscode.TextDocument): void {
    const isOps = uri.path.endsWith(`/${OPS_FILE}`);
    if (isOps || languageId === 'torchscript' || languageId === 'python' || uri.path.endsWith('.py'))
      for (const model of this.models.uris) void this.update(model);
  }

  private async update(model: vscode.Uri): Promise<void> {
    const check = this.models.checkOf(model);
    // While problems are being looked for, the last ones stay.
    if (!check?.problems) return;
    const placed = check.failure
      ? placeFailure(model, check.failure)
      : await place(model, check, check.problems, this.codes);
    const { told = [] } = check;
    for (const [document, all] of placed)
      if (this.edited.follows({ uri: vscode.Uri.parse(document) }))
        placed.set(
          document,
          all.filter(({ problem }) => problem && told.includes(problem)),
        );
    if (this.models.checkOf(model) === check) this.put(model, placed);
  }

  private put(model: vscode.Uri, documents: ByDocument): void {
    const before = this.byModel.get(model.toString());
    if (documents.size > 0) this.byModel.set(model.toString(), documents);
    else this.byModel.delete(model.toString());
    // A Python file may have problems of several models.
    for (const document of new Set([...(before?.keys() ?? []), ...documents.keys()])) {
      const all = [...this.byModel.values()].flatMap((each) => each.get(document) ?? []);
      this.collection.set(
        vscode.Uri.parse(document),
        all.map(({ diagnostic }) => diagnostic),
      );
    }
  }
}

/** A failure of the check itself, where it names a line: of the user's operator file, or of a text. */
function placeFailure(model: vscode.Uri, failure: unknown): Map<string, readonly PlacedDiagnostic[]> {
  if (!(failure instanceof InputError) || failure.place?.line === undefined) return new Map();
  const { file, line, column = 1 } = failure.place;
  // An operator file that is open is marked as one types.
  const shown = vscode.workspace.textDocuments.some(({ uri, isClosed }) => !isClosed && uri.fsPath === file);
  if (shown && file.endsWith(OPS_FILE)) return new Map();
  const range = new vscode.Range(line - 1, column - 1, line - 1, Number.MAX_SAFE_INTEGER);
  const diagnostic = new vscode.Diagnostic(range, [failure.message, failure.next].join('\n').trim());
  diagnostic.source = SOURCE;
  diagnostic.code = failure.code;
  return new Map([[vscode.Uri.file(file).toString(), [{ model, problem: undefined, diagnostic }]]]);
}

async function place(
  model: vscode.Uri,
  check: Check,
  problems: readonly PlacedProblem[],
  codes: vscode.Uri,
): Promise<Map<string, readonly PlacedDiagnostic[]>> {
  const documents = new Map<string, PlacedDiagnostic[]>();
  const python = new PythonPlaces(model);
  const shown = new Map(vscode.workspace.textDocuments.map((document) => [document.uri.toString(), document]));
  const put = (uri: vscode.Uri, line: number, message: string, problem: PlacedProblem, column?: number) => {
    const key = uri.toString();
    const list = documents.get(key) ?? [];
    const begin = column ?? indentOf(shown.get(key), line);
    const diagnostic = diagnose(model, problem, new vscode.Position(Math.max(line, 0), begin), message);
    diagnostic.code = { value: problem.code, target: codes.with({ fragment: problem.code }) };
    list.push({ model, problem, diagnostic });
    documents.set(key, list);
  };
  for (const problem of problems) {
    const message = messageOf(problem, check);
    put(textUri(model), (lineOf(model, problem) ?? 1) - 1, message, problem);
    const script = problem.origin.find((frame) => frame.kind === 'torchscript');
    if (script && shown.has(torchscriptUri(model, script.file).toString()))
      put(torchscriptUri(model, script.file), script.line - 1, message, problem);
    const own = await python.find(problem.origin);
    if (own) put(own.uri, own.line, own.moved ? `${message} ${MOVED}` : message, problem, own.column);
  }
  return documents;
}

/** From 1: in the text that is made of a binary, or in the file that is text itself. */
function lineOf(model: vscode.Uri, problem: PlacedProblem): number | undefined {
  return isTextFile(model)
    ? problem.origin.find(({ kind }) => kind === 'onnxtxt' || kind === 'prototxt')?.line
    : problem.line;
}

function messageOf(problem: PlacedProblem, check: Check): string {
  const module = problem.node?.scope.at(-1)?.path;
  const within = module ? ` In module ${module}.` : '';
  const target = problem.target ? '' : ` (${targetTitle(check.target)})`;
  return `${problem.message}${target}${within}`;
}

/** Where the code of a line begins, where the document is open. */
function indentOf(document: vscode.TextDocument | undefined, line: number): number {
  return document && line < document.lineCount ? document.lineAt(line).firstNonWhitespaceCharacterIndex : 0;
}

function diagnose(
  model: vscode.Uri,
  problem: PlacedProblem,
  from: vscode.Position,
  message: string,
): vscode.Diagnostic {
  // To the end of the line, wherever that is: VS Code cuts it there.
  const range = new vscode.Range(from, from.with({ character: Number.MAX_SAFE_INTEGER }));
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITY[problem.severity]);
  diagnostic.source = SOURCE;
  diagnostic.relatedInformation = problem.origin.flatMap((frame) => related(model, frame));
  return diagnostic;
}

/** The stack of a problem as links, where they lead somewhere. */
function related(model: vscode.Uri, frame: SourceFrame): vscode.DiagnosticRelatedInformation[] {
  if (frame.kind !== 'torchscript') return [];
  const position = new vscode.Position(frame.line - 1, (frame.column ?? 1) - 1);
  const place = new vscode.Location(torchscriptUri(model, frame.file), position);
  return [
    new vscode.DiagnosticRelatedInformation(place, frame.text ?? `TorchScript in ${frame.function ?? frame.file}`),
  ];
}
