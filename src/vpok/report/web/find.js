// The search box, and jumps to the next miss or error.

import { sameItem, startOf } from "./format.js";
import { lowerBound, upperBound } from "./search.js";

/**
 * Which items match all words of *query*: in their row's or group's name,
 * their kind's, or their own text.  In order of time.
 */
export function matches(data, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const has = (text) => words.map((word) => text.toLowerCase().includes(word));
  const names = data.strings.map(has);
  const kinds = data.kinds.map((kind) => has(kind.label));
  const found = [];
  for (const track of data.tracks) {
    const place = has(`${data.groups[track.group].label} ${track.label}`);
    const test = (kind, name) =>
      words.every((_, w) => place[w] || kinds[kind][w] || names[name][w]);
    collect(found, track, track, true, test);
    collect(found, track, track.marks, false, test);
  }
  return found.sort((a, b) => startOf(a) - startOf(b));
}

function collect(found, track, columns, span, test) {
  for (let at = 0; at < columns.kind.length; at++) {
    if (test(columns.kind[at], columns.name[at]))
      found.push({ track, at, span });
  }
}

/**
 * The place of the item to go to from *current*, round and round; -1: none.
 * If that is none of them, it is the next one from the instant *time* on.
 */
export function following(items, current, time, forward) {
  const count = items.length;
  if (!count) return -1;
  const at = items.findIndex((item) => sameItem(item, current));
  if (at >= 0) return (at + (forward ? 1 : count - 1)) % count;
  const times = items.map(startOf);
  if (forward) return upperBound(times, time) % count;
  return (lowerBound(times, time) + count - 1) % count;
}

/** The problems of a kind (`miss`, `error`), in order of time. */
export function problems(data, sort) {
  const track = data.groups[0].tracks[1];
  const found = [];
  for (let at = 0; at < track.marks.time.length; at++) {
    const { problem } = data.kinds[track.marks.kind[at]];
    if (problem === sort) found.push({ track, at, span: false });
  }
  return found;
}
