/** Lines of gates as the page draws them: those that were passed with time and persons, then those still to come. */
import type { Gate } from '$lib/parts/GateLine.svelte';
import type { GateLine } from './types';
import { t } from './words';

const ORDER: Readonly<Record<GateLine['line'], readonly string[]>> = {
  session: ['opened', 'locked', 'confirmed'],
  results: ['started', 'ended', 'provisional', 'official'],
  view: ['frozen', 'thawed'],
  identity: ['unblinded'],
};

/** The gates of a line in their order; a gate that is not passed has no time. */
export function gatesOf(line: GateLine): Gate[] {
  return ORDER[line.line].map((gate) => {
    const passed = line.passed.find((one) => one.gate === gate);
    if (!passed) return { gate };
    const by = passed.by_name;
    return { gate, at: passed.at, by: passed.second_name ? t('byBoth', { by, second: passed.second_name }) : by };
  });
}
