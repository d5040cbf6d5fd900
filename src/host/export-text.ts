/** The script that saves a model as a program, filled from what is known: of a file, or of the answers about a program. */
import path from 'node:path';
import type * as vscode from 'vscode';
import { exportScript, loadProgram, quoted } from '../core/formats/torch/export-script.ts';
import { InputError } from '../core/ir/errors.ts';
import { type InputSpec, parseInputSpec } from '../core/reading.ts';
import { argumentsText, type ProgramAnswers } from './capture/answers.ts';
import { splitCommandLine } from './capture/command-line.ts';
import { kindOf, nameOf } from './capture/source.ts';

const HEAD = "# Saves the model as a program that Graphwright reads. Run it where the model's code is.\n";
const UNKNOWN = 'model = ...  # your module, with its weights loaded';
/** Modules of these packages are parts of a model, not its class. */
const LIBRARIES = /^(?:__torch__\.)?(?:torch|torchvision|timm)\./;

/** What is known of a model whose file lacks something. */
export interface KnownModel {
  readonly fileName: string;
  /** Its class by its dotted name, where the file names it. */
  readonly className?: string | undefined;
  /** Types of its inputs, as the file has them: `float32[1, 3, h, w]`. */
  readonly types: readonly string[];
  /** What the user said of them, as `--input` takes it. */
  readonly inputs: readonly string[];
}

export function scriptForModel({ fileName, className, types, inputs }: KnownModel): string {
  const [, module, name] = /^(?:__torch__\.)?([\w.]+)\.(\w+)$/.exec(className ?? '') ?? [];
  const isOwn = module !== undefined && name !== undefined && !LIBRARIES.test(className ?? '');
  const load = isOwn ? `${loadProgram({ module, name })}  # with its arguments and weights` : UNKNOWN;
  const given = inputs.length > 0 ? inputs : types.map((type, at) => `${at}:${type.replaceAll(' ', '')}`);
  const output = `${path.parse(fileName).name}.exported`;
  return `${HEAD}${exportScript({ load, inputs: specsOf(given), output })}\n`;
}

/** For a program, or a pickle that Python makes a model of, of which everything is known. */
export function scriptForProgram(source: vscode.Uri, answers: ProgramAnswers): string {
  const kind = kindOf(source);
  const base = nameOf(source);
  const { name, weights } = answers;
  const module = kind === 'module' ? base : path.parse(base).name;
  const argv = splitCommandLine(answers.argv ?? '') ?? [];
  const pickled = `model = torch.load(${quoted(base)}, map_location="cpu", weights_only=False)  # runs code that the file names`;
  const load =
    kind === 'pickle'
      ? pickled
      : loadProgram({
          module,
          name,
          arguments: argumentsText(answers.arguments),
          ...(argv.length > 0 && { argv }),
          ...(weights !== undefined && { weights: path.basename(weights) }),
        });
  const output = `${kind === 'module' ? name : module}.exported`;
  return `${HEAD}${exportScript({ load, inputs: specsOf(answers.inputs), output })}\n`;
}

/** None where one of them says too little. */
function specsOf(texts: readonly string[]): readonly InputSpec[] {
  try {
    return texts.map(parseInputSpec);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
