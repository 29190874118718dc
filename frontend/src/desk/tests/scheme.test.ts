import { readdirSync, readFileSync } from 'node:fs';
import { setLanguage } from '$lib/i18n.svelte';
import { beforeEach, expect, test } from 'vitest';
import { addAspect, dropGroups, greatestField, prizesOf, removable, removeAspect, setDropped, setNode, setPlaces, setPrize, weighted } from '../scheme/changes';
import { below, rootOf, shifted } from '../scheme/document';
import { inWords } from '../scheme/inWords';

const PRESETS = `${process.cwd()}/../seed/presets/`;
const preset = (name: string): unknown => (JSON.parse(readFileSync(`${PRESETS}${name}.json`, 'utf8')) as { document: unknown }).document;
const said = (document: unknown): Record<string, readonly string[]> =>
  Object.fromEntries(inWords(document).map((one) => [one.about, one.lines]));
const ids = (document: unknown): string[] => below(rootOf(document)).map((node) => node.id);
beforeEach(() => setLanguage('zh'));

test('a county contest is said in Chinese and in English', () => {
  const document = preset('vocational-30-70');
  expect(said(document)).toEqual({
    marks: ['去掉 1 个最高分和 1 个最低分，取平均；至少 3 名裁判'],
    total: ['理论 30 %、实操 70 %；保留 2 位小数'],
    order: ['总分高者在前；总分相同依次比实操、作品质量、理论；仍相同则并列，后面的名次空出'],
    prizes: ['一等奖 前 10 %', '二等奖 其后 20 %', '三等奖 其后 30 %'],
  });
  setLanguage('en');
  expect(said(document)).toEqual({
    marks: ['Drop 1 highest and 1 lowest, take the mean; at least 3 judges'],
    total: ['Theory 30 %, Practice 70 %; rounded to 2 decimals'],
    order: ['The higher total leads; equal totals: compare Practice, then Quality of the work, then Theory; still equal: they share the rank and the next is skipped'],
    prizes: ['First prize: first 10 %', 'Second prize: next 20 %', 'Third prize: next 30 %'],
  });
});

test('times, open ties, bands and levels are said', () => {
  expect(said(preset('timed-practical'))['order']).toEqual([
    '总分高者在前；总分相同依次比用时得分的实测数（小者在前）、作业质量；仍相同须决出先后，未决的会标出',
  ]);
  expect(said(preset('timed-practical'))['prizes']).toEqual(['一等奖 第 1 名', '二等奖 第 2–3 名', '三等奖 第 4–6 名']);
  expect(said(preset('worldskills'))['marks']).toEqual(['按 0–3 级评价，取平均折算；至少 3 名裁判']);
  expect(said(preset('worldskills'))['rules']).toContain('世界技能标准分：换成世界技能标准分（中位数 700，每个 σ 30）');
  expect(said(preset('worldskills'))['prizes']).toEqual([
    '金牌 与本奖首名相差 2 分以内同奖', '银牌 与本奖首名相差 2 分以内同奖', '铜牌 与本奖首名相差 2 分以内同奖', '优胜奖 总分 ≥ 700',
  ]);
  expect(said(preset('labour-indicators'))['prizes']?.[0]).toBe('优胜单位 总得分 ≥ 90 且安全 ≥ 15');
});

test('special rules, stages and teams are said', () => {
  expect(said(preset('difficulty-panel'))).toMatchObject({
    marks: ['去掉 1 个最高分和 1 个最低分，相加；至少 3 名裁判'],
    rules: ['动作：做 5 次，全部相加', '动作得分：执行 × 难度系数'],
    order: ['总分高者在前；总分相同依次比动作的次好成绩；仍相同则并列，后面的名次空出'],
  });
  expect(said(preset('knowledge-quiz'))['rules']).toEqual([
    '必答题：3 轮，每轮 0 至 10 分，基础分 100', '抢答题：18 轮，每轮 −10 至 10 分', '风险题：2 轮，每轮 −30 至 30 分',
  ]);
  expect(said(preset('safety-veto'))['rules']).toEqual([
    '发生重伤事故：一票否决，“隐患排查治理”清零', '发生死亡事故：一票否决，不排名、不得奖',
  ]);
  expect(said(preset('craftsman-rounds'))).toMatchObject({
    stages: ['初评：前 30 名晋级', '复评：决出名次'],
    prizes: ['大工匠 前 10 名且总分 ≥ 85（末位并列留给下一奖项）', '工匠 其后 20 名'],
  });
  expect(said(preset('sports-track'))).toMatchObject({
    stages: ['小组赛：小者在前；每组前 2 名和其余最好的 2 名晋级', '决赛：小者在前；决出名次'],
    teams: ['团体总分：按名次计分 7-5-4-3-2-1'],
  });
  expect(said(preset('innovation-review'))['rules']).toEqual([
    '总分低于 60：不得奖', '先进程度、创新程度、难易程度、社会效益、成熟程度、推广价值：分差大于 4 请求重评',
  ]);
  // A veto is no part of a total.
  expect(said(preset('craftsman-rounds'))['total']).toEqual(['初评带入 40 %、复评 60 %；保留 2 位小数']);
});

test('what is done several times keeps its parts when a node below it is changed', () => {
  const document = setNode(preset('difficulty-panel'), 'difficulty', { high: '4' });
  expect(below(rootOf(document)).find((node) => node.id === 'difficulty')?.raw['high']).toBe('4');
  expect(removable(document, 'form')).toBe(false);
  expect(removable(document, 'dive')).toBe(false);
});

test('no weight is asked of what has none, and nothing goes that is named elsewhere', () => {
  const weights = weighted(preset('difficulty-panel'));
  expect(['dives', 'restart', 'dive', 'form', 'difficulty', 'total'].filter((id) => weights.has(id))).toEqual(['dives', 'restart']);
  expect(['hazards', 'injury', 'death'].filter((id) => weighted(preset('safety-veto')).has(id))).toEqual(['hazards']);
  const document = preset('innovation-review') as object;
  const staged = { ...document, stages: [{ id: 's', name: '初评', node: 'novel' }] };
  expect([removable(document, 'novel'), removable(staged, 'novel')]).toEqual([true, false]);
});

test('every preset keeps every word of it through the form', () => {
  for (const file of readdirSync(PRESETS)) {
    const document = preset(file.replace('.json', ''));
    for (const node of below(rootOf(document))) expect(setNode(document, node.id, {})).toEqual(document);
    for (const prize of prizesOf(document)) expect(setPrize(document, prize.id, {})).toEqual(document);
  }
});

test('conditions of a prize are said, and different rules name their aspects', () => {
  const document = {
    root: { kind: 'sum', id: 'total', name: '总分', places: 0, parts: [
      { kind: 'panel', id: 'a', name: '甲', high: '10', rule: { take: 'trimmed', low: 0, high: 2 } },
      { kind: 'panel', id: 'b', name: '乙', high: '10', rule: { take: 'median' } },
      { kind: 'imported', id: 'theory', name: '理论', high: '100', weight: '2' },
      { kind: 'penalty', id: 'p', name: '扣分', high: '5' },
    ] },
    awards: [
      { id: 'x', name: '优胜奖', rule: { by: 'first_half', ties: 'trim' }, all_of: [{ node: 'theory', at_least: '60' }], any_of: [{ node: 'a', at_least: '8' }, { node: 'b', at_least: '8' }], besides: true },
      { id: 'y', name: '纪念奖', rule: { by: 'everyone' } },
    ],
  };
  expect(said(document)).toEqual({
    marks: ['甲：去掉 2 个最高分，取平均；至少 3 名裁判', '乙：取中位数'],
    total: ['甲、乙、理论 × 2、减扣分；取整数'],
    order: ['总分高者在前；仍相同则并列，后面的名次空出'],
    prizes: ['优胜奖 前一半且理论 ≥ 60 且甲 ≥ 8 或乙 ≥ 8（末位并列留给下一奖项、可兼得）', '纪念奖 有名次的每名'],
  });
});

test('every preset is said in both languages, with no word left out', () => {
  for (const file of readdirSync(PRESETS)) {
    for (const language of ['zh', 'en'] as const) {
      setLanguage(language);
      const sentences = inWords(preset(file.replace('.json', ''))).flatMap((one) => one.lines);
      expect(sentences.length, file).toBeGreaterThan(2);
      expect(sentences.filter((line) => /[{}]|undefined|_[a-z]/.test(line)), file).toEqual([]);
      if (language === 'en') expect(sentences.filter((line) => /[\u3400-\u9fff、；（）]/.test(line)), file).toEqual([]);
    }
  }
});

test('a document that is half written is said as far as it goes', () => {
  for (const broken of [null, 7, [], {}, { root: [] }, { root: { parts: 'x' } }, { root: { parts: [null, 3] }, awards: [{}], ranking: { keys: [1] } }]) {
    expect(() => inWords(broken)).not.toThrow();
  }
});

test('a percent is the ratio with its point moved, exactly', () => {
  expect(['0.3', '0.125', '0.07', '1', '0', '.5', '-0.25'].map((one) => shifted(one, 2))).toEqual(['30', '12.5', '7', '100', '0', '50', '-25']);
  expect(['30', '12.5', '7', '100', '0', '0.5', ''].map((one) => shifted(one, -2))).toEqual(['0.3', '0.125', '0.07', '1', '0', '0.005', '']);
});

test('marks are dropped of every aspect of a group, and enough judges are asked for', () => {
  const document = preset('vocational-30-70');
  const groups = dropGroups(document);
  expect(groups.map((group) => group.map((node) => node.id))).toEqual([['technique', 'quality', 'order']]);
  const two = setDropped(document, new Set(groups[0]?.map((node) => node.id)), 2, 2);
  expect(said(two)['marks']).toEqual(['去掉 2 个最高分和 2 个最低分，取平均；至少 5 名裁判']);
  const none = setDropped(document, new Set(['quality']), 0, 0);
  expect(said(none)['marks']).toEqual(['操作规范、安全文明：去掉 1 个最高分和 1 个最低分，取平均；至少 3 名裁判', '作品质量：取平均；至少 3 名裁判']);
});

test('a field of a node is set, and everything else stays as it is written', () => {
  const document = preset('vocational-30-70');
  const changed = setNode(setPlaces(document, null), 'theory', { weight: undefined, high: '120' });
  const theory = (of: unknown) => ({ ...below(rootOf(of)).find((node) => node.id === 'theory')?.raw });
  const { weight, ...others } = theory(document);
  expect([weight, theory(changed)]).toEqual(['0.3', { ...others, high: '120' }]);
  expect('places' in rootOf(changed).raw).toBe(false);
  expect(setPlaces(setNode(changed, 'theory', { high: '100', weight: '0.3' }), 2)).toEqual(document);
});

test('an aspect is added as its neighbours are, and taken out with the ties it broke', () => {
  const document = preset('vocational-30-70');
  const more = addAspect(addAspect(document, 'practice', '新', 'New'), 'practice', '又新', 'Newer');
  expect(ids(more)).toEqual([...ids(document), 'aspect_1', 'aspect_2']);
  expect(below(rootOf(more)).find((node) => node.id === 'aspect_2')?.raw).toMatchObject({
    kind: 'panel', name: '又新', name_en: 'Newer', high: '100', step: '0.5', unit: '分', rule: { take: 'trimmed', low: 1, high: 1 }, places: 2, min_judges: 3 });
  const less = removeAspect(document, 'quality');
  expect(ids(less)).not.toContain('quality');
  expect(said(less)['order']?.[0]).toContain('依次比实操、理论；');
});

test('an aspect that a prize depends on stays, and so does the last one of a criterion', () => {
  const document = preset('presentation');
  const prized = setPrize(document, 'first', { all_of: [{ node: 'content', at_least: '20' }] });
  expect([removable(document, 'content'), removable(prized, 'content'), removable(document, 'overtime')]).toEqual([true, false, false]);
  const alone = { root: { kind: 'sum', id: 'total', parts: [{ kind: 'panel', id: 'a' }] } };
  expect(removable(alone, 'a')).toBe(false);
});

test('a band of ranks is changed; a penalty with a price has no single maximum', () => {
  const document = preset('timed-practical');
  const wider = setPrize(document, 'second', { name: '银奖' }, { to: 4 });
  expect(prizesOf(wider).map((prize) => [prize.name, prize.from, prize.to])).toEqual([['一等奖', 1, 1], ['银奖', 2, 4], ['三等奖', 4, 6]]);
  expect(below(rootOf(document)).map((node) => [node.id, greatestField(node)])).toEqual([['total', ''], ['quality', 'high'], ['time', ''], ['errors', '']]);
});
