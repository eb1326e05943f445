// Which item is where.

import { lowerBound, upperBound } from "./search.js";

const NEAR = 6; // px

/** The mark next to an instant, or -1. */
function nearest(marks, time, reach) {
  const first = lowerBound(marks.time, time - reach);
  const last = upperBound(marks.time, time + reach, first);
  let best = -1;
  for (let at = first; at < last; at++) {
    const far = Math.abs(marks.time[at] - time);
    if (best < 0 || far < Math.abs(marks.time[best] - time)) best = at;
  }
  return best;
}

/** The item of a row at an instant, or null; problems go first. */
export function pick(track, time, scale) {
  const { marks, problems } = track;
  const problem = nearest(problems, time, NEAR * scale);
  if (problem >= 0) {
    // The same one among all marks.
    let at = lowerBound(marks.time, problems.time[problem]);
    while (marks.kind[at] !== problems.kind[problem]) at += 1;
    return { track, at, span: false };
  }
  const mark = nearest(marks, time, NEAR * scale * 0.7);
  if (mark >= 0) return { track, at: mark, span: false };
  const span = upperBound(track.end, time - scale);
  if (span < track.start.length && track.start[span] <= time + scale) {
    return { track, at: span, span: true };
  }
  return null;
}
