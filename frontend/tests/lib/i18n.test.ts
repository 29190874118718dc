import { afterEach, describe, expect, it } from 'vitest';
import { chooseLanguage, defineWords, fill, language, nameOf, setLanguage, type Say } from '$lib/i18n.svelte';

const placeholders = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)[^{}]*\}/g)].map((found) => found[1] ?? ''))].sort();

type AnyWords = Pick<Say<Record<string, string>>, 'zh' | 'en'>;
const isWords = (one: unknown): one is AnyWords => typeof one === 'function' && 'zh' in one && 'en' in one;

describe('the dictionaries of all faces', async () => {
  const modules = import.meta.glob<Record<string, unknown>>('/src/**/{words,*.words}.ts');
  const folders = import.meta.glob<Record<string, unknown>>('/src/**/words/*.ts');
  const found: [string, AnyWords][] = [];
  for (const [path, load] of Object.entries({ ...modules, ...folders })) {
    for (const [name, value] of Object.entries(await load())) if (isWords(value)) found.push([`${path} ${name}`, value]);
  }

  it('are found', () => expect(found.length).toBeGreaterThan(1));

  it.each(found)('%s has the same keys and placeholders in both languages, and no empty sentence', (_path, words) => {
    expect(Object.keys(words.en).sort()).toEqual(Object.keys(words.zh).sort());
    const differ = Object.keys(words.zh).filter(
      (key) => String(placeholders(words.zh[key] ?? '')) !== String(placeholders(words.en[key] ?? '')),
    );
    expect(differ).toEqual([]);
    expect([...Object.values(words.zh), ...Object.values(words.en)].filter((sentence) => !sentence.trim())).toEqual([]);
  });
});

describe('a dictionary', () => {
  const t = defineWords({ zh: { n: '{n} 项', plain: '好' }, en: { n: '{n|mark|marks}', plain: 'good' } });
  afterEach(() => setLanguage('zh'));

  it('speaks the language of the page, which the document names', () => {
    setLanguage('zh');
    expect([t('plain'), t('n', { n: 2 }), document.documentElement.lang]).toEqual(['好', '2 项', 'zh-CN']);
    setLanguage('en');
    expect([t('plain'), t('n', { n: 2 }), t('n', { n: 1 }), document.documentElement.lang]).toEqual([
      'good',
      '2 marks',
      '1 mark',
      'en',
    ]);
  });

  it('keeps the choice for the next page', () => {
    setLanguage('en');
    expect(localStorage.getItem('jiangsai.language')).toBe('en');
  });

  it('follows the choice made in another tab', () => {
    dispatchEvent(new StorageEvent('storage', { key: 'jiangsai.language', newValue: 'en' }));
    expect(language()).toBe('en');
  });

  it('leaves a placeholder without a value in sight', () => expect(fill('{a} {b}', { a: 1 })).toBe('1 {b}'));

  it('never reads a value as a sentence', () => expect(fill('{a}', { a: '{b}', b: 'x' })).toBe('{b}'));

  it('names by the Chinese name where there is no English one', () => {
    setLanguage('en');
    expect([nameOf('焊工', ''), nameOf('焊工', 'Welding')]).toEqual(['焊工', 'Welding']);
  });
});

describe('the first language', () => {
  it('is the one in the address, then the one chosen before, then the browser’s, else Chinese', () => {
    expect(chooseLanguage('?lang=en', 'zh', 'zh-CN')).toBe('en');
    expect(chooseLanguage('', 'en', 'zh-CN')).toBe('en');
    expect(chooseLanguage('', null, 'en-GB')).toBe('en');
    expect(chooseLanguage('?lang=fr', null, 'fr-FR')).toBe('zh');
  });
});
