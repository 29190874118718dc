import { NO_NETWORK, Problem } from './api';
import { catalogue } from './catalogue.svelte';
import { fill, language } from './i18n.svelte';
import { common } from './words';

/** Says what a code of the catalogue means, in the language of the page. */
export function sentenceOf(code: string, params: Readonly<Record<string, string | number>> = {}): string {
  const words = catalogue();
  const found = words?.errorWords[code];
  if (!words || !found) return '';
  if (language() === 'en') return fill(found.en, params);
  const named = Object.entries(params).map(([name, value]) => [name, words.paramWords[String(value)] ?? value]);
  return fill(found.zh, Object.fromEntries(named) as Record<string, string | number>);
}

/** Says what went wrong, for a person: the catalogue first, then the server's own sentence. */
export function sayProblem(broken: unknown): string {
  if (!(broken instanceof Problem)) return broken instanceof Error ? broken.message : String(broken);
  if (broken.code === NO_NETWORK) return common('no_network_text');
  return sentenceOf(broken.code, broken.params) || broken.detail || common('server_trouble', { status: broken.status });
}
