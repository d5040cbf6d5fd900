/** Types of vscode.mjs for tests. */
import type { ChildProcess } from 'node:child_process';

export const SERVER: string;
export interface ServerOptions {
  readonly data: string;
  readonly cwd: string;
  readonly port?: number;
  readonly token?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly verbose?: boolean;
  readonly vsix?: readonly string[];
  readonly extension?: string;
  readonly driver?: boolean;
  readonly trust?: boolean;
}

export interface Server {
  readonly process: ChildProcess;
  readonly authority: string;
  output(): string;
  address(folder: string, payload?: readonly (readonly [string, string])[]): string;
  remote(file: string): string;
  stop(): Promise<void>;
}

export function installVSCode(): Promise<void>;
export function startVSCode(options: ServerOptions): Promise<Server>;
