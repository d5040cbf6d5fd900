/** The files that each version of PyTorch made (test/fixtures/torch/versions), and what it computed. */
import { readdirSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { FIXTURES, unzip } from './build.ts';

export interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** One call: shapes of inputs, whose numbers are those of `inputNumbers`, and the outputs. */
export interface MadeCall {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly Numbers[];
}

export interface MadeFile extends MadeCall {
  /** The scale of quantised outputs. */
  readonly step?: number;
  /** The same with another size, where the program takes any. */
  readonly larger?: MadeCall;
}

export interface Version {
  /** Such as `1.4`. */
  readonly name: string;
  readonly torch: string;
  readonly files: Readonly<Record<string, MadeFile>>;
  /** What this version cannot make, in its own words. */
  readonly missing: Readonly<Record<string, string>>;
  readonly content: (name: string) => Uint8Array;
}

const FOLDER = new URL('versions/', FIXTURES);

/** All versions, oldest first. */
export function versions(): Version[] {
  const names = readdirSync(FOLDER).flatMap((name) => /^(.+)\.zip\.br$/.exec(name)?.[1] ?? []);
  const minor = (name: string) => name.split('.').reduce((all, part) => 100 * all + Number(part), 0);
  return names.sort((a, b) => minor(a) - minor(b)).map(readVersion);
}

function readVersion(name: string): Version {
  const entries = unzip(brotliDecompressSync(readFileSync(new URL(`${name}.zip.br`, FOLDER))));
  const content = (file: string): Uint8Array => {
    const found = entries[file];
    if (found) return found;
    throw new Error(`PyTorch ${name} made no ${file}`);
  };
  const about = JSON.parse(Buffer.from(content('expected.json')).toString()) as Omit<Version, 'name' | 'content'>;
  return { name, ...about, content };
}

/** The numbers that net.py gives as input: multiples of 1/32. */
export function inputNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, k) => (((k * 37) % 129) - 64) / 32);
}

/** Columns of the table in docs/pytorch-files.md, and the files that each stands for. */
const COLUMNS: readonly (readonly [title: string, files: RegExp])[] = [
  ['traced', /^(traced|changed)\.pt$/],
  ['scripted, methods', /^(scripted\.pt|method)$/],
  ['frozen', /^frozen-/],
  ['mobile with code', /\.ptl$/],
  ['quantised', /^quantized-/],
  ['dynamically', /^dynamic-/],
  ['half', /^half/],
  ['embeddings', /^embedding/],
  ['`torch.save`, zip', /^module\.pth$/],
  ['without zip', /^module-legacy/],
  ['torch.fx', /^graph-module/],
  ['`.pt2`', /\.pt2$/],
];

/** How many files of each kind there are of each version. */
export function versionsTable(): string {
  const rows = versions().map(({ torch, files }) => {
    const names = Object.keys(files);
    const counts = COLUMNS.map(([, kind]) => names.filter((name) => kind.test(name)).length);
    return `| ${torch} | ${counts.map((count) => count || '–').join(' | ')} |`;
  });
  const titles = COLUMNS.map(([title]) => title);
  return [`| PyTorch | ${titles.join(' | ')} |`, `|${'---|'.repeat(titles.length + 1)}`, ...rows].join('\n');
}
