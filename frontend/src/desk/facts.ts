/** Facts of the ledger as lines of names and values; the desk knows no kind of fact better than the ledger says it. */
import type { Fact } from './types';

const OWN: ReadonlySet<string> = new Set(['fact', 'type', 'seq', 'at', 'link', 'contest']);

function printed(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a fact says, field by field; empty fields are left out. */
export function bodyOf(fact: Fact): [name: string, value: string][] {
  return Object.entries(fact.body ?? {})
    .filter(([name]) => !OWN.has(name))
    .map(([name, value]): [string, string] => [name, printed(value)])
    .filter(([, value]) => value !== '');
}
