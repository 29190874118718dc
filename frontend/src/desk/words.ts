/** Every word of the desk, in both languages; `t('key', { n })` says it in the language of the page. */
import { defineWords, language } from '$lib/i18n.svelte';
import { agreement } from './words/agreement';
import { contest } from './words/contest';
import { event } from './words/event';
import { frame } from './words/frame';
import { home } from './words/home';
import { results } from './words/results';
import { running } from './words/running';
import { scheme } from './words/scheme';
import { ties } from './words/ties';

const pairs = { ...frame, ...home, ...contest, ...event, ...scheme, ...running, ...results, ...ties, ...agreement } as const;

type Pairs = typeof pairs;
type Zh = { readonly [K in keyof Pairs]: Pairs[K][0] };
type En = { readonly [K in keyof Pairs]: Pairs[K][1] };

function side<Side>(which: 0 | 1): Side {
  return Object.fromEntries(Object.entries(pairs).map(([key, both]) => [key, both[which]])) as Side;
}

export const t = defineWords<Zh>({ zh: side<Zh>(0), en: side<En>(1) });
export type Word = keyof Pairs;

/** The dictionaries by page; a test sees to it that no key is defined twice. */
export const dictionaries = { frame, home, contest, event, scheme, running, results, ties, agreement };

/** Say a word that the server chose (`level_county`); a word the desk does not know is shown as it came. */
export function wordFor(group: string, value: string): string {
  const both = (pairs as Readonly<Record<string, readonly [string, string]>>)[`${group}_${value}`];
  return both ? both[language() === 'zh' ? 0 : 1] : value;
}
