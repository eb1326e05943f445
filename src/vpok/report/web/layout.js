// Where the rows are; groups can be folded.

export const AXIS = 26; // px above the rows
export const ROW = 22;
export const HEAD = 26;
const GAP = 6; // below a group

export class Layout {
  constructor(data) {
    this.data = data;
    this.folded = new Set();
    this.place();
  }

  /** Fold or unfold a group. @param {number} group */
  toggle(group) {
    if (!this.folded.delete(group)) this.folded.add(group);
    this.place();
  }

  /** Work out the rows: {track, head, y, height} in order of y. */
  place() {
    this.rows = [];
    this.of = new Map(); // track index -> row
    let y = 0;
    this.data.groups.forEach((group, number) => {
      group.tracks.forEach((track, place) => {
        if (place && this.folded.has(number)) return;
        const height = place ? ROW : HEAD;
        const row = { track, head: place === 0, y, height };
        this.rows.push(row);
        this.of.set(track.index, row);
        y += height;
      });
      y += GAP;
    });
    this.height = y;
  }

  /** The row of a track; of its group if that is folded. */
  row(track) {
    const own = this.of.get(track.index);
    return own ?? this.of.get(this.data.groups[track.group].tracks[0].index);
  }

  /** The row at a height, or undefined. @param {number} y */
  at(y) {
    return this.rows.find((row) => y >= row.y && y < row.y + row.height);
  }

  /** Unfold what an item is in, and return its row. */
  unfold(track) {
    if (this.folded.has(track.group)) this.toggle(track.group);
    return this.of.get(track.index);
  }
}
