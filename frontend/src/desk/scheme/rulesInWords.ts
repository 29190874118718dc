/** The special rules of a scheme, in sentences: what is multiplied, chosen, carried, standardised, vetoed or must be passed. */
import { nameOf } from '$lib/i18n.svelte';
import { t, wordFor } from '../words';
import { fieldsOf, grouped, type Raw, rowsOf, type SchemeNode, textOf, wholeOf } from './document';

export function called(node: SchemeNode): string {
  return nameOf(node.name, node.nameEn) || node.id;
}

/** A sentence for every node that does more than add up. */
export function rules(nodes: readonly SchemeNode[], byId: ReadonlyMap<string, SchemeNode>): string[] {
  return nodes.flatMap((node) => {
    const own = made(node, byId);
    const name = called(node);
    return [
      ...(own ? [t('ruleFor', { names: name, says: own })] : []),
      ...(typeof node.raw['pass_mark'] === 'string' ? [passing(node, node.raw['pass_mark'])] : []),
      ...(node.raw['dual'] === true ? [t('ruleDual', { name })] : []),
    ];
  });
}

/** How far judges may be apart before they are asked again: once for all aspects with the same limit. */
export function spreads(nodes: readonly SchemeNode[], list: (names: readonly string[]) => string): string[] {
  const limited = nodes.filter((node) => typeof node.raw['spread'] === 'string');
  return grouped(limited, (node) => textOf(node.raw['spread'])).map((group) =>
    t('ruleSpread', { name: list(group.map(called)), n: textOf(group[0]?.raw['spread']) }),
  );
}

function passing(node: SchemeNode, mark: string): string {
  return t('rulePass', { name: called(node), n: mark, then: wordFor('failing', textOf(node.raw['failing'], 'zero')) });
}

function made(node: SchemeNode, byId: ReadonlyMap<string, SchemeNode>): string {
  const { raw } = node;
  switch (node.kind) {
    case 'product':
      return node.parts.map(called).join(' × ');
    case 'attempts':
      return t('ruleAttempts', { times: wholeOf(raw['times'], 2), chosen: chosen(raw, wholeOf(raw['times'], 2)) });
    case 'best':
      return t('ruleBest', { n: node.parts.length, chosen: chosen(raw, node.parts.length) });
    case 'running':
      return t(Number(textOf(raw['base'], '0')) ? 'ruleRunning' : 'ruleRounds', {
        times: wholeOf(raw['times'], 1), low: signed(raw['low']), high: textOf(raw['high']), base: textOf(raw['base'], '0'),
      });
    case 'carried': {
      const other = byId.get(textOf(raw['node']));
      return t('ruleCarried', { name: other ? called(other) : textOf(raw['node']) });
    }
    case 'standardised':
      return onScale(raw);
    case 'panel':
      return raw['standardise'] ? t('ruleJudges', { scale: onScale(fieldsOf(raw['standardise'])) }) : '';
    case 'adjustment':
      return t('ruleAdjustment', { n: textOf(raw['most']) });
    case 'veto':
      return raw['effect'] === 'unranked' ? t('ruleVetoRank') : t('ruleVetoZero', { name: struck(node, byId) });
    case 'quantity':
      return fieldsOf(raw['convert'])['by'] === 'best' ? t('ruleToBest') : '';
    default:
      return '';
  }
}

/** A number as people print it, with a minus and no hyphen. */
function signed(number: unknown): string {
  return textOf(number).replace('-', '−');
}

function chosen(raw: Raw, many: number): string {
  const take = wholeOf(raw['take'], 1);
  if (take === many && take > 1) return t('takeAll', { then: wordFor('then', textOf(raw['then'], 'sum')) });
  const which = wordFor('from', textOf(raw['from'], 'high'));
  if (take === 1) return t('takeOne', { which });
  return t('takeMany', { which, n: take, then: wordFor('then', textOf(raw['then'], 'sum')) });
}

function onScale(raw: Raw): string {
  return wordFor('scale', textOf(raw['scale']));
}

/** The node a veto makes worth nothing: the one it names, or the one it stands in. */
function struck(veto: SchemeNode, byId: ReadonlyMap<string, SchemeNode>): string {
  const named = byId.get(textOf(veto.raw['node']));
  const above = named ?? [...byId.values()].find((node) => node.parts.some((part) => part.id === veto.id));
  return above ? called(above) : '';
}

/** Stage after stage: what it is ranked by, and who goes on. */
export function stages(rows: readonly Raw[]): string[] {
  return rows.map((stage) => {
    const name = nameOf(textOf(stage['name']), textOf(stage['name_en']));
    const cut = fieldsOf(stage['advance']);
    const low = stage['order'] === 'low' ? [t('lowGoesOn')] : [];
    const ties = cut['ties'] === 'trim' ? [t('trimGoesOn')] : [];
    const says = [...low, goesOn(cut), ...ties].join(t('joinClauses'));
    return t('ruleFor', { names: name, says });
  });
}

function goesOn(cut: Raw): string {
  switch (cut['by']) {
    case 'rank':
      return t('goesFirst', { n: wholeOf(cut['to'], 1) });
    case 'heats': {
      const n = wholeOf(cut['to'], 0);
      const also = wholeOf(cut['also'], 0);
      return also ? t('goesHeatsAlso', { n, also }) : t('goesHeats', { n });
    }
    case 'score':
      return t('goesScore', { n: textOf(cut['at_least']) });
    case 'ratio':
      return t('goesShare', { n: String(Math.round(Number(textOf(cut['ratio'], '0')) * 10_000) / 100) });
    case 'first_half':
      return t('goesHalf');
    default:
      return t('goesAll');
  }
}

/** The tables of teams: how an entry's place becomes points of its group. */
export function teams(rows: readonly Raw[]): string[] {
  return rows.map((row) => {
    const table = fieldsOf(row['table']);
    const points = fieldsOf(table['points']);
    const listed = Array.isArray(points['points']) ? points['points'].filter((one) => typeof one === 'string') : [];
    const name = nameOf(textOf(table['name']), textOf(table['name_en']));
    const by = points['by'] === 'place' ? t('teamsByPlace', { list: listed.join('-') }) : wordFor('teams', textOf(points['by'], 'total'));
    const weight = rowsOf(table['events']).map((one) => textOf(one['weight'], '1')).find((one) => one !== '1');
    return t('ruleFor', { names: name, says: weight ? [by, t('teamsWeight', { n: weight })].join(t('joinClauses')) : by });
  });
}
