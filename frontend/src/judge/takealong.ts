import type { Tablet } from './tablet.svelte';

/**
 * Everything of this tablet that the server has not taken, as a file for the chief judge; never its token. With it
 * the receipts of what was taken, and what each mark said: `ledger_verifier.py --receipts` holds both against an
 * exported ledger.
 */
export function exportUnsent(tablet: Tablet): Blob {
  const { device, welcome, leftOver, unsent, refused } = tablet;
  const receipts = tablet.stored.map((kept) => ({
    mark: kept.mark,
    device: kept.device,
    device_seq: kept.device_seq,
    session: kept.session,
    entry: kept.entry,
    aspect: kept.aspect,
    kind: kept.kind,
    value: kept.value,
    replaces: kept.replaces,
    verdict: kept.state,
    seq: kept.seq,
    link: kept.link,
    at: kept.at,
    because: kept.because,
    head: kept.head ?? null,
    path: kept.path ?? [],
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
