// The names of the rows, left of the canvas.

import { element } from "./format.js";
import { partitionColour } from "./theme.js";

/** Name the rows; *fold* is called with the group of a head that is clicked. */
export function showLabels(root, data, layout, fold) {
  root.replaceChildren();
  for (const row of layout.rows) {
    const { track } = row;
    const label = element("div", undefined, row.head ? "label head" : "label");
    label.style.top = `${row.y}px`;
    label.style.height = `${row.height - 1}px`;
    if (track.partition >= 0) {
      label.style.borderLeftColor = partitionColour(track.partition);
    }
    const name = element("span", track.label, "name");
    name.title = track.label;
    label.append(name);
    if (row.head) {
      const folded = layout.folded.has(track.group);
      label.prepend(element("span", folded ? "▸" : "▾", "fold"));
      label.append(element("span", data.groups[track.group].note, "note"));
      label.addEventListener("click", () => fold(track.group));
    }
    root.append(label);
  }
}
