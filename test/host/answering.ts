/** Answers to questions in VS Code's quick input, one after another, as a user gives them. */
import type * as vscode from 'vscode';

/** What to write, or which item to take by a part of its label; nothing takes what is there. */
export type GivenAnswer = string | undefined;

export interface Answering {
  /** In the place of the functions of vscode.window. */
  readonly stubs: Pick<typeof vscode.window, 'createQuickPick' | 'createInputBox'>;
  /** What was asked: the prompt or the placeholder of each question. */
  readonly asked: readonly string[];
  /** `2/6`: the place of each question among all. */
  readonly steps: readonly string[];
}

export function answering(...answers: readonly GivenAnswer[]): Answering {
  const left = [...answers];
  const asked: string[] = [];
  const steps: string[] = [];
  const input = () => {
    const heard = new Map<string, (value: unknown) => unknown>();
    const on = (name: string) => (listener: (value: unknown) => unknown) => {
      heard.set(name, listener);
      return { dispose: () => undefined };
    };
    const shared = {
      ...{ value: '', prompt: '', placeholder: '', validationMessage: undefined as string | undefined },
      ...{ onDidAccept: on('accept'), onDidHide: on('hide'), onDidChangeValue: on('change') },
      ...{ onDidTriggerButton: on('button'), dispose: () => undefined },
    };
    return { shared, fire: (name: string, value?: unknown) => heard.get(name)?.(value) };
  };
  /** Too few answers, or one that is not taken, leave the question: the test sees that something is missing. */
  const take = (
    own: { prompt?: string; placeholder: string; step?: number; totalSteps?: number },
    answer: (given: GivenAnswer) => void,
    leave: () => void,
  ) =>
    setTimeout(() => {
      asked.push(own.prompt || own.placeholder);
      steps.push(`${own.step}/${own.totalSteps}`);
      if (left.length === 0) leave();
      else answer(left.shift());
    });
  const createInputBox = () => {
    const { shared, fire } = input();
    const show = () =>
      take(
        box,
        (given) => {
          if (given !== undefined) box.value = given;
          fire('change', box.value);
          fire('accept');
          if (box.validationMessage) fire('hide');
        },
        () => fire('hide'),
      );
    const box = { ...shared, show };
    return box as unknown as vscode.InputBox;
  };
  const createQuickPick = <T extends vscode.QuickPickItem>() => {
    const { shared, fire } = input();
    const show = () =>
      take(
        picker,
        (given) => {
          fire('change', given ?? '');
          const [active] = picker.activeItems.length > 0 ? picker.activeItems : picker.items;
          const found = given === undefined ? active : picker.items.find(({ label }) => label.includes(given));
          if (!picker.canSelectMany) picker.selectedItems = found ? [found] : [];
          fire(found || picker.canSelectMany ? 'accept' : 'hide');
        },
        () => fire('hide'),
      );
    const lists = { items: [] as T[], activeItems: [] as T[], selectedItems: [] as T[] };
    const picker = { ...shared, ...lists, canSelectMany: false, show };
    return picker as unknown as vscode.QuickPick<T>;
  };
  return { stubs: { createQuickPick, createInputBox }, asked, steps };
}
