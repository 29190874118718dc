import { beforeEach, describe, expect, it } from 'vitest';
import { setLanguage } from '$lib/i18n.svelte';
import { Podium } from './podium';
import { answersTo, awardText, barOf, besideText, dividerOf, lowWins, metalOf, noRanksText, rangeOf, rankText, rankWords, scaleOf, soFar, statusText, waits } from './reading';
import { row } from './rows.fixture';
import { t } from './words';

beforeEach(() => setLanguage('zh'));

describe('a row in words', () => {
  it('prints ranks as lists do', () => {
    expect([rankText(row('a', 3)), rankText(row('a', 3, { shared: true })), rankText(row('a', 3, { rank: null }))]).toEqual([
      '3',
      '=3',
      '–',
    ]);
    expect(rankWords(row('a', 3, { shared: true }))).toBe('并列第 3 名');
    setLanguage('en');
    expect(rankWords(row('a', 3, { rank: null }))).toBe('not ranked yet');
  });

  it('names every status that is not simply competing', () => {
    const words = ['withdrawn', 'not_started', 'not_finished', 'disqualified', 'out_of_competition'].map((status) => statusText(status));
    expect(words).toEqual(['弃权', '未参赛', '未完成', '取消资格', '表演（不计名次）']);
    expect([statusText('entered'), statusText('relegated')]).toEqual(['', 'relegated']);
    const unranked = [statusText('entered', 'no_result'), statusText('entered', 'barred'), statusText('withdrawn', 'barred')];
    expect(unranked).toEqual([t('no_result'), t('barred'), t('withdrawn')]);
  });

  it('names awards as the scheme does, in the language of the page', () => {
    const named = [
      { award: 'first', name: '特等奖', name_en: 'Grand prize' },
      { award: 'second', name: '二等奖', name_en: '' },
      { award: 'craft', name: '工匠之星', name_en: '' },
    ];
    const told = (): string[] => ['first', 'second', 'craft', 'merit', '最佳新人'].map((award) => awardText(award, named));
    expect(told()).toEqual(['特等奖', '二等奖', '工匠之星', '优胜奖', '最佳新人']);
    setLanguage('en');
    // What has no English in the scheme is said in the usual word, or else as it is.
    expect(told()).toEqual(['Grand prize', 'Second prize', '工匠之星', 'Merit', '最佳新人']);
  });

  it('draws the usual awards in their metal', () => {
    expect([metalOf('first'), metalOf('silver'), metalOf('third'), metalOf('merit')]).toEqual(['gold', 'silver', 'bronze', null]);
    // A name that every object has is no award of ours.
    expect(awardText('toString', [])).toBe('toString');
  });

  it('finds by name, organisation and number, all words at once', () => {
    const one = row('017', 1, { name: '张伟', organisation: '青川县总工会' });
    expect([answersTo(one, ' 张 青川 '), answersTo(one, '017'), answersTo(one, '张 机械厂')]).toEqual([true, true, false]);
  });
});

describe('the divider', () => {
  const unranked = { rank: null, total: null };

  it('stands where ranked rows end, and nowhere else', () => {
    expect(dividerOf([row('a', 1), row('b', 2), row('c', 3, unranked)])).toBe(2);
    expect(dividerOf([row('a', 1), row('b', 2)])).toBe(-1);
    expect(dividerOf([row('a', 1, unranked)])).toBe(-1);
    expect(dividerOf([row('a', 1), row('b', 2, unranked), row('c', 3)])).toBe(-1);
    expect(dividerOf([])).toBe(-1);
  });
});

describe('the bar', () => {
  it('is drawn from what is secured to what is still possible, on one scale', () => {
    const open = row('b', 2, { total: null, worst: '40.00', best: '100.00' });
    const scale = scaleOf([row('a', 1), open]);
    expect(barOf(open, scale)).toEqual({ solid: 0.4, open: 1 });
    expect(barOf(row('a', 1), scale)).toEqual({ solid: 0.8, open: 0.8 });
  });

  it('is left out where the range is not known, and never leaves its ground', () => {
    expect(barOf(row('a', 1, { total: null, best: null }), 100)).toBeNull();
    expect(barOf(row('a', 1), 0)).toBeNull();
    expect(barOf(row('a', 1, { total: null, worst: '-5.00', best: '300.00' }), 100)).toEqual({ solid: 0, open: 1 });
  });
});

describe('a row without a total', () => {
  const open = { rank: null, total: null, points: '12.00', worst: '12.00', best: '90.00' };

  it('waits for others once all of its own is marked', () => {
    const [own, others] = [row('a', 1, { ...open, complete: 3 }), row('b', 2, { ...open, complete: 4 })];
    expect([waits(own), waits(others), waits(row('c', 3)), waits(row('d', 4, { ...open, unranked: 'barred' }))]).toEqual([false, true, false, false]);
    expect([noRanksText([own]), noRanksText([own, others])]).toEqual([t('no_ranks_yet'), t('waits_for_others')]);
  });

  it('has no bar and no points so far where the smaller number wins', () => {
    const race = row('a', 1, { ...open, worst: '3600.00', best: '0.00' });
    expect([lowWins([race]), lowWins([row('b', 2, open)])]).toEqual([true, false]);
    expect([scaleOf([race, row('b', 2)]), soFar(race), soFar(row('b', 2, open)), soFar(row('b', 2, { ...open, complete: 0 }))]).toEqual([0, '–', '12.00', '–']);
    expect([rangeOf(race), rangeOf(row('b', 2, open)), rangeOf(row('c', 3, { best: null }))]).toEqual([['0.00', '3600.00'], ['12.00', '90.00'], null]);
  });

  it('says first where it stands in its stage', () => {
    expect(besideText(row('a', 1, { advance: 'possible' }))).toBe('可能晋级 · 县农机总站');
  });
});

describe('the podium', () => {
  it('speaks of changes only, at most every ten seconds, and then in their newest form', () => {
    const podium = new Podium();
    expect(podium.changes([row('a', 1), row('b', 2)], 0)).toEqual([]);
    expect(podium.changes([row('b', 1), row('a', 2)], 1000).map((one) => one.entry)).toEqual(['b', 'a']);
    expect(podium.changes([row('c', 1), row('a', 2)], 5000)).toEqual([]);
    expect(podium.changes([row('d', 1), row('a', 2)], 11_000).map((one) => one.entry)).toEqual(['d']);
    expect(podium.changes([row('d', 1), row('a', 2)], 60_000)).toEqual([]);
  });
});

describe('the words', () => {
  it('have the same placeholders in both languages', () => {
    const names = (sentence: string): string[] => [...sentence.matchAll(/\{(\w+)/g)].map((found) => found[1] as string).sort();
    for (const [key, sentence] of Object.entries(t.zh)) expect([key, names(t.en[key as keyof typeof t.zh])]).toEqual([key, names(sentence)]);
  });
});
