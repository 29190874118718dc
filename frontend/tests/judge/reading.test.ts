import { afterEach, describe, expect, it } from 'vitest';
import { setLanguage } from '$lib/i18n.svelte';
import { deviceName } from '../../src/judge/pairing.svelte';
import { costOf, hintOf, limitsOf, problemWith, sayMark, sharedHint, shortName, strikes } from '../../src/judge/reading';
import { card } from './builders';

afterEach(() => setLanguage('zh'));

describe('a value that is not allowed', () => {
  it.each([
    [8500, null],
    [0, null],
    [10000, null],
    [10100, '10.1 高于上限 10.0。'],
    [-100, '−0.1 低于下限 0.0。'],
    [8550, '8.55 不合步长 0.1。'],
  ])('%i: %s', (value, said) => expect(problemWith(card(), value)).toBe(said));

  it('counts steps from the lowest mark', () => {
    const halves = card({ low: 500, high: 5500, step: 1000 });
    expect([problemWith(halves, 1500), problemWith(halves, 1000)]).toEqual([null, '1.0 不合步长 1.0。']);
  });

  it('reads in English too', () => {
    setLanguage('en');
    expect([problemWith(card(), 10100), limitsOf(card())]).toEqual([
      '10.1 is above the highest mark, 10.0.',
      '0.0 to 10.0 in steps of 0.1',
    ]);
  });
});

it('limits read as the rules print them, open ends in words', () => {
  expect([limitsOf(card()), limitsOf(card({ high: null, step: 1000, places: 0 })), limitsOf(card({ low: null, high: null, unit: 's' }))]).toEqual([
    '0.0 至 10.0，步长 0.1',
    '不低于 0',
    '任意数值 s',
  ]);
});

it('a mark reads as its words or its number with the unit, and why there is none', () => {
  const choice = card({ view: 'pass_fail', choices: [{ value: 0, label: '不合格', label_en: 'Failed' }] });
  expect([sayMark(choice, 'entered', 0), sayMark(card({ unit: 's' }), 'entered', 8500), sayMark(card(), 'absent', null)]).toEqual([
    '不合格',
    '8.5 s',
    '本席缺席',
  ]);
});

it('units and hints are read in English where the scheme has them, and otherwise as it has them', () => {
  const time = card({ unit: '秒', unit_en: 's', hint: '看表', hint_en: 'Look at the watch' });
  const said = (one: typeof time) => [hintOf(one), limitsOf(one), sayMark(one, 'entered', 8500)];
  expect(said(time)).toEqual(['看表', '0.0 至 10.0，步长 0.1 秒', '8.5 秒']);
  setLanguage('en');
  expect(said(time)).toEqual(['Look at the watch', '0.0 to 10.0 in steps of 0.1 s', '8.5 s']);
  expect(said(card({ unit: '秒', hint: '看表' }))).toEqual(['看表', '0.0 to 10.0 in steps of 0.1 秒', '8.5 秒']);
});

it.each([
  ['Mozilla/5.0 (Linux; Android 11; SM-T510) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36', 'Android tablet, Chrome 126'],
  ['Mozilla/5.0 (iPad; CPU OS 14_8 like Mac OS X) AppleWebKit/605.1.15 Version/14.1 Safari/604.1', 'iPad, Safari 14'],
])('a tablet names itself for the organiser: %#', (agent, name) => expect(deviceName(agent)).toBe(name));

describe('what stands together under a heading', () => {
  const round = (n: number) =>
    card({ name: `抢答题 第 ${n} 轮`, name_en: `Buzzer, round ${n}`, group: '抢答题', group_en: 'Buzzer', hint: '答错扣 10 分' });

  it('does not say the name of its group again', () => {
    expect(shortName(round(2))).toBe('第 2 轮');
    setLanguage('en');
    expect(shortName(round(2))).toBe('Round 2');
  });

  it('nor the attempt that its group is', () => {
    const form = card({ name: '执行 第 1 次', name_en: 'Execution, attempt 1', group: '动作 第 1 次', group_en: 'Dive, attempt 1' });
    expect(shortName(form)).toBe('执行');
    setLanguage('en');
    expect(shortName(form)).toBe('Execution');
  });

  it('is otherwise called as it is, also where it is called like its group', () => {
    expect(shortName(card())).toBe('外观');
    expect(shortName(card({ name: '焊缝' }))).toBe('焊缝');
  });

  it('says once what all of them say', () => {
    expect(sharedHint([round(1), round(2)])).toBe('答错扣 10 分 · 0.0 至 10.0，步长 0.1');
    expect([sharedHint([round(1)]), sharedHint([round(1), card()])]).toEqual(['', '']);
  });
});

describe('a veto', () => {
  const veto = (more: object) => card({ view: 'choice', low: 0, high: 1000, step: 1000, ...more });

  it('says what it costs', () => {
    expect(costOf(veto({ veto: 'zero', strikes: '隐患治理', strikes_en: 'Hazards' }))).toBe('一票否决：一经记下，“隐患治理”计为零分。');
    expect(costOf(veto({ veto: 'unranked' }))).toBe('一票否决：一经记下，不参加排名，不得奖。');
    expect(costOf(card())).toBe('');
    setLanguage('en');
    expect(costOf(veto({ veto: 'zero', strikes: '隐患治理', strikes_en: 'Hazards' }))).toBe('Veto: once it is marked, “Hazards” is worth nothing.');
  });

  it('strikes only where it is marked', () => {
    expect([strikes(veto({ veto: 'zero' }), 1000), strikes(veto({ veto: 'zero' }), 0), strikes(veto({ veto: 'zero' }), null)]).toEqual([true, false, false]);
    expect(strikes(card(), 1000)).toBe(false);
  });
});
