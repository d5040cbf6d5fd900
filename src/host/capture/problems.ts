/** Why a program was not captured, on the user's own lines, with what can be done about it. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { fixTitle } from '../../core/problems/fixes.ts';
import type { CaptureProblem } from '../../shared/capture.ts';
import type { SourceFrame } from '../../shared/node.ts';
import type { FixName } from '../../shared/problems.ts';
import type { Draft } from './asking.ts';
import { kindOf } from './source.ts';

const SOURCE = 'Graphwright';
const FIX_COMMAND = 'graphwright.applyCaptureFix';
const WHERE: vscode.DocumentSelector = { scheme: 'file', pattern: '**/*.py' };
const SEVERITY = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

/** One attempt to capture a program. */
export interface Attempt {
  /** The .py file, or a pickle. */
  readonly source: vscode.Uri;
  /** Where the class or function begins, from 0: for what has no other place. */
  readonly line: number;
  /** What was answered so far. */
  readonly answers: Draft;
}

interface Placed {
  readonly uri: vscode.Uri;
  readonly problem: CaptureProblem;
  readonly diagnostic: vscode.Diagnostic;
}

/** A fix of the problem by its name, or what can be done about any. */
export type CaptureFix = FixName | keyof typeof ALWAYS;

/** The same once more, and a way without this machine. */
const ALWAYS = { again: 'Capture again', 'copy-script': 'Copy export script for another machine' } as const;

export type ApplyCaptureFix = (attempt: Attempt, fix: CaptureFix, problem: CaptureProblem) => Promise<void>;

export class CaptureProblems implements vscode.CodeActionProvider, vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('graphwright-capture');
  /** By what was captured. */
  private readonly attempts = new Map<string, { readonly attempt: Attempt; readonly placed: readonly Placed[] }>();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    /** The page that explains every code. */
    private readonly codes: vscode.Uri,
    apply: ApplyCaptureFix,
  ) {
    const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
    this.subscriptions = [
      this.collection,
      vscode.languages.registerCodeActionsProvider(WHERE, this, kinds),
      // Arguments of a command may cross processes: it gets the place of a problem, not the problem.
      vscode.commands.registerCommand(FIX_COMMAND, async (file: string, at: number, fix: CaptureFix) => {
        const found = this.attempts.get(file);
        const placed = found?.placed[at];
        if (found && placed) await apply(found.attempt, fix, placed.problem);
      }),
    ];
  }

  /** Takes the place of what was told of the last attempt. Gives the place of the first problem. */
  put(attempt: Attempt, problems: readonly CaptureProblem[]): vscode.Location | undefined {
    // Where a module is no file of the user's, only lines of files can be marked.
    const isShown = ({ origin }: CaptureProblem) => kindOf(attempt.source) !== 'module' || origin.length > 0;
    const placed = problems.filter(isShown).map((problem) => place(attempt, problem, this.codes));
    this.attempts.set(attempt.source.toString(), { attempt, placed });
    this.show();
    const [first] = placed;
    return first && new vscode.Location(first.uri, first.diagnostic.range);
  }

  clear(source: vscode.Uri): void {
    if (this.attempts.delete(source.toString())) this.show();
  }

  provideCodeActions({ uri }: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    return [...this.attempts].flatMap(([file, { placed }]) =>
      placed.flatMap((each, at) => {
        const here = each.uri.toString() === uri.toString() && each.diagnostic.range.intersection(range) !== undefined;
        return here ? actionsFor(file, at, each) : [];
      }),
    );
  }

  dispose(): void {
    for (const each of this.subscriptions) each.dispose();
  }

  private show(): void {
    const all = [...this.attempts.values()].flatMap(({ placed }) => placed);
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const { uri, diagnostic } of all) {
      const key = uri.toString();
      byFile.set(key, [...(byFile.get(key) ?? []), diagnostic]);
    }
    this.collection.clear();
    for (const [key, diagnostics] of byFile) this.collection.set(vscode.Uri.parse(key), diagnostics);
  }
}

function actionsFor(file: string, at: number, { problem, diagnostic }: Placed): vscode.CodeAction[] {
  const always = problem.severity === 'error' ? (Object.keys(ALWAYS) as (keyof typeof ALWAYS)[]) : [];
  const fixes: readonly CaptureFix[] = [...fixesOf(problem), ...always];
  return fixes.map((fix) => {
    const title = fix === 'again' || fix === 'copy-script' ? ALWAYS[fix] : fixTitle(fix);
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    action.isPreferred = fix === problem.fixes[0];
    action.command = { command: FIX_COMMAND, title, arguments: [file, at, fix] };
    return action;
  });
}

/** An operator is defined for a function that was seen: without one there is nothing to define. */
export function fixesOf({ fixes, candidates = [] }: CaptureProblem): readonly FixName[] {
  return fixes.filter((fix) => fix !== 'define-custom-operator' || candidates.length > 0);
}

/** On the user's deepest line; on the line of the class where there is none. */
function place({ source, line }: Attempt, problem: CaptureProblem, codes: vscode.Uri): Placed {
  const frames = problem.origin.filter(({ kind }) => kind === 'python');
  const [deepest, ...outer] = frames;
  const uri = deepest ? vscode.Uri.file(deepest.file) : source;
  const diagnostic = new vscode.Diagnostic(
    rangeOf(uri, deepest ? deepest.line - 1 : line),
    problem.message,
    SEVERITY[problem.severity],
  );
  diagnostic.source = SOURCE;
  diagnostic.code = { value: problem.code, target: codes.with({ fragment: problem.code }) };
  diagnostic.relatedInformation = outer.map(calledFrom);
  return { uri, problem, diagnostic };
}

/** The code of a line, where its document is open; VS Code cuts what is longer than the line. */
function rangeOf(uri: vscode.Uri, line: number): vscode.Range {
  const at = Math.max(line, 0);
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
  const begin = document && at < document.lineCount ? document.lineAt(at).firstNonWhitespaceCharacterIndex : 0;
  return new vscode.Range(at, begin, at, Number.MAX_SAFE_INTEGER);
}

function calledFrom(frame: SourceFrame): vscode.DiagnosticRelatedInformation {
  const location = new vscode.Location(
    vscode.Uri.file(frame.file),
    new vscode.Position(Math.max(frame.line - 1, 0), 0),
  );
  const where = frame.function ?? path.basename(frame.file);
  return new vscode.DiagnosticRelatedInformation(location, frame.text ?? `called in ${where}`);
}
