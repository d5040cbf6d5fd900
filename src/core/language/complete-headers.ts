/** Keys of headers, domains and their versions. */
import { latestOpset, onnxDomain } from '../dialects/onnx/operators.ts';
import { quoted } from '../formats/onnxtxt/names.ts';
import type { Offer } from './completion.ts';
import type { HeaderContext } from './cursor-context.ts';
import { headerKeysOf } from './header-keys.ts';
import { allNodes } from './scopes.ts';
import { snippetText } from './snippets.ts';
import type { TypedDocument } from './syntax-document.ts';

export function headerKeys({ header, given }: Extract<HeaderContext, { kind: 'header-key' }>): Offer[] {
  return headerKeysOf(header.definition !== undefined)
    .filter(([key]) => !given.includes(key))
    .map(([key, { text, snippet }]) => ({ label: key, kind: 'key', markdown: text, snippet: `${key}: ${snippet}` }));
}

type Domains = Extract<HeaderContext, { kind: 'opset-domain' }>;

/** The domains of the standard, and those of operators that the text uses. */
export function opsetDomains(document: TypedDocument, { given }: Domains, inString: boolean): Offer[] {
  const used = Array.from(allNodes(document.tree), ({ node }) =>
    (node.operator?.domain ?? []).map(({ text }) => text).join('.'),
  );
  const custom = document.custom.all.map(({ domain }) => domain);
  const domains = new Set([...STANDARD_DOMAINS, ...used, ...custom].map(onnxDomain));
  const taken = new Set(given.map(onnxDomain));
  return [...domains]
    .filter((domain) => !taken.has(domain))
    .map((domain) => {
      const text = quoted(domain);
      const version = latestOpset(domain) ?? 1;
      const snippet = inString ? snippetText(text) : `${snippetText(text)} : \${1:${version}}`;
      return { label: text, kind: 'domain', detail: domain === '' ? 'ai.onnx' : domain, snippet, order: domain };
    });
}

const STANDARD_DOMAINS = ['', 'ai.onnx.ml', 'ai.onnx.preview.training'];

/** Newest first. */
export function opsetVersions({ domain }: Extract<HeaderContext, { kind: 'opset-version' }>): Offer[] {
  const latest = latestOpset(domain) ?? 1;
  return Array.from({ length: latest }, (_, k) => {
    const version = latest - k;
    return { label: String(version), kind: 'enum', order: String(k).padStart(3, '0') };
  });
}
