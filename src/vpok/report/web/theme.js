// Dark and light: what the system prefers, until the button is pressed.

const NAMES = [
  "ground",
  "row",
  "head",
  "line",
  "text",
  "dim",
  "accent",
  "error",
  "warn",
  "wait",
  "none",
  "off",
  "irq",
  "frame",
  "call",
  "answer",
  "mode",
  "send",
  "receive",
  "arrive",
  "console",
  "done",
  "select",
  "on-bar",
];
const PARTITIONS = 10;

/** Colours of the canvas, by name; `partitions` by number. */
export const colours = { partitions: [] };

/** Read the colours from the style sheet. */
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of NAMES)
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  colours.partitions = [];
  for (let i = 0; i < PARTITIONS; i++) {
    colours.partitions.push(style.getPropertyValue(`--p${i}`).trim());
  }
}

/** The colour of a partition; of nobody's things without one. */
export function partitionColour(number) {
  return number < 0 ? colours.frame : colours.partitions[number % PARTITIONS];
}

/** Which theme is in force. */
export function theme() {
  const set = document.documentElement.dataset.theme;
  if (set) return set;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Change to the other one. */
export function toggleTheme() {
  document.documentElement.dataset.theme =
    theme() === "dark" ? "light" : "dark";
  readColours();
}
