/** What a scheme document says, in sentences: judges, total, special rules, ranking, stages, prizes, teams. */
import { nameOf } from '$lib/i18n.svelte';
import { t, wordFor } from '../words';
import { below, fieldsOf, grouped, panelRule, type PanelRule, type Raw, rootOf, rowsOf, type SchemeNode, shifted, textOf, wholeOf } from './document';
import { called, rules, spreads, stages, teams } from './rulesInWords';

export type About = 'marks' | 'total' | 'rules' | 'order' | 'stages' | 'prizes' | 'teams';

export interface Said {
  readonly about: About;
  readonly lines: readonly string[];
}

/** More names than this are counted. */
const NAMED = 6;

/** Everything an organiser asks first about a scheme; a part of which the document says nothing is left out. */
export function inWords(document: unknown): Said[] {
  const root = rootOf(document);
  const fields = fieldsOf(document);
  if (root.parts.length === 0) return [];
  const nodes = new Map(below(root).map((node) => [node.id, node]));
  const said: Said[] = [
    { about: 'marks', lines: marks([...nodes.values()]) },
    { about: 'total', lines: [total(root)] },
    { about: 'rules', lines: [...rules([...nodes.values()], nodes), ...spreads([...nodes.values()], list)] },
    { about: 'order', lines: [order(fieldsOf(fields['ranking']), nodes)] },
    { about: 'stages', lines: stages(rowsOf(fields['stages'])) },
    { about: 'prizes', lines: prizes(rowsOf(fields['awards']), nodes, root) },
    { about: 'teams', lines: teams(rowsOf(fields['teams'])) },
  ];
  return said.filter((one) => one.lines.length > 0);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(t('joinNames'));
  return names.length > NAMED ? t('andMore', { names: shown, n: names.length }) : shown;
}

/** A sentence of the page begins with a capital in English. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// ---- judges ----

function marks(nodes: readonly SchemeNode[]): string[] {
  const byPanel = nodes.filter((node) => node.kind === 'panel' || node.kind === 'judgement');
  const groups = grouped(byPanel, (node) => JSON.stringify(panelRule(node)));
  return groups.map((group) => {
    const says = group[0] ? ruleInWords(panelRule(group[0])) : '';
    return groups.length > 1 ? t('ruleFor', { names: list(group.map(called)), says }) : sentence(says);
  });
}

/** «去掉 1 个最高分和 1 个最低分，取平均；至少 3 名裁判» */
export function ruleInWords(rule: PanelRule): string {
  const { low, high, judges } = rule;
  const then = wordFor('then', rule.adds ? 'sum' : 'mean');
  const dropped =
    low && high
      ? t('dropBoth', { low, high, then })
      : high
        ? t('dropHigh', { n: high, then })
        : low
          ? t('dropLow', { n: low, then })
          : '';
  const taken = dropped || wordFor('take', rule.take === 'trimmed' ? 'mean' : rule.take);
  return judges > 1 ? [taken, t('leastJudges', { n: judges })].join(t('joinClauses')) : taken;
}

// ---- total ----

function total(root: SchemeNode): string {
  const parts = root.parts.filter((node) => node.counts && node.kind !== 'veto').map((node) => {
    const name = node.minus ? t('partLess', { name: called(node) }) : called(node);
    if (node.weight === '1') return name;
    return node.weight.startsWith('0.')
      ? t('partShare', { name, n: shifted(node.weight, 2) })
      : t('partTimes', { name, n: node.weight });
  });
  const places = root.raw['places'];
  const rounded = typeof places !== 'number' ? t('totalExact') : places ? t('totalPlaces', { n: places }) : t('totalWhole');
  return [list(parts), rounded].join(t('joinClauses'));
}

// ---- ranking ----

type Asked = 'mark' | 'places' | 'place_marks' | 'attempts' | 'lot' | 'attribute';

function order(ranking: Raw, nodes: ReadonlyMap<string, SchemeNode>): string {
  const keys = rowsOf(ranking['keys']).map((key) => {
    const node = nodes.get(textOf(key['node']));
    const plain = node ? called(node) : textOf(key['node'], textOf(key['attribute']));
    const of = textOf(key['of'], 'score');
    const name = of === 'score' ? plain : t(`key_${of as Asked}`, { name: plain });
    return key['order'] === 'low' && of !== 'lot' ? t('keyLow', { name }) : name;
  });
  const clauses = [
    ranking['order'] === 'low' ? t('lowFirst') : t('highFirst'),
    ...(keys.length ? [t('tieKeys', { keys: keys.join(t('joinKeys')) })] : []),
    wordFor('ties', textOf(ranking['ties'], 'shared')),
  ];
  return sentence(clauses.join(t('joinClauses')));
}

// ---- prizes ----

function prizes(awards: readonly Raw[], nodes: ReadonlyMap<string, SchemeNode>, root: SchemeNode): string[] {
  if (awards.length === 0) return [sentence(t('prizesNone'))];
  const atLeast = (condition: Raw): string => {
    if (textOf(condition['attribute'])) return t('prizeIs', { name: textOf(condition['attribute']), is: textOf(condition['is']) });
    const node = nodes.get(textOf(condition['node'], root.id));
    const name = node ? called(node) : textOf(condition['node']);
    const limits = [
      ...('at_least' in condition ? [t('prizeAtLeast', { name, n: textOf(condition['at_least']) })] : []),
      ...('at_most' in condition ? [t('prizeAtMost', { name, n: textOf(condition['at_most']) })] : []),
    ];
    return limits.join(t('joinAnd'));
  };
  return awards.map((award, place) => {
    const rule = fieldsOf(award['rule']);
    const all = rowsOf(award['all_of']).map(atLeast);
    const any = rowsOf(award['any_of']).map(atLeast).join(t('joinOr'));
    const asked = [...all, ...(any ? [any] : [])];
    const who = rule['by'] === 'score' ? atLeast(rule) : givenTo(rule, place, asked.length > 0);
    const more = [
      ...(rule['of'] === 'entries' ? [t('ofEntries')] : []),
      ...(rule['ties'] === 'trim' ? [t('trimTies')] : []),
      ...(award['besides'] === true ? [t('besides')] : []),
      ...(wholeOf(award['min_entries'], 0) ? [t('fromEntries', { n: wholeOf(award['min_entries'], 0) })] : []),
    ].join(t('joinNames'));
    const name = nameOf(textOf(award['name']), textOf(award['name_en']));
    const says = spaced(t('prizeSays', { name, who: [who, ...asked].join(t('joinAnd')) }));
    return more ? t('bracketed', { says, more }) : says;
  });
}

/** Chinese words keep a space from the number before them. */
function spaced(text: string): string {
  return text.replace(/(\d)([且或])/g, '$1 $2');
}

function givenTo(rule: Raw, place: number, conditional: boolean): string {
  switch (rule['by']) {
    case 'rank': {
      const [from, to] = [wholeOf(rule['from'], 1), wholeOf(rule['to'], 1)];
      return from === to ? t('prizeRank', { n: from }) : t('prizeBand', { from, to });
    }
    case 'ratio': {
      const n = shifted(textOf(rule['ratio']), 2);
      return place === 0 ? t('prizeFirstShare', { n }) : t('prizeNextShare', { n });
    }
    case 'first_half':
      return t('prizeHalf');
    case 'quota':
      return place === 0 ? t('prizeFirstQuota', { n: wholeOf(rule['count'], 1) }) : t('prizeNextQuota', { n: wholeOf(rule['count'], 1) });
    case 'medal':
      return t('prizeMedal', { n: textOf(rule['window'], '2') });
    default:
      return conditional ? t('prizeEveryone') : t('prizeRanked');
  }
}
