/** What can be done about a problem, as quick fixes on the lines where problems stand. */
import * as vscode from 'vscode';
import { editsText, fixTitle } from '../core/problems/fixes.ts';
import type { FixName, PlacedProblem } from '../shared/problems.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { TextProblems } from './language/problems.ts';
import { CAFFE_PROTOTXT, isTorchFile, ONNX_TEXT, sourceOf, TORCHSCRIPT_SCHEME } from './uris.ts';

const FIX_COMMAND = 'graphwright.applyFix';
const CAPTURE = 'Capture with Python…';
const WHERE: vscode.DocumentSelector = [
  { language: ONNX_TEXT },
  { language: CAFFE_PROTOTXT },
  { scheme: TORCHSCRIPT_SCHEME },
  { scheme: 'file', pattern: '**/*.py' },
];
/** Modules of these packages are made of operators that converters know: nobody defines them. */
const LIBRARIES = /^(torch|torchvision|timm|transformers)\./;

/** One quick fix: what to do, for which problem of which model. */
interface Offer {
  readonly title: string;
  readonly model: vscode.Uri;
  readonly fix: FixName;
  readonly problem: PlacedProblem;
  readonly diagnostic: vscode.Diagnostic;
  /** The path of the module whose class is to be defined. */
  readonly module?: string;
}

export type ApplyFix = (model: vscode.Uri, fix: FixName, problem: PlacedProblem, module?: string) => Promise<void>;

/** A problem of a model, and its mark in a document. */
interface Marked {
  readonly model: vscode.Uri;
  readonly problem: PlacedProblem | undefined;
  readonly diagnostic: vscode.Diagnostic;
}

/** Offers the fixes of a problem where it stands; `apply` does them. */
export function registerFixes(diagnostics: Diagnostics, texts: TextProblems, apply: ApplyFix): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    provideCodeActions(document, range) {
      // What is wrong with a text itself is mended in it (language/fixes.ts): here is what else can be done for its target.
      const model = sourceOf(document.uri);
      const edited = texts.at(document.uri, range).filter(({ ofTarget }) => ofTarget);
      const marked: Marked[] = edited.map(({ problem, diagnostic }) => ({ model, problem, diagnostic }));
      const offers = [...diagnostics.at(document.uri, range), ...marked].flatMap(offersFor);
      // Several nodes may come from one line: one fix serves them all.
      const distinct = new Map(offers.map((offer) => [`${offer.model} ${offer.title}`, offer]));
      const models = new Set(offers.map(({ model }) => model.toString()));
      const actions = [...distinct.values()].map((offer) => action(offer, models.size > 1));
      const again = offers.find(({ fix, model: of }) => fix === 'export-again' && isTorchFile(of));
      return [...actions, ...(again ? [captureAction(again)] : [])];
    },
  };
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(WHERE, provider, kinds),
    vscode.commands.registerCommand(FIX_COMMAND, apply),
  );
}

function offersFor({ model, problem, diagnostic }: Marked): Offer[] {
  if (!problem) return [];
  return problem.fixes.flatMap((fix): Offer[] => {
    // Those that change the text are offered with it (language/fixes.ts).
    if (editsText(fix)) return [];
    const { opset } = problem.details;
    const title = fix === 'change-opset' && opset !== undefined ? `Check against opset ${opset}` : fixTitle(fix);
    const offer = { title, model, fix, problem, diagnostic };
    if (fix !== 'define-custom-operator' || !problem.node) return [offer];
    const module = ownModule(problem);
    return [
      { ...offer, title: fixTitle(fix).replace('…', ` ${problem.node.operator}…`) },
      ...(module
        ? [{ ...offer, title: `Define custom operator for module class ${module.type}…`, module: module.path }]
        : []),
    ];
  });
}

/** The user's own Python has what a file of PyTorch lacks. */
function captureAction({ model, diagnostic }: Offer): vscode.CodeAction {
  const made = new vscode.CodeAction(CAPTURE, vscode.CodeActionKind.QuickFix);
  made.diagnostics = [diagnostic];
  made.command = { command: 'graphwright.capture', title: CAPTURE, arguments: [model] };
  return made;
}

/** The innermost module around a problem whose class is the user's own; not the whole model. */
function ownModule({ node }: PlacedProblem) {
  return node?.scope.findLast(({ path, type }) => path !== '' && type !== '' && !LIBRARIES.test(type));
}

function action({ title, model, fix, problem, diagnostic, module }: Offer, severalModels: boolean): vscode.CodeAction {
  const words = severalModels ? `${title} (${model.path.slice(model.path.lastIndexOf('/') + 1)})` : title;
  const made = new vscode.CodeAction(words, vscode.CodeActionKind.QuickFix);
  made.diagnostics = [diagnostic];
  made.isPreferred = fix === problem.fixes[0] && module === undefined;
  made.command = { command: FIX_COMMAND, title: words, arguments: [model, fix, problem, module] };
  return made;
}
