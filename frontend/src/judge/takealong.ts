import type { Tablet } from './tablet.svelte';

/**
 * Everything of this tablet that the server has not taken, as a file for the chief judge; never its token. With it
 * the receipts of what was taken: `ledger_verifier.py --receipts` holds them against an exported ledger.
 */
export function exportUnsent(tablet: Tablet): Blob {
  const { device, welcome, leftOver, unsent, refused } = tablet;
  const receipts = tablet.stored.map(({ mark, device_seq, seq, link, at, state, because, head, path }) => ({
    mark, device: device?.device, device_seq, verdict: state, seq, link, at, because, head: head ?? null, path: path ?? [],
  }));
  const content = {
    kind: 'jiangsai-unsent-marks',
    made_at: new Date().toISOString(),
    device: device && { device: device.device, seat: device.seat, paired_at: device.paired_at },
    seat: welcome && { number: welcome.seat_number, judge: welcome.judge_name },
    marks: [...leftOver, ...unsent, ...refused],
    receipts,
  };
  return new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' });
}
