/** graphwright.ops.json in the editor: what is wrong with it as one types, and its rules, tested by numbers. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { findOpsFile, OPS_FILE } from '../core/custom/ops-path.ts';
import { CancelledError, InputError } from '../core/ir/errors.ts';
import type { LanguageCalls, OpsFault, OpsRule, RuleTest } from '../shared/language.ts';
import type { ProblemData } from '../shared/problems.ts';
import { withProgress } from './engine.ts';
import { showError } from './errors.ts';
import { rangeOf } from './language/values.ts';
import type { Log } from './log.ts';
import { registerRuleWriting } from './rule-writing.ts';

const WHERE: vscode.DocumentSelector = { scheme: 'file', pattern: `**/${OPS_FILE}` };
const TEST = 'graphwright.testRules';
const SOURCE = 'Graphwright';
const SETTLE_MS = 250;

const { Error: ERROR, Warning: WARNING } = vscode.DiagnosticSeverity;
const SEVERITY: Readonly<Record<Exclude<RuleTest['result'], 'agrees'>, vscode.DiagnosticSeverity>> = {
  differs: ERROR,
  untested: WARNING,
  endless: WARNING,
};
/** Codes of docs/problems.md. */
const CODES = { differs: 'rule-differs', untested: 'rule-untested', endless: 'endless-rules' } as const;

/** What is known of one file. */
interface Known {
  faults: readonly OpsFault[];
  rules: readonly OpsRule[];
  /** Of the text as it was tested. */
  tests: readonly RuleTest[];
  settling?: NodeJS.Timeout;
}

export class OpsFiles implements vscode.CodeLensProvider, vscode.CodeActionProvider, vscode.Disposable {
  private readonly known = new Map<string, Known>();
  private readonly collection = vscode.languages.createDiagnosticCollection('graphwright-ops');
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly engine: Pick<LanguageCalls, 'opsFile' | 'testRules' | 'opsComplete' | 'opsHover'>,
    /** The page that explains every code. */
    private readonly codes: vscode.Uri,
    private readonly log: Log,
  ) {
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.subscriptions = [
      this.collection,
      this.changed,
      vscode.workspace.onDidOpenTextDocument((document) => this.follow(document)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // Saving is told as a change of nothing.
        if (contentChanges.length > 0) this.edited(document);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.leave(uri)),
      vscode.languages.registerCodeLensProvider(WHERE, this),
      vscode.languages.registerCodeActionsProvider(WHERE, this, kinds),
      registerRuleWriting(WHERE, engine, log),
      vscode.commands.registerCommand(TEST, (uri?: vscode.Uri) => this.test(uri)),
    ];
    for (const document of vscode.workspace.textDocuments) this.follow(document);
  }

  /** Marks rules that undid each other when a model was converted. Rules of Graphwright itself have no place to mark. */
  async showEndless(model: vscode.Uri, problems: readonly ProblemData[]): Promise<void> {
    const endless = problems.filter(({ code }) => code === CODES.endless);
    const file = endless.length > 0 ? findOpsFile(model.fsPath) : undefined;
    if (file === undefined) return;
    const document = await vscode.workspace.openTextDocument(file);
    const { rules } = await this.engine.opsFile(file, document.getText());
    const known = this.knownOf(document.uri);
    known.rules = rules;
    known.tests = endless.flatMap(({ message, details }) => {
      const names = (details.rules ?? '').split(' ');
      const own = rules.filter(({ name }) => names.includes(name));
      return own.map((rule): RuleTest => ({ ...rule, result: 'endless', summary: message }));
    });
    this.mark(document.uri, known);
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const { rules = [], tests = [] } = this.known.get(uri.toString()) ?? {};
    return rules.map(({ name, range }) => {
      const of = tests.filter((test) => test.name === name);
      const good = of.length > 0 && of.every(({ result }) => result === 'agrees');
      const title = good ? `$(check) ${of[0]?.summary}` : of.length > 0 ? '$(error) Test again' : 'Test by numbers';
      return new vscode.CodeLens(rangeOf(range), { title, command: TEST, arguments: [uri] });
    });
  }

  provideCodeActions({ uri }: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    const { faults = [] } = this.known.get(uri.toString()) ?? {};
    return faults.flatMap((fault) => {
      const at = rangeOf(fault.range);
      if (fault.suggested === undefined || !at.intersection(range)) return [];
      const action = new vscode.CodeAction(`Change to ${fault.suggested}`, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(uri, at, fault.suggested);
      action.isPreferred = true;
      action.diagnostics = (this.collection.get(uri) ?? []).filter((each) => each.range.isEqual(at));
      return [action];
    });
  }

  dispose(): void {
    for (const { settling } of this.known.values()) clearTimeout(settling);
    for (const each of this.subscriptions) each.dispose();
  }

  private follow(document: vscode.TextDocument): void {
    if (isOpsFile(document.uri)) void this.look(document);
  }

  private edited(document: vscode.TextDocument): void {
    if (!isOpsFile(document.uri)) return;
    const known = this.knownOf(document.uri);
    known.tests = [];
    clearTimeout(known.settling);
    known.settling = setTimeout(() => void this.look(document), SETTLE_MS);
  }

  private leave(uri: vscode.Uri): void {
    clearTimeout(this.known.get(uri.toString())?.settling);
    this.known.delete(uri.toString());
    this.collection.delete(uri);
  }

  private async look(document: vscode.TextDocument): Promise<void> {
    const { uri, version } = document;
    const known = this.knownOf(uri);
    try {
      const found = await this.engine.opsFile(uri.fsPath, document.getText());
      if (document.isClosed || document.version !== version) return;
      known.faults = found.faults;
      known.rules = found.rules;
      this.mark(uri, known);
    } catch (error) {
      this.log.warn(`${uri.fsPath}: ${error}`);
    }
  }

  /** Tests the rules of a file as it stands in the editor: the one given, or the active one. */
  private async test(given: vscode.Uri | undefined): Promise<void> {
    const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri;
    if (!uri || !isOpsFile(uri)) return;
    try {
      const document = await vscode.workspace.openTextDocument(uri);
      const { version } = document;
      const tests = await withProgress('Testing rewrite rules', (watch) =>
        this.engine.testRules(uri.fsPath, document.getText(), watch),
      );
      if (document.version !== version) return;
      const known = this.knownOf(uri);
      known.tests = tests;
      this.mark(uri, known);
      void this.tell(tests);
    } catch (error) {
      if (error instanceof CancelledError) return;
      // What is wrong with the file is marked in it.
      if (error instanceof InputError && ['file-malformed', 'syntax-error', 'file-missing'].includes(error.code)) {
        void vscode.window.showWarningMessage('The rules are tested when nothing is wrong with the file any more.');
      } else await showError(error, this.log, 'Test Rewrite Rules');
    }
  }

  private async tell(tests: readonly RuleTest[]): Promise<void> {
    const bad = tests.filter(({ result }) => result !== 'agrees');
    const [only] = bad;
    if (!only) {
      const all = tests.length === 1 ? 'The rule gives' : `All ${tests.length} rules give`;
      void vscode.window.showInformationMessage(`${all} the same results on random models.`);
      return;
    }
    const show = 'Show Problems';
    const what = bad.length === 1 ? `${only.name}: ${only.summary}` : `${bad.length} findings about rules.`;
    if ((await vscode.window.showWarningMessage(what, show)) === show)
      await vscode.commands.executeCommand('workbench.actions.view.problems');
  }

  private knownOf(uri: vscode.Uri): Known {
    const key = uri.toString();
    const known = this.known.get(key) ?? { faults: [], rules: [], tests: [] };
    this.known.set(key, known);
    return known;
  }

  private mark(uri: vscode.Uri, { faults, tests }: Known): void {
    const found = faults.map(({ range, message, code }) => this.diagnostic(range, message, ERROR, code));
    const tested = tests.flatMap(({ range, summary, example, result }) => {
      if (result === 'agrees') return [];
      const message = [summary, ...(example === undefined ? [] : [example])].join('\n');
      const diagnostic = this.diagnostic(range, message, SEVERITY[result], CODES[result]);
      diagnostic.code = { value: CODES[result], target: this.codes.with({ fragment: CODES[result] }) };
      return [diagnostic];
    });
    this.collection.set(uri, [...found, ...tested]);
    this.changed.fire();
  }

  private diagnostic(range: OpsFault['range'], message: string, severity: vscode.DiagnosticSeverity, code: string) {
    const made = new vscode.Diagnostic(rangeOf(range), message, severity);
    made.source = SOURCE;
    made.code = code;
    return made;
  }
}

function isOpsFile(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && path.posix.basename(uri.path) === OPS_FILE;
}
