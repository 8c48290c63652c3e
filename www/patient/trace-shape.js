/** The geometry of a live trace, without a canvas. Pure. */

/** The values' axis: everything shown and the normal range fit, with a little air, and noise is not blown up. */
export function axis(samples, normal) {
  const values = samples.map((sample) => sample.value).concat(normal ?? []);
  if (values.length === 0) return null;
  let low = Math.min(...values), high = Math.max(...values);
  const air = Math.max((high - low) * 0.15, Math.abs(high) * 0.005, 0.2);
  return { low: low - air, high: high + air };
}

/** Samples as unbroken stretches: where nothing was measured for longer than `gapMs`, nothing is drawn. */
export function stretches(samples, gapMs) {
  const all = [];
  samples.forEach((sample, i) => {
    if (i === 0 || sample.at - samples[i - 1].at > gapMs) all.push([]);
    all.at(-1).push(sample);
  });
  return all;
}
