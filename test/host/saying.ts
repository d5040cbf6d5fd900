/** What the extension says in messages, and answers to them. */
import * as vscode from 'vscode';

export interface Said {
  readonly message: string;
  readonly detail?: string | undefined;
}

/** Does something while messages are heard, and answered by the button that is to be pressed. */
export async function saying(
  { press, isTrusted = true }: { readonly press?: string; readonly isTrusted?: boolean },
  work: () => PromiseLike<unknown>,
  stubs: Partial<typeof vscode.window> = {},
): Promise<readonly Said[]> {
  const said: Said[] = [];
  const hear = async (message: string, ...rest: readonly unknown[]) => {
    const [options] = rest;
    const detail =
      typeof options === 'object' && options !== null ? (options as vscode.MessageOptions).detail : undefined;
    said.push({ message, detail });
    return press !== undefined && rest.includes(press) ? press : undefined;
  };
  const names = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;
  const window: Record<string, unknown> = vscode.window as unknown as Record<string, unknown>;
  const before = Object.fromEntries([...names, ...Object.keys(stubs)].map((name) => [name, window[name]]));
  const trust = Object.getOwnPropertyDescriptor(vscode.workspace, 'isTrusted');
  Object.assign(window, Object.fromEntries(names.map((name) => [name, hear])), stubs);
  Object.defineProperty(vscode.workspace, 'isTrusted', { get: () => isTrusted, configurable: true });
  try {
    await work();
  } finally {
    Object.assign(window, before);
    if (trust) Object.defineProperty(vscode.workspace, 'isTrusted', trust);
  }
  return said;
}
