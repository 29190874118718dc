import { Problem } from '$lib/api';
import { sayProblem } from '$lib/errors';
import { setLanguage } from '$lib/i18n.svelte';
import { expect, test } from 'vitest';
import { h } from '../../home/words';
import { ALLOWS, ROLES } from '../roles';
import { dictionaries, t, wordFor } from '../words';

const all = Object.entries(dictionaries).flatMap(([page, words]) =>
  Object.entries(words as Record<string, readonly [string, string]>).map(([key, both]) => ({ page, key, both })),
);
const names = (sentence: string) => [...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort();

test('no word is defined twice', () => {
  const seen = new Map<string, string>();
  const twice = all.filter(({ page, key }) => {
    const before = seen.get(key);
    seen.set(key, page);
    return before !== undefined;
  });
  expect(twice).toEqual([]);
});

test('both languages ask for the same values', () => {
  expect(all.filter(({ both: [zh, en] }) => names(zh).join() !== names(en).join())).toEqual([]);
});

test('English has no Chinese left in it, and nobody shouts', () => {
  const han = /[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]/;
  expect(all.filter(({ both: [, en] }) => han.test(en)).map(({ key }) => key)).toEqual([]);
  expect(all.filter(({ both }) => both.some((sentence) => /[!！]/.test(sentence))).map(({ key }) => key)).toEqual([]);
});

test('Chinese sentences use Chinese marks', () => {
  expect(all.filter(({ both: [zh] }) => /[\u4e00-\u9fff][,;:?]/.test(zh)).map(({ key }) => key)).toEqual([]);
});

test('every word that the server may choose has a name', () => {
  const groups: Record<string, readonly string[]> = {
    level: ['enterprise', 'county', 'city', 'province', 'national'],
    kind: ['skills', 'labour', 'safety', 'quiz', 'sports', 'innovation', 'craftsman'],
    orgKind: ['union', 'enterprise', 'district', 'school', 'other'],
    role: ROLES,
    roleSays: ROLES,
    view: ['live', 'after_publication'],
    viewShort: ['live', 'after_publication'],
    take: ['mean', 'median', 'sum', 'judgement'],
    status: ['entered', 'withdrawn', 'not_started', 'not_finished', 'disqualified', 'out_of_competition'],
    kindEntry: ['competitor', 'team', 'unit', 'project'],
    state: ['planned', 'opened', 'locked', 'confirmed', 'started', 'ended', 'provisional', 'official', 'waiting', 'given', 'declined', 'expired'],
    standing: ['counts', 'pending', 'superseded', 'declined'],
    because: ['session_locked', 'seat_revoked', 'not_newest'],
    markKind: ['absent', 'not_attempted', 'erased'],
    consentAct: ['make_official', 'reopen_session'],
    node: ['sum', 'panel', 'judgement', 'pass_fail', 'completed', 'difference', 'choice', 'tolerance', 'imported', 'amount', 'penalty', 'quantity'],
    fact: ['mark_entered', 'mark_settled', 'key_reused', 'gate_passed', 'line_reopened', 'entry_ruled', 'tie_decided', 'remark_called', 'remark_ended', 'seat_taken', 'device_revoked', 'scheme_adopted'],
    field: ['name', 'number', 'organisation', 'events', 'bib'],
  };
  const nameless = Object.entries(groups).flatMap(([group, values]) => values.filter((value) => wordFor(group, value) === value));
  expect(nameless).toEqual([]);
  expect(Object.keys(ALLOWS).sort()).toEqual([...ROLES].sort());
});

test('a word follows the language of the page', () => {
  setLanguage('en');
  expect([t('lockMissing', { n: 1 }), t('lockMissing', { n: 2 }), wordFor('level', 'county')]).toEqual([
    '1 mark is still missing.',
    '2 marks are still missing.',
    'County',
  ]);
  setLanguage('zh');
  expect([t('lockMissing', { n: 2 }), wordFor('level', 'county'), wordFor('level', 'galaxy')]).toEqual([
    '还缺 2 项打分。',
    '县级',
    'galaxy',
  ]);
});

test('a refusal is said wholly in the language of the page', () => {
  const refused = new Problem('already_exists', 409, { what: 'bib', name: 'A01' }, '');
  setLanguage('zh');
  expect(sayProblem(refused)).toBe('参赛号“A01”已存在。');
  setLanguage('en');
  expect(sayProblem(refused)).toBe('bib “A01” exists already.');
  setLanguage('zh');
});

test('the home page and the desk call a kind and a level of contest the same', () => {
  const shared = Object.keys(h.zh).filter((key) => /^(kind|level)_/.test(key)) as (keyof typeof h.zh & keyof typeof t.zh)[];
  expect(shared.length).toBe(12);
  expect(shared.map((key) => [t.zh[key], t.en[key]])).toEqual(shared.map((key) => [h.zh[key], h.en[key]]));
});
