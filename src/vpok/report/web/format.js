// Numbers and items as people read them.

/** @type {[number, string][]} */
const UNITS = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/** A span of ns with four digits that matter. @param {number} ns */
export function showTime(ns) {
  if (ns < 0) return `−${showTime(-ns)}`;
  for (const [size, name] of UNITS) {
    if (ns >= size) {
      const value = ns / size;
      const digits = Math.max(0, 3 - Math.floor(Math.log10(value)));
      return `${trimmed(value.toFixed(size === 1 ? 0 : digits))} ${name}`;
    }
  }
  return "0 ns";
}

/** An instant, to the ns: `1.004 871 000 s`. @param {number} ns */
export function showInstant(ns) {
  const whole = Math.floor(ns / 1e9);
  const rest = String(Math.round(ns - whole * 1e9)).padStart(9, "0");
  return `${whole}.${rest.replace(/(\d{3})(\d{3})(\d{3})/, "$1 $2 $3")} s`;
}

/**
 * An instant as an axis has it: *step* ns from the next, the last one about
 * *reach*.  All of an axis are in one unit.
 */
export function showTick(ns, step, reach) {
  const digits = (size) =>
    Math.max(0, Math.ceil(Math.log10(size / step) - 1e-9));
  const fits = ([size]) => reach >= size && digits(size) <= 6;
  const [size, name] = UNITS.find(fits) ?? UNITS[3];
  return `${(ns / size).toFixed(digits(size))} ${name}`;
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A value of an item. @param {number} value @param {string} how */
function showValue(value, how) {
  if (how === "time") return showTime(value);
  return String(value);
}

/**
 * An item: a span or a mark of a track.
 * @typedef {{track: import("./decode.js").Track, at: number, span: boolean}} Item
 */

/** The columns in which an item is. @param {Item} item */
export function columnsOf(item) {
  return item.span ? item.track : item.track.marks;
}

/** When an item begins. @param {Item} item */
export function startOf(item) {
  return item.span
    ? item.track.start[item.at]
    : item.track.marks.time[item.at];
}

/** When it ends. @param {Item} item */
export function endOf(item) {
  return item.span ? item.track.end[item.at] : item.track.marks.time[item.at];
}

/** Whether both are the same item. @param {Item?} a @param {Item?} b */
export function sameItem(a, b) {
  return (
    !!a && !!b && a.track === b.track && a.at === b.at && a.span === b.span
  );
}

/** What is written on an item. */
export function labelOf(data, item) {
  const columns = columnsOf(item);
  const kind = data.kinds[columns.kind[item.at]];
  const name = data.strings[columns.name[item.at]];
  if (name) return name;
  return kind.numbered ? `${kind.label} ${columns.x[item.at]}` : kind.label;
}

/** Everything that is known of an item: pairs of a word and a value. */
export function describe(data, item) {
  const columns = columnsOf(item);
  const kind = data.kinds[columns.kind[item.at]];
  const name = data.strings[columns.name[item.at]];
  const group = data.groups[item.track.group];
  const place =
    item.track === group.tracks[0]
      ? group.label
      : `${group.label} › ${item.track.label}`;
  const pairs = [
    ["what", name ? `${kind.label}: ${name}` : labelOf(data, item)],
    ["where", place],
    ["at", showInstant(startOf(item))],
  ];
  if (item.span) {
    pairs.push(["until", showInstant(endOf(item))]);
    pairs.push(["lasts", showTime(endOf(item) - startOf(item))]);
  }
  for (const side of ["x", "y"]) {
    const [word, how] = kind[side];
    if (word) pairs.push([word, showValue(columns[side][item.at], how)]);
  }
  return pairs;
}

/** Make an element. @param {string} tag @param {string} [text] @param {string} [className] */
export function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}
