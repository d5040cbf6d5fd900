/** What is wrong with the texts of models that are open, marked as one edits: what the checker finds, and what the target does not take. */
import * as vscode from 'vscode';
import { InputError } from '../../core/ir/errors.ts';
import type { TargetChoice } from '../../shared/identifiers.ts';
import type { TextProblems as Found, LanguageCalls, TextProblem } from '../../shared/language.ts';
import { targetTitle } from '../../shared/target-text.ts';
import type { Log } from '../log.ts';
import type { Models } from '../models.ts';
import type { Readings } from '../readings.ts';
import { TARGET_SETTING } from '../target.ts';
import { sourceOf } from '../uris.ts';
import type { LanguageDocuments } from './documents.ts';
import { Pace } from './pace.ts';
import { rangeOf } from './values.ts';

/** After the last key, so that a word half written is not called wrong. */
const CHECK_MS = 120;
const TARGET_MS = 400;

const SEVERITY = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

/** A problem, marked in a text. */
export interface MarkedProblem {
  readonly problem: TextProblem;
  /** Only the target minds; the text itself is right. */
  readonly ofTarget: boolean;
  readonly diagnostic: vscode.Diagnostic;
}

class Marked {
  found: readonly TextProblem[] = [];
  ofTarget: readonly TextProblem[] = [];
  marks: readonly MarkedProblem[] = [];
  checked = false;
  isModel = true;
  /** Why its target cannot be used. */
  failure: InputError | undefined;

  constructor(
    readonly check: Pace,
    readonly target: Pace,
  ) {}
}

export class TextProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('graphwright-text');
  /** Of files that a target is read from, and that are broken. */
  private readonly broken = vscode.languages.createDiagnosticCollection('graphwright-target');
  private readonly texts = new Map<string, Marked>();
  private readonly marked = new vscode.EventEmitter<vscode.Uri>();
  /** The problems of a text were marked anew. */
  readonly onDidMark = this.marked.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly documents: LanguageDocuments,
    private readonly models: Models,
    private readonly readings: Readings,
    /** The page that explains every code. */
    private readonly codes: vscode.Uri,
    private readonly log: Log,
  ) {
    this.subscriptions = [
      ...[this.collection, this.broken, this.marked],
      documents.onDidOpen((document) => this.open(document)),
      documents.onDidChange(({ uri }) => {
        this.texts.get(uri.toString())?.check.later(CHECK_MS);
      }),
      documents.onDidClose(({ uri }) => this.close(uri)),
      // What the user said about the model, and its custom operators, change what its target takes.
      models.onDidLoad((model) => this.targetAgainOf(model)),
      readings.onDidKeep((model) => this.targetAgainOf(model)),
      vscode.workspace.onDidSaveTextDocument(({ uri: { fsPath } }) =>
        this.targetAgain((uri) => this.models.targetOf(sourceOf(uri)).target === fsPath),
      ),
      vscode.workspace.onDidChangeConfiguration((change) =>
        this.targetAgain((uri) => change.affectsConfiguration(TARGET_SETTING, sourceOf(uri))),
      ),
    ];
  }

  /** The problems that stand on a range. */
  at(document: vscode.Uri, range: vscode.Range): readonly MarkedProblem[] {
    const marks = this.texts.get(document.toString())?.marks ?? [];
    return marks.filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined);
  }

  /** What a text is checked against and how many problems it has; undefined where it is not followed. */
  stateOf(document: vscode.Uri): TextState | undefined {
    const text = this.texts.get(document.toString());
    if (!text?.isModel) return undefined;
    const target = this.models.targetOf(sourceOf(document));
    return { target, problems: text.checked ? text.marks.length : undefined, failure: text.failure };
  }

  dispose(): void {
    for (const { check, target } of this.texts.values()) for (const each of [check, target]) each.dispose();
    for (const each of this.subscriptions) each.dispose();
  }

  private open(document: vscode.TextDocument): void {
    const check = new Pace(() => this.check(document));
    const target = new Pace(() => this.checkTarget(document));
    this.texts.set(document.uri.toString(), new Marked(check, target));
    check.later(0);
  }

  private close(uri: vscode.Uri): void {
    const text = this.texts.get(uri.toString());
    text?.check.dispose();
    text?.target.dispose();
    this.texts.delete(uri.toString());
    this.collection.delete(uri);
    this.markBroken();
    this.marked.fire(uri);
  }

  private targetAgainOf(model: vscode.Uri): void {
    this.targetAgain((uri) => sourceOf(uri).toString() === model.toString());
  }

  private targetAgain(concerns: (text: vscode.Uri) => boolean): void {
    for (const [key, { target }] of this.texts) if (concerns(vscode.Uri.parse(key))) target.later(0);
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const found = await this.ask(document, (calls, id) => calls.textProblems(id));
    const text = this.texts.get(document.uri.toString());
    if (!found || !text) return;
    text.found = found.problems;
    text.isModel = found.isModel;
    // Its own check follows; until then it stands beside what is wrong with the text itself only.
    if (text.found.some(({ severity }) => severity === 'error')) text.ofTarget = [];
    text.checked = true;
    this.mark(document.uri, text);
    text.target.later(TARGET_MS);
  }

  private async checkTarget(document: vscode.TextDocument): Promise<void> {
    const source = sourceOf(document.uri);
    const target = { ...this.models.targetOf(source), accept: this.readings.of(source).accept };
    let failure: InputError | undefined;
    const found = await this.ask(
      document,
      (calls, id) => calls.targetProblems(id, target),
      (error) => {
        failure = error;
      },
    );
    const text = this.texts.get(document.uri.toString());
    if ((!found && !failure) || !text) return;
    text.ofTarget = found?.problems ?? [];
    text.failure = failure;
    this.mark(document.uri, text);
    this.markBroken();
  }

  /** The answer for the text as it is now; undefined where it was changed meanwhile, so that another check follows. */
  private async ask(
    document: vscode.TextDocument,
    question: (calls: LanguageCalls, id: string) => Promise<Found>,
    onBadInput: (error: InputError) => void = () => {},
  ): Promise<Found | undefined> {
    try {
      const found = await this.documents.ask(document, question);
      return found?.version === document.version ? found : undefined;
    } catch (error) {
      this.log.warn(`checking ${document.uri.path}: ${error}`);
      if (error instanceof InputError && this.documents.follows(document)) onBadInput(error);
      return undefined;
    }
  }

  private mark(uri: vscode.Uri, text: Marked): void {
    const target = targetTitle(this.models.targetOf(sourceOf(uri)));
    const own = new Set(text.found.map(placeOf));
    text.marks = [
      ...text.found.map((problem) => ({ problem, ofTarget: false, diagnostic: this.diagnose(uri, problem, '') })),
      ...text.ofTarget
        .filter((problem) => !own.has(placeOf(problem)))
        .map((problem) => ({ problem, ofTarget: true, diagnostic: this.diagnose(uri, problem, target) })),
    ];
    const unusable = text.failure ? [failureOf(text.failure, target)] : [];
    this.collection.set(uri, [...unusable, ...text.marks.map(({ diagnostic }) => diagnostic)]);
    this.marked.fire(uri);
  }

  /** Marks each file whose fault keeps texts from being checked, on its line. */
  private markBroken(): void {
    this.broken.clear();
    for (const { failure } of this.texts.values()) {
      const place = failure && placeIn(failure);
      if (!place) continue;
      const { message, next = '' } = failure;
      const diagnostic = new vscode.Diagnostic(place.range, `${message}\n${next}`.trim());
      diagnostic.source = 'Graphwright';
      diagnostic.code = failure.code;
      this.broken.set(place.uri, [diagnostic]);
    }
  }

  private diagnose(uri: vscode.Uri, problem: TextProblem, target: string): vscode.Diagnostic {
    const message = target === '' || problem.target ? problem.message : `${problem.message} (${target})`;
    const diagnostic = new vscode.Diagnostic(rangeOf(problem.range), message, SEVERITY[problem.severity]);
    diagnostic.source = 'Graphwright';
    diagnostic.code = { value: problem.code, target: this.codes.with({ fragment: problem.code }) };
    diagnostic.tags = tagsOf(problem.code);
    diagnostic.relatedInformation = problem.related.map(
      ({ range, message }) =>
        new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, rangeOf(range)), message),
    );
    return diagnostic;
  }
}

/** What a text is checked against. */
export interface TextState {
  readonly target: TargetChoice;
  /** How many; undefined while they are being looked for. */
  readonly problems: number | undefined;
  /** Why the target cannot be used. */
  readonly failure: unknown;
}

/** Where the fault is, of a file with lines. */
function placeIn({ place }: InputError): vscode.Location | undefined {
  if (place?.line === undefined) return undefined;
  const { file, line, column = 1 } = place;
  return new vscode.Location(
    vscode.Uri.file(file),
    new vscode.Range(line - 1, column - 1, line - 1, Number.MAX_SAFE_INTEGER),
  );
}

/** Why nothing is said of a target, at the head of the text. */
function failureOf(failure: InputError, target: string): vscode.Diagnostic {
  const place = placeIn(failure);
  const { message, next = '' } = failure;
  const text = `${target} cannot be used as a target: ${message}. ${place ? '' : next}`.trim();
  const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, Number.MAX_SAFE_INTEGER), text);
  diagnostic.source = 'Graphwright';
  diagnostic.code = failure.code;
  if (place) diagnostic.relatedInformation = [new vscode.DiagnosticRelatedInformation(place, message)];
  return diagnostic;
}

/** The same code on the same place is the same problem, whoever finds it. */
function placeOf({ code, range: { start } }: TextProblem): string {
  return `${code} ${start.line} ${start.character}`;
}

/** How an editor shows what nobody needs, and what should not be used any more. */
function tagsOf(code: string): vscode.DiagnosticTag[] {
  if (/^(unused|dead)-/.test(code)) return [vscode.DiagnosticTag.Unnecessary];
  return /^deprecated-/.test(code) ? [vscode.DiagnosticTag.Deprecated] : [];
}
