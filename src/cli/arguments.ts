/** The command line's arguments, checked: wrong ones are an InputError `bad-argument` with a next step. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { checkMl, ML } from '../core/dialects/onnx/ml-versions.ts';
import { InputError } from '../core/ir/errors.ts';
import { parseInputSpec, type Reading } from '../core/reading.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** READING: how the input is to be read. */
export const READING_OPTIONS = {
  input: { type: 'string', multiple: true },
  from: { type: 'string' },
  method: { type: 'string' },
  prototxt: { type: 'string' },
  stage: { type: 'string', multiple: true },
  ops: { type: 'string', multiple: true },
  accept: { type: 'string', multiple: true },
} as const satisfies Options;

export const TARGET_OPTIONS = { to: { type: 'string' }, opset: { type: 'string' } } as const satisfies Options;

/** What is to be told of passes, and which are left out. */
export const PASS_OPTIONS = {
  explain: { type: 'boolean' },
  disable: { type: 'string', multiple: true },
  inline: { type: 'boolean' },
  'fold-limit': { type: 'string' },
  annotate: { type: 'boolean' },
} as const satisfies Options;

export const JSON_OPTION = { json: { type: 'boolean' } } as const satisfies Options;

/** Parses by a table of options. `files` says what the plain arguments are, for messages. */
export function parse<O extends Options>(args: readonly string[], options: O, files: readonly string[]) {
  const parsed = parseOrThrow(args, options);
  const missing = files[parsed.positionals.length];
  if (missing !== undefined) throw new InputError('bad-argument', `${missing} is missing`, undefined, SEE_HELP);
  const surplus = parsed.positionals[files.length];
  if (surplus !== undefined) throw new InputError('bad-argument', `did not expect "${surplus}"`, undefined, SEE_HELP);
  return parsed;
}

function parseOrThrow<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new InputError('bad-argument', message, undefined, SEE_HELP);
  }
}

export const SEE_HELP = 'See graphwright --help.';

interface ReadingValues {
  readonly input?: string[] | undefined;
  readonly from?: string | undefined;
  readonly method?: string | undefined;
  readonly prototxt?: string | undefined;
  readonly stage?: string[] | undefined;
  readonly ops?: string[] | undefined;
  readonly accept?: string[] | undefined;
}

export function readingOf(values: ReadingValues): Reading {
  return {
    inputs: (values.input ?? []).map(parseInputSpec),
    from: values.from,
    method: values.method,
    prototxt: values.prototxt,
    stages: values.stage,
    ops: values.ops ?? [],
    accept: values.accept ?? [],
  };
}

interface WishValues {
  readonly force?: boolean | undefined;
  readonly simplify?: boolean | undefined;
  readonly disable?: string[] | undefined;
  readonly explain?: boolean | undefined;
  readonly inline?: boolean | undefined;
  readonly 'fold-limit'?: string | undefined;
  readonly annotate?: boolean | undefined;
  readonly verify?: boolean | undefined;
}

/** What a conversion is to do besides, and what to tell. Throws InputError for a limit that is no size. */
export function wishesOf(values: WishValues) {
  return {
    force: values.force ?? false,
    simplify: values.simplify ?? false,
    disabled: values.disable ?? [],
    explain: values.explain ?? false,
    inline: values.inline ?? false,
    foldLimit: foldLimitOf(values['fold-limit']),
    annotate: values.annotate ?? false,
    verify: values.verify ?? false,
  };
}

/** `--fold-limit MB` in bytes. Throws InputError for what is no size. */
export function foldLimitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * MEGABYTE;
  throw new InputError('bad-argument', `"${text}" is no size`, undefined, 'Give megabytes, such as --fold-limit 32.');
}

/** A number above 0. Throws InputError for what is none. */
export function numberOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new InputError('bad-argument', `"${text}" is no number`, undefined, `Give a number above 0 for --${option}.`);
}

const MEGABYTE = 1e6;

/** What `--opset` says. */
export interface Opsets {
  readonly opset: number | undefined;
  readonly mlOpset?: number;
}

/**
 * The opsets for a target: `17`, `ai.onnx.ml:3`, or both with a comma between. Throws InputError for what is no number, or
 * what the target cannot have.
 */
export function opsetsOf(text: string | undefined, target: string): Opsets {
  if (text === undefined) return { opset: undefined };
  if (target.startsWith('caffe:'))
    throw new InputError('bad-argument', `${target} has no opsets`, undefined, 'Leave --opset out.');
  const found = text.split(',').map((part) => /^(?:(ai\.onnx|ai\.onnx\.ml):)?(\d+)$/.exec(part)?.slice(1) ?? []);
  if (found.some(([, number]) => number === undefined))
    throw new InputError('bad-argument', `"${text}" is not an opset`, undefined, 'Give a number, such as --opset 17.');
  const of = (isMl: boolean) =>
    found.filter(([domain]) => (domain === ML) === isMl).map(([, number]) => Number(number));
  const [[opset, ...others], [mlOpset, ...more]] = [of(false), of(true)];
  if (others.length > 0 || more.length > 0)
    throw new InputError('bad-argument', `"${text}" names two versions of one domain`, undefined, 'Give one of each.');
  if (mlOpset !== undefined) checkMl(mlOpset);
  return { opset, ...(mlOpset !== undefined && { mlOpset }) };
}
