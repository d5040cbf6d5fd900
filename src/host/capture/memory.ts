/** What was answered about the programs of each file, kept for the workspace. */
import type * as vscode from 'vscode';
import type { TargetChoice } from '../../shared/identifiers.ts';
import type { ConversionWishes } from '../conversion-wishes.ts';
import type { ProgramAnswers } from './answers.ts';
import { MODULE_SCHEME } from './source.ts';

/** All that a capture needs: with it, it can be made again. */
export interface CaptureAnswers extends ProgramAnswers {
  readonly target: TargetChoice;
  readonly wishes: ConversionWishes;
  /** Codes of problems that the user takes. */
  readonly accept: readonly string[];
}

interface OfFile {
  /** The class or function of the last time. */
  readonly last?: string;
  readonly programs: Readonly<Record<string, CaptureAnswers>>;
}

const CAPTURES = 'captures';
const CONSENTS = 'captureConsents';

export class CaptureMemory {
  constructor(private readonly memento: vscode.Memento) {}

  /** The last answers about a class or function of a file, or about the one of the last time. */
  of(file: vscode.Uri, name?: string): CaptureAnswers | undefined {
    const { last, programs } = this.ofFile(file);
    const wanted = name ?? last;
    return wanted === undefined ? undefined : programs[wanted];
  }

  /** What was captured of modules, as `torchvision.models:resnet18`, the last of each: by the addresses of their modules. */
  modules(): readonly { readonly source: string; readonly name: string }[] {
    return Object.entries(this.all()).flatMap(([source, { last }]) =>
      source.startsWith(`${MODULE_SCHEME}:`) && last !== undefined ? [{ source, name: last }] : [],
    );
  }

  async keep(file: vscode.Uri, answers: CaptureAnswers): Promise<void> {
    const { programs } = this.ofFile(file);
    const kept: OfFile = { last: answers.name, programs: { ...programs, [answers.name]: answers } };
    await this.memento.update(CAPTURES, { ...this.all(), [file.toString()]: kept });
  }

  /** Whether the user let programs of this workspace run with an interpreter, in a folder. */
  mayRun(python: string, folder: string): boolean {
    return this.consents().includes(consentOf(python, folder));
  }

  async letRun(python: string, folder: string): Promise<void> {
    const consents = new Set([...this.consents(), consentOf(python, folder)]);
    await this.memento.update(CONSENTS, [...consents]);
  }

  private ofFile(file: vscode.Uri): OfFile {
    return this.all()[file.toString()] ?? { programs: {} };
  }

  private all(): Readonly<Record<string, OfFile>> {
    return this.memento.get<Record<string, OfFile>>(CAPTURES, {});
  }

  private consents(): readonly string[] {
    return this.memento.get<readonly string[]>(CONSENTS, []);
  }
}

function consentOf(python: string, folder: string): string {
  return JSON.stringify([python, folder]);
}
