/** Questions in VS Code's quick input, one after another, with a way back. */
import * as vscode from 'vscode';

/** The user wants the question before this one. */
export const BACK = Symbol('back');
export type Answer<T> = T | typeof BACK | undefined;

export interface Question {
  readonly title: string;
  readonly placeholder: string;
  readonly step?: readonly [at: number, of: number];
}

/** Lets the user choose one of a few; `active` is the one that Enter takes. Undefined where they leave. */
export function choose<T extends vscode.QuickPickItem>(
  question: Question,
  items: readonly T[],
  active?: T,
): Promise<Answer<T>> {
  const picker = vscode.window.createQuickPick<T>();
  picker.items = items;
  picker.placeholder = question.placeholder;
  picker.matchOnDescription = true;
  if (active) picker.activeItems = [active];
  return ask(picker, question, () => picker.selectedItems[0]);
}

/**
 * Lets the user choose one of a few, or write what stands for one: `read` makes an item of what is written, where it is one.
 * Undefined where they leave.
 */
export function chooseOrWrite<T extends vscode.QuickPickItem>(
  question: Question,
  items: readonly T[],
  read: (text: string) => T | undefined,
): Promise<Answer<T>> {
  const picker = vscode.window.createQuickPick<T>();
  picker.items = items;
  picker.placeholder = question.placeholder;
  picker.matchOnDescription = true;
  let written: T | undefined;
  picker.onDidChangeValue((text) => {
    const before = written;
    written = read(text);
    if (written !== before) picker.items = written ? [written, ...items] : items;
    if (written) picker.activeItems = [written];
  });
  return ask(picker, question, () => picker.selectedItems[0]);
}

/** Lets the user check any of a few, also none. Undefined where they leave. */
export function chooseSeveral<T extends vscode.QuickPickItem>(
  question: Question,
  items: readonly T[],
  checked: readonly T[],
): Promise<Answer<readonly T[]>> {
  const picker = vscode.window.createQuickPick<T>();
  picker.canSelectMany = true;
  picker.items = items;
  picker.selectedItems = checked;
  picker.placeholder = question.placeholder;
  return ask(picker, question, () => picker.selectedItems);
}

/** Lets the user write a line; `check` says what is wrong with it, or nothing. */
export function write(
  question: Question & { readonly prompt?: string },
  value: string,
  check: (text: string) => string | undefined,
): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  input.value = value;
  input.placeholder = question.placeholder;
  if (question.prompt !== undefined) input.prompt = question.prompt;
  input.onDidChangeValue((text) => {
    input.validationMessage = check(text);
  });
  return ask(input, question, () => {
    input.validationMessage = check(input.value);
    return input.validationMessage ? undefined : input.value;
  });
}

/** Shows a quick input until it is accepted with an answer, left, or the user goes back. */
function ask<T, I extends vscode.QuickPickItem>(
  input: vscode.QuickPick<I> | vscode.InputBox,
  { title, step }: Question,
  answer: () => T | undefined,
): Promise<Answer<T>> {
  input.title = title;
  input.ignoreFocusOut = true;
  if (step) {
    const [at, of] = step;
    input.step = at;
    input.totalSteps = of;
    if (at > 1) input.buttons = [vscode.QuickInputButtons.Back];
  }
  return new Promise((resolve) => {
    const end = (result: Answer<T>) => {
      resolve(result);
      input.dispose();
    };
    input.onDidTriggerButton(() => end(BACK));
    input.onDidAccept(() => {
      const result = answer();
      if (result !== undefined) end(result);
    });
    input.onDidHide(() => end(undefined));
    input.show();
  });
}
