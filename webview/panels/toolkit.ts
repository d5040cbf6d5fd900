/** The one place that knows @vscode/webview-ui-toolkit: its components that the panel uses, as elements. */
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { h, type IconName, icon } from '../dom.ts';

export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeTextField(),
  );
}

export interface ButtonOptions {
  readonly label: string;
  readonly icon?: IconName;
  readonly look?: 'primary' | 'secondary';
  readonly testId: string;
  readonly onClick: () => void;
}

/** A button with words on it. */
export function button({ label, icon: name, look = 'secondary', testId, onClick }: ButtonOptions): HTMLElement {
  return h(
    'vscode-button',
    { appearance: look, title: label, 'data-testid': testId, onclick: onClick },
    name && icon(name, { slot: 'start' }),
    label,
  );
}

/** A button with a picture; its label is read aloud and shown as a tip. */
export function iconButton(options: ButtonOptions & { readonly icon: IconName }): HTMLElement {
  const { label, icon: name, testId, onClick } = options;
  const properties = { appearance: 'icon', 'aria-label': label, title: label, 'data-testid': testId, onclick: onClick };
  return h('vscode-button', properties, icon(name));
}

export interface TextField {
  readonly element: HTMLElement;
  value: string;
}

export function textField(label: string, placeholder: string, testId: string, onInput: () => void): TextField {
  const element = h('vscode-text-field', { 'aria-label': label, placeholder, 'data-testid': testId, oninput: onInput });
  return {
    element,
    get value() {
      return (element as unknown as { value?: string }).value ?? '';
    },
    set value(text: string) {
      (element as unknown as { value: string }).value = text;
    },
  };
}

export interface Choice {
  readonly value: string;
  readonly title: string;
}

export interface Dropdown {
  readonly element: HTMLElement;
  /** Shows these choices, with one of them chosen. */
  offer(choices: readonly Choice[], chosen: string): void;
}

export function dropdown(label: string, testId: string, onChoose: (value: string) => void): Dropdown {
  const element = h('vscode-dropdown', { 'aria-label': label, title: label, 'data-testid': testId });
  let chosen = '';
  element.addEventListener('change', () => {
    const { value } = element as unknown as { value: string };
    // The component says `change` also when its options are set.
    if (value === '' || value === chosen) return;
    chosen = value;
    onChoose(value);
  });
  return {
    element,
    offer(choices, value) {
      chosen = value;
      element.replaceChildren(
        ...choices.map((choice) =>
          h('vscode-option', { value: choice.value, ...(choice.value === value && { selected: true }) }, choice.title),
        ),
      );
    },
  };
}

export function badge(text: string, testId: string): HTMLElement {
  return h('vscode-badge', { 'data-testid': testId }, text);
}

export function progressRing(): HTMLElement {
  return h('vscode-progress-ring', {});
}
