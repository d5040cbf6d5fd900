/** What is wrong with the texts of models that are open, marked as one edits: what the checker finds, and what the target does not take. */
import * as vscode from 'vscode';
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

  constructor(
    readonly check: Pace,
    readonly target: Pace,
  ) {}
}

export class TextProblems implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('graphwright-text');
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
      ...[this.collection, this.marked],
      documents.onDidOpen((document) => this.open(document)),
      documents.onDidChange(({ uri }) => {
        this.texts.get(uri.toString())?.check.later(CHECK_MS);
      }),
      documents.onDidClose(({ uri }) => this.close(uri)),
      // What the user said about the model, and its custom operators, change what its target takes.
      models.onDidLoad((model) => this.targetAgainOf(model)),
      readings.onDidKeep((model) => this.targetAgainOf(model)),
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
  stateOf(document: vscode.Uri): { readonly target: TargetChoice; readonly problems: number | undefined } | undefined {
    const text = this.texts.get(document.toString());
    if (!text?.isModel) return undefined;
    const target = this.models.targetOf(sourceOf(document));
    return { target, problems: text.checked ? text.marks.length : undefined };
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
    const found = await this.ask(document, (calls, id) => calls.targetProblems(id, target));
    const text = this.texts.get(document.uri.toString());
    if (!found || !text) return;
    text.ofTarget = found.problems;
    this.mark(document.uri, text);
  }

  /** The answer for the text as it is now; undefined where it was changed meanwhile, so that another check follows. */
  private async ask(
    document: vscode.TextDocument,
    question: (calls: LanguageCalls, id: string) => Promise<Found>,
  ): Promise<Found | undefined> {
    try {
      const found = await this.documents.ask(document, question);
      return found?.version === document.version ? found : undefined;
    } catch (error) {
      this.log.warn(`checking ${document.uri.path}: ${error}`);
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
    this.collection.set(
      uri,
      text.marks.map(({ diagnostic }) => diagnostic),
    );
    this.marked.fire(uri);
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

/** The same code on the same place is the same problem, whoever finds it. */
function placeOf({ code, range: { start } }: TextProblem): string {
  return `${code} ${start.line} ${start.character}`;
}

/** How an editor shows what nobody needs, and what should not be used any more. */
function tagsOf(code: string): vscode.DiagnosticTag[] {
  if (/^(unused|dead)-/.test(code)) return [vscode.DiagnosticTag.Unnecessary];
  return /^deprecated-/.test(code) ? [vscode.DiagnosticTag.Deprecated] : [];
}
