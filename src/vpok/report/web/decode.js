// The payload: JSON, then columns of numbers (see report/html/encode.py).

/**
 * @typedef {object} Track
 * @property {string} label
 * @property {number} partition - gives the colour; -1: none
 * @property {number} group
 * @property {number} index - among all tracks
 * @property {Float64Array} start - of spans, ns
 * @property {Float64Array} end
 * @property {ArrayLike<number>} kind
 * @property {ArrayLike<number>} name - number of a text
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 * @property {Float64Array} filled - ns that spans before this one cover
 * @property {Marks} marks
 * @property {Marks} problems - those marks that must never be hidden
 */

/**
 * @typedef {object} Marks
 * @property {Float64Array} time - ns, ascending
 * @property {ArrayLike<number>} kind
 * @property {ArrayLike<number>} name
 * @property {ArrayLike<number>} x
 * @property {ArrayLike<number>} y
 */

const KINDS = {
  1: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  8: Float64Array,
};

class Reader {
  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.buffer = buffer;
    this.view = new DataView(buffer);
    this.at = 0;
  }

  /** @returns {string} */
  text() {
    const length = this.view.getUint32(this.at, true);
    const bytes = new Uint8Array(this.buffer, this.at + 4, length);
    this.at += 4 + length;
    return new TextDecoder().decode(bytes);
  }

  /** A column: its width, then its values. @param {number} count */
  column(count) {
    const width = this.view.getUint8(this.at);
    const from = this.at + 1;
    this.at = from + count * width;
    return new KINDS[width](this.buffer.slice(from, this.at));
  }

  /** A column of which each value may be negative. @param {number} count */
  signed(count) {
    const raw = this.column(count);
    const out = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      out[i] = raw[i] % 2 ? -(raw[i] + 1) / 2 : raw[i] / 2;
    }
    return out;
  }

  /** A column of distances, as the sums of them. @param {number} count */
  sums(count) {
    const raw = this.column(count);
    const out = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) out[i] = sum += raw[i];
    return out;
  }

  /** What an item has beside its time. @param {number} count */
  rest(count) {
    return {
      kind: this.column(count),
      name: this.column(count),
      x: this.signed(count),
      y: this.signed(count),
    };
  }

  /** @param {number} count */
  spans(count) {
    const gaps = this.column(count);
    const lengths = this.column(count);
    const start = new Float64Array(count);
    const end = new Float64Array(count);
    const filled = new Float64Array(count + 1);
    let at = 0;
    for (let i = 0; i < count; i++) {
      start[i] = at + gaps[i];
      end[i] = at = start[i] + lengths[i];
      filled[i + 1] = filled[i] + lengths[i];
    }
    return { start, end, filled, ...this.rest(count) };
  }
}

/** Those marks that *kinds* says are problems. */
function problemsOf(marks, kinds) {
  const keep = [];
  for (let i = 0; i < marks.time.length; i++) {
    if (kinds[marks.kind[i]].problem) keep.push(i);
  }
  const pick = (column) => Float64Array.from(keep, (i) => column[i]);
  return {
    time: pick(marks.time),
    kind: pick(marks.kind),
    name: pick(marks.name),
    x: pick(marks.x),
    y: pick(marks.y),
  };
}

/** @param {string} base64 */
async function unpack(base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Read everything that the page shows. @param {string} base64 */
export async function decode(base64) {
  const reader = new Reader(await unpack(base64));
  const data = JSON.parse(reader.text());
  data.tracks = [];
  data.groups.forEach((group, number) => {
    group.tracks = group.tracks.map((head) => {
      const spans = reader.spans(head.spans);
      const marks = {
        time: reader.sums(head.marks),
        ...reader.rest(head.marks),
      };
      const track = {
        label: head.label,
        partition: head.partition,
        group: number,
        index: data.tracks.length,
        ...spans,
        marks,
        problems: problemsOf(marks, data.kinds),
      };
      data.tracks.push(track);
      return track;
    });
  });
  const arrived = reader.sums(data.arrows);
  data.arrows = {
    arrived,
    took: reader.column(data.arrows),
    from: reader.column(data.arrows),
    to: reader.column(data.arrows),
  };
  return data;
}
