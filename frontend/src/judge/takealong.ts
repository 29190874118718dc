import type { Tablet } from './tablet.svelte';

/** Everything of this tablet that the server has not taken, as a file for the chief judge; never its token. */
export function exportUnsent(tablet: Tablet): Blob {
  const { device, welcome, leftOver, unsent, refused } = tablet;
  const content = {
    kind: 'jiangsai-unsent-marks',
    made_at: new Date().toISOString(),
    device: device && { device: device.device, seat: device.seat, paired_at: device.paired_at },
    seat: welcome && { number: welcome.seat_number, judge: welcome.judge_name },
    marks: [...leftOver, ...unsent, ...refused],
  };
  return new Blob([JSON.stringify(content, null, 2)], { type: 'application/json' });
}
